import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startedFrom } from "../../../src/daemon/mcp/startedFrom.ts";

describe("a server that is handed on to an agent", () => {
	const workspace = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-handed-")));
	after(() => rmSync(workspace, { recursive: true, force: true }));
	const program = (cwd: string, command = "a", args: readonly string[] = []) =>
		({ kind: "program", command, args, env: { PATH: "/usr/bin:/bin" }, cwd }) as const;

	it("is handed on as it is where it starts in the agent's folder, or is an address", () => {
		const http = { kind: "http", url: "http://127.0.0.1:9", headers: {} } as const;
		for (const reach of [http, program(workspace)]) assert.equal(startedFrom(workspace, reach), reach);
	});

	it("runs the file of its own folder, with its arguments as they are", function () {
		if (process.platform === "win32") this.skip();
		const folder = path.join(workspace, "it's a $HOME folder");
		mkdirSync(folder);
		for (const [place, says] of [
			[workspace, "wrong"],
			[folder, "right"],
		] as const) {
			writeFileSync(path.join(place, "run.sh"), `#!/bin/sh\nprintf '%s|' ${says} "$PWD" "$@"\n`);
			chmodSync(path.join(place, "run.sh"), 0o755);
		}
		const reach = startedFrom(workspace, program(folder, "./run.sh", ["two words", "$(id)", ""]));
		assert.ok(typeof reach === "object" && reach.kind === "program");
		const ran = spawnSync(reach.command, reach.args, { cwd: workspace, env: reach.env, encoding: "utf8" });
		assert.equal(ran.stdout, `right|${folder}|two words|$(id)||`);
	});

	it("is not handed on where its folder cannot be said", () => {
		const told = startedFrom(workspace, program(path.join(workspace, "sub")), "win32");
		assert.match(String(told), /^it starts in .*sub, and on Windows .*: write "cwd"/);
	});
});
