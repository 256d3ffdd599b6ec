import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal, Grant } from "../../../src/core/goal.ts";
import type { GoalId, GrantId } from "../../../src/core/ids.ts";
import { parseServers } from "../../../src/daemon/config/workspaceServers.ts";
import { boundServer, givenWords } from "../../../src/daemon/mcp/serverBinding.ts";
import { openFileContents } from "../../../src/daemon/platform/fileContents.ts";
import { isServerAllowed, type ServerBinding } from "../../../src/daemon/policy/serverGrant.ts";

describe("a person's yes to a server", () => {
	const workspace = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-bound-")));
	after(() => rmSync(workspace, { recursive: true, force: true }));
	const write = (file: string, text: string) => {
		mkdirSync(path.dirname(path.join(workspace, file)), { recursive: true });
		writeFileSync(path.join(workspace, file), text);
	};

	async function bind(entry: object): Promise<ServerBinding> {
		const [server] = parseServers(JSON.stringify({ servers: { yard: entry } }), "x", "servers").servers;
		const contents = openFileContents();
		const goalFiles = async () => new Map();
		return boundServer(server!, { workspace, home: undefined, env: { SOME: "yard" }, contents, goalFiles });
	}
	function goalWith({ files }: ServerBinding): Goal {
		const grantId = "g-1" as GrantId;
		const by = { client: "test" };
		const grant: Grant = {
			grantId,
			scope: "goal",
			kind: "server",
			subject: "yard",
			files: { ...files },
			by,
			addedAt: "",
		};
		return { ...newGoal("g" as GoalId), grants: { [grantId]: grant } };
	}

	const changes: readonly (readonly [what: string, entry: object, file: string, prepare?: () => void])[] = [
		["the script that it runs", { command: "node", args: ["yard/server.js"] }, "yard/server.js"],
		[
			"the script in the folder that it starts in",
			{ command: "node", args: ["server.js"], cwd: "yard" },
			"yard/server.js",
		],
		["a program of the workspace", { command: `${"$"}{workspaceFolder}/yard/run.sh` }, "yard/run.sh"],
		["its file of variables", { command: "some-server", envFile: `${"$"}{workspaceFolder}/.env` }, ".env"],
		[
			"a module that its environment loads",
			{ command: "node", env: { NODE_OPTIONS: "--require ./hook.cjs" } },
			"hook.cjs",
		],
		[
			"a module that its file of variables loads",
			{ command: "node", envFile: "yard/env" },
			"load.cjs",
			() => write("yard/env", 'NODE_OPTIONS="--require ./load.cjs"'),
		],
		[
			"a script whose path is written with separators",
			{ command: "node", args: [`${"$"}{workspaceFolder}${"$"}{/}tools${"$"}{pathSeparator}mcp.js`] },
			"tools/mcp.js",
		],
		["a script in a folder that a variable names", { command: "node", args: [`${"$"}{SOME}/mcp.js`] }, "yard/mcp.js"],
		["a script in a default folder", { command: "node", args: [`${"$"}{NONE:-tools}/other.js`] }, "tools/other.js"],
		["a file of variables that is written with separators", { command: "a", envFile: `.${"$"}{/}.env2` }, ".env2"],
	];
	for (const [what, entry, file, prepare] of changes)
		it(`lapses when ${what} changes`, async () => {
			prepare?.();
			write(file, "1");
			const goal = goalWith(await bind(entry));
			assert.equal(isServerAllowed(goal, "yard", await bind(entry)), true);
			write(file, "22");
			assert.equal(isServerAllowed(goal, "yard", await bind(entry)), false);
		});

	it("is for this server alone, and for its definition as it was", async () => {
		const goal = goalWith(await bind({ command: "some-server" }));
		assert.equal(isServerAllowed(goal, "yard", await bind({ command: "some-server" })), true);
		assert.equal(isServerAllowed(goal, "mill", await bind({ command: "some-server" })), false);
		assert.equal(isServerAllowed(goal, "yard", await bind({ command: "some-server", args: ["--all"] })), false);
	});

	const reaches: readonly (readonly [entry: object, covers: "files" | "written"])[] = [
		[{ command: "/usr/bin/some-server", env: { COLOR: "red" } }, "files"],
		[{ command: "/usr/bin/some-server", env: { TOKEN: `${"$"}{input:token}` } }, "files"],
		[{ command: "npx", args: ["-y", "@acme/docs"], cwd: `${"$"}{userHome}` }, "files"],
		[{ command: "npx", args: ["-y", "@acme/docs"] }, "written"],
		[{ command: "some-server", env: { NODE_OPTIONS: "--require ./later.cjs" } }, "written"],
		[{ command: "some-server", env: { PATH: `${"$"}{workspaceFolder}/bin` } }, "written"],
		[{ command: "some-server", env: { PYTHONPATH: `${"$"}{input:place}` } }, "written"],
		[{ command: "some-server", env: { "npm_config_script-shell": "./later.sh" } }, "written"],
		[{ command: "node", args: ["later.js"] }, "written"],
		[{ command: "node", args: [`${"$"}{input:script}`] }, "written"],
		[{ command: "/usr/bin/some-server", args: [`${"$"}{NONE}`] }, "written"],
		[{ command: "/usr/bin/some-server", cwd: `${"$"}{input:folder}` }, "written"],
		[{ command: "/usr/bin/some-server", envFile: `${"$"}{input:file}` }, "written"],
	];
	for (const [entry, covers] of reaches)
		it(`${covers === "files" ? "can be" : "cannot be"} given for the folder: ${JSON.stringify(entry)}`, async () => {
			assert.equal((await bind(entry)).covers, covers);
		});

	it("is asked for with the values that it sets, as they are written, and with its folder", () => {
		const entry = { command: "a", env: { A: "1", B: `${"$"}{env:SOME} b` }, cwd: "yard" };
		const [server] = parseServers(JSON.stringify({ servers: { yard: entry } }), "x", "servers").servers;
		assert.deepEqual(givenWords(server!), [
			`Its definition sets A=1 B='${"$"}{env:SOME} b' in its environment.`,
			"It starts in the folder yard.",
			"It is given SOME of the daemon's environment.",
		]);
	});

	it("does not hold for what the goal has written since and the server may load", async () => {
		const now = await bind({ command: "some-server" });
		const goal = goalWith(now);
		const loads = { ...now, covers: "written", written: { "lib.js": "abc" } } as const;
		assert.equal(isServerAllowed(goal, "yard", loads), false);
	});
});
