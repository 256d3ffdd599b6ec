import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal, Grant } from "../../../src/core/goal.ts";
import type { GoalId, GrantId } from "../../../src/core/ids.ts";
import { parseServers } from "../../../src/daemon/config/workspaceServers.ts";
import { boundServer } from "../../../src/daemon/mcp/serverBinding.ts";
import { openFileContents } from "../../../src/daemon/platform/fileContents.ts";
import { bindingOf } from "../../../src/daemon/policy/binding.ts";
import { isServerAllowed, type ServerBinding } from "../../../src/daemon/policy/serverGrant.ts";
import { parseCommand } from "../../../src/daemon/policy/shell/parse/parseCommand.ts";

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
		const bound = await boundServer(server!, workspace, contents);
		const command = parseCommand(bound.command, { workspace, home: undefined });
		const { files } = await bindingOf(command, contents, async () => new Map());
		return { files: { ...bound.files, ...files }, covers: "files" };
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

	const changes: readonly (readonly [what: string, entry: object, file: string])[] = [
		["the script that it runs", { command: "node", args: ["yard/server.js"] }, "yard/server.js"],
		[
			"the script in the folder that it starts in",
			{ command: "node", args: ["server.js"], cwd: "yard" },
			"yard/server.js",
		],
		["a program of the workspace", { command: `${"$"}{workspaceFolder}/yard/run.sh` }, "yard/run.sh"],
		["its file of variables", { command: "some-server", envFile: `${"$"}{workspaceFolder}/.env` }, ".env"],
	];
	for (const [what, entry, file] of changes)
		it(`lapses when ${what} changes`, async () => {
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

	it("does not hold for what the goal has written since and the server may load", async () => {
		const now = await bind({ command: "some-server" });
		const goal = goalWith(now);
		const loads = { ...now, covers: "written", written: { "lib.js": "abc" } } as const;
		assert.equal(isServerAllowed(goal, "yard", loads), false);
	});
});
