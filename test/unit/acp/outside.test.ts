import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { rulesOf } from "../../../src/daemon/policy/rules/decide.ts";
import { acpGoals, type Life, shell, working } from "../../support/acpGoal.ts";
import { until } from "../../support/until.ts";

describe("leave that an agent asks for", () => {
	const { start, workspace } = acpGoals();
	const policy = rulesOf({
		user: {
			rules: [
				{ effect: "deny", path: "secret/**", why: "These are secrets." },
				{ effect: "deny", path: ".env", why: "These are secrets." },
				{ effect: "deny", path: "~/.aws/**", why: "These are keys." },
			],
			workspaces: {},
		},
	});
	beforeEach(() => {
		for (const folder of ["sub", "secret"]) mkdirSync(path.join(workspace(), folder));
		writeFileSync(path.join(workspace(), "a.txt"), "a\n");
		writeFileSync(path.join(workspace(), "secret", "key"), "k\n");
		symlinkSync("/usr", path.join(workspace(), "out"));
		symlinkSync(process.execPath, path.join(workspace(), "rc"));
		symlinkSync("secret", path.join(workspace(), "open"));
		symlinkSync("secret/key", path.join(workspace(), "key.txt"));
	});
	/** What it is told, or asked, of one call. */
	async function asked(call: object): Promise<{ life: Life; answer: string | undefined }> {
		let answer: string | undefined;
		const life = await start(
			working(async ({ ask, say }) => {
				answer = await ask({ toolCallId: "c1", title: "Act", ...call } as never);
				await say("Done.");
				return "end_turn";
			}),
			{ policy, settings: { autonomy: "autonomous" } },
		);
		await until("it is decided or asked", () => answer !== undefined || life.approval() !== undefined);
		return { life, answer };
	}
	const at = (...names: string[]) => path.join(workspace(), ...names);
	const edits = (...paths: string[]) => ({ kind: "edit", locations: paths.map((one) => ({ path: one })) });

	const outside: Readonly<Record<string, () => object>> = {
		"an absolute path": () => edits("/etc/hosts"),
		"a path with ..": () => edits("../a.txt"),
		"a path with .. behind a folder": () => edits("sub/../../a.txt"),
		"an absolute path with ..": () => edits(at("..", "a.txt")),
		"an absolute path in the home folder": () => edits(path.join(os.homedir(), ".bashrc")),
		"a path from ~": () => edits("~/.bashrc"),
		"the home folder itself": () => ({ ...edits("~"), kind: "delete" }),
		"an address of a file": () => edits(pathToFileURL("/etc/hosts").href),
		"a folder behind a link": () => edits("out/a.txt"),
		"a file behind a link": () => edits("rc"),
		"one of two files": () => edits("a.txt", "../a.txt"),
		"where a file is moved": () => ({ kind: "move", rawInput: { source: at("a.txt"), destination: "/tmp/b.txt" } }),
		"the diff, and not the place that it names": () => ({
			...edits("a.txt"),
			content: [{ type: "diff", path: "../a.txt", oldText: "a", newText: "b" }],
		}),
		"what is deleted": () => ({ ...edits("../a.txt"), kind: "delete" }),
		"what some other tool of its own names": () => ({ ...edits("../a.txt"), kind: "other" }),
	};
	for (const [what, call] of Object.entries(outside))
		it(`to change what lies outside the workspace is refused, and the agent told why: ${what}`, async () => {
			const { life, answer } = await asked(call());
			assert.equal(life.approval(), undefined);
			assert.equal(answer, "reject_once");
			assert.match(life.events("tool.completed")[0]!.refused!, /leads out of the workspace/);
			assert.deepEqual(life.types("tool.started"), []);
		});

	const denied: Readonly<Record<string, () => object>> = {
		"an edit": () => edits("secret/key"),
		"an edit of a new file": () => edits("secret/new"),
		"an edit by its absolute path": () => edits(at("secret", "key")),
		"an edit by a path with ..": () => edits("sub/../secret/key"),
		"an edit behind a link to the folder": () => edits("open/key"),
		"an edit of a new file behind a link": () => edits("open/new"),
		"an edit of a link to the file": () => edits("key.txt"),
		"an edit of a secret file": () => edits(".env"),
		"an edit of it beside another": () => edits("a.txt", "open/key"),
		"a deletion of the folder": () => ({ ...edits("secret"), kind: "delete" }),
		"a deletion of the folder's link": () => ({ ...edits("open"), kind: "delete" }),
		"some other tool of its own that names it": () => ({ ...edits("secret/key"), kind: "other" }),
		"a look": () => ({ ...edits("secret/key"), kind: "read" }),
		"a look behind a link": () => ({ ...edits("open/key"), kind: "read" }),
		"a command": () => shell("c1", "cat secret/key"),
		"a command behind a link to the folder": () => shell("c1", "cat open/key"),
		"a command by a link to the file": () => shell("c1", "cp key.txt b.txt"),
		"a command that writes": () => shell("c1", "echo x >> .env"),
		"a command by the path from ~": () => shell("c1", "cat ~/.aws/credentials"),
		"a command by the absolute path": () => shell("c1", `cp a.txt ${path.join(os.homedir(), ".aws", "config")}`),
		"a command in another folder": () => ({
			kind: "execute",
			rawInput: { command: "cat credentials", cwd: path.join(os.homedir(), ".aws") },
		}),
	};
	for (const [what, call] of Object.entries(denied))
		it(`for what a rule denies by its path is denied, and nobody asked: ${what}`, async () => {
			const { life, answer } = await asked(call());
			assert.equal(life.approval(), undefined);
			assert.equal(answer, "reject_once");
			assert.match(life.events("tool.completed")[0]!.refused!, /These are (secrets|keys)/);
			assert.deepEqual(life.types("tool.started"), []);
		});

	const outsideWords = /changes what lies outside the workspace: /;
	const commands: Readonly<Record<string, [command: string | (() => string), reason: RegExp]>> = {
		"writes by an absolute path": ["cp a.txt /usr/a.txt", outsideWords],
		"writes by a path with ..": [() => `echo x > ${path.relative(workspace(), "/usr/a.txt")}`, outsideWords],
		"writes into the home folder": ["echo x >> ~/.bashrc", outsideWords],
		"deletes in the home folder": ["rm ~/.bashrc", outsideWords],
		"writes from another folder": ["cd /usr && touch a.txt", outsideWords],
		"writes behind a link": ["echo x > out/a.txt", outsideWords],
		"copies behind a link": ["cp a.txt out/b.txt", outsideWords],
		"deletes behind a link": ["rm -f ./out/a.txt", outsideWords],
		"goes behind a link and writes there": ["cd out && touch a.txt", outsideWords],
		"reads a key": ["cat ~/.ssh/id_rsa", /names secrets: /],
		"reads a key by a path with ..": [
			() => `cat ${path.relative(workspace(), path.join(os.homedir(), ".ssh", "id_rsa"))}`,
			/names secrets: /,
		],
	};
	for (const [what, [command, reason]] of Object.entries(commands))
		it(`for a command that ${what} is asked about also under autonomous, as dangerous, with the reason`, async () => {
			const { life, answer } = await asked(shell("c1", typeof command === "string" ? command : command()));
			assert.equal(answer, undefined);
			assert.equal(life.approval()!.risk, "dangerous");
			assert.match(life.approval()!.reasons.join("\n"), reason);
		});
});
