import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { rulesOf } from "../../../src/daemon/policy/rules/decide.ts";
import { parseCommand } from "../../../src/daemon/policy/shell/parse/parseCommand.ts";
import { withLinkedRisk } from "../../../src/daemon/policy/shell/rules/linkedRisk.ts";
import { commandRisk } from "../../../src/daemon/policy/shell/rules/risk.ts";
import { testCommand } from "../../../src/daemon/policy/testCommand.ts";

describe("a file that a command changes or shows behind a link", () => {
	if (process.platform === "win32") return;
	const base = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-links-")));
	const home = path.join(base, "home");
	const workspace = path.join(home, "project");
	before(() => {
		for (const folder of ["home/project/src", "home/other", "home/.ssh", "temp"])
			mkdirSync(path.join(base, folder), { recursive: true });
		for (const file of ["home/project/src/a.ts", "home/other/b", "home/.ssh/id_rsa", "temp/t"])
			writeFileSync(path.join(base, file), "x");
		const links = {
			out: "../other",
			file: "../other/b",
			key: "../.ssh/id_rsa",
			inner: "src",
			temporary: "../../temp",
			etc: "/etc",
		};
		for (const [name, to] of Object.entries(links)) symlinkSync(to, path.join(workspace, name));
	});
	after(() => rmSync(base, { recursive: true }));

	const judged = async (text: string) => {
		const command = parseCommand(text, { workspace, home });
		return withLinkedRisk(await commandRisk(command), command);
	};
	const rows: readonly (readonly [command: string, risk: string, leads: string | undefined])[] = [
		["echo x > out/new", "dangerous", "out/new leads out of the workspace, to HOME/other/new"],
		["echo x >> file", "dangerous", "file leads out of the workspace, to HOME/other/b"],
		["cp src/a.ts etc/hosts", "dangerous", "etc/hosts leads out of the workspace, to /etc/hosts"],
		["sed -i s/x/y/ file", "dangerous", "file leads out of the workspace, to HOME/other/b"],
		["cd src && echo x > ../out/new", "dangerous", "out/new leads out of the workspace, to HOME/other/new"],
		["bash -c 'echo x > out/new'", "dangerous", "out/new leads out of the workspace, to HOME/other/new"],
		["cat key", "dangerous", "key leads out of the workspace, to HOME/.ssh/id_rsa"],
		["cat file | head -1", "dangerous", "file leads out of the workspace, to HOME/other/b"],
		["cat etc/hostname", "read", "etc/hostname leads out of the workspace, to /etc/hostname"],
		["echo x > temporary/new", "write", "temporary/new leads out of the workspace, to BASE/temp/new"],
		["echo x > inner/new", "write", undefined],
		["cat inner/a.ts src/a.ts", "read", undefined],
		["echo x > src/new", "write", undefined],
	];
	for (const [command, risk, leads] of rows)
		it(`is judged where it lies: ${command}`, async () => {
			const found = await judged(command);
			assert.equal(found.risk, risk);
			const said = found.reasons.filter((reason) => reason.includes("leads out"));
			assert.deepEqual(said, leads === undefined ? [] : [leads.replace("HOME", home).replace("BASE", base)]);
		});

	it("asks although a rule lets writes pass, and tells where it leads", async () => {
		const rules = rulesOf({ user: { rules: [{ effect: "allow", class: "write", kind: "command" }], workspaces: {} } });
		const at = { workspace, home, dataFolder: path.join(home, "data"), autonomy: "aware", isSandboxed: false } as const;
		assert.equal((await testCommand("echo x > src/new", rules, at)).verdict, "allow");
		const { verdict, reasons } = await testCommand("echo x > out/new", rules, at);
		assert.equal(verdict, "ask");
		assert.equal(reasons[0], `out/new leads out of the workspace, to ${home}/other/new`);
	});

	it("costs no more looks than that, however many it names", async () => {
		const many = Array.from({ length: 3000 }, (_, at) => `src/${at}`).join(" ");
		assert.equal((await judged(`cat ${many}`)).certain, false);
	});
});
