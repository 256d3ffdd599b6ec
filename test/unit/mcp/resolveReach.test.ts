import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { McpServer } from "../../../src/daemon/config/mcpServer.ts";
import { parseServers } from "../../../src/daemon/config/workspaceServers.ts";
import { resolveReach } from "../../../src/daemon/mcp/resolveReach.ts";
import { toolNames } from "../../../src/daemon/mcp/toolNames.ts";

const variable = (name: string) => `\${${name}}`;

describe("a server's definition, filled in", () => {
	const workspace = mkdtempSync(path.join(os.tmpdir(), "mission-reach-"));
	after(() => rmSync(workspace, { recursive: true, force: true }));

	function serverOf(entry: object, source: McpServer["source"] = "workspace"): McpServer {
		const [server] = parseServers(JSON.stringify({ servers: { wall: entry } }), "x", "servers").servers;
		return { ...(server ?? assert.fail("it cannot be read")), source };
	}
	const resolve = (server: McpServer, inputs: Readonly<Record<string, string>> = {}) =>
		resolveReach(server, {
			workspace,
			environment: { PATH: "/bin" },
			env: { SOME: "thing", OPENAI_API_KEY: "sk", MISSION_HOME: "/secret" },
			input: (_server, id) => inputs[id],
			isKey: (name) => name === "OPENAI_API_KEY",
		});

	it("has the workspace, variables, inputs and the lines of its file, and else what commands get", async () => {
		writeFileSync(path.join(workspace, ".env"), '# ours\nexport A=1\nB="two words"\nMISSION_TOKEN=x\n');
		const entry = {
			command: `${variable("workspaceFolder")}/run`,
			args: [variable("env:SOME"), variable("env:NONE"), variable("NONE:-else"), variable("input:token")],
			envFile: `${variable("workspaceFolder")}/.env`,
			env: { C: variable("SOME"), MISSION_X: "1" },
			cwd: "sub",
		};
		assert.deepEqual(await resolve(serverOf(entry), { token: "t" }), {
			kind: "resolved",
			reach: {
				kind: "program",
				command: `${workspace}/run`,
				args: ["thing", "", "else", "t"],
				env: { PATH: "/bin", A: "1", B: "two words", C: "thing" },
				cwd: path.join(workspace, "sub"),
			},
		});
	});

	const refused: readonly (readonly [entry: object, says: RegExp])[] = [
		[
			{ command: "a", env: { K: variable("env:OPENAI_API_KEY") } },
			/OPENAI_API_KEY, which a file of a workspace gets from nobody/,
		],
		[{ command: "a", args: [variable("env:MISSION_HOME")] }, /MISSION_HOME/],
		[{ command: "a", args: [variable("NONE")] }, /the variable NONE is not set/],
		[{ command: "a", args: [variable("command:pick")] }, /known to other tools only/],
		[{ command: "a", envFile: "none.env" }, /“envFile” .* cannot be read \(ENOENT\)/],
		[{ command: "a", envFile: "." }, /“envFile” .* is no regular file/],
		[{ url: `${variable("env:SOME")}` }, /no address/],
	];
	for (const [entry, says] of refused)
		it(`is refused with a sentence: ${JSON.stringify(entry)}`, async () => {
			const resolved = await resolve(serverOf(entry));
			assert.match(resolved.kind === "problem" ? resolved.reason : assert.fail(resolved.kind), says);
		});

	it("names what it needs before anything else", async () => {
		const resolved = await resolve(serverOf({ command: "a", args: [variable("input:b"), variable("input:a")] }), {
			a: "1",
		});
		assert.deepEqual(resolved, { kind: "needs", inputs: [{ id: "b", secret: true }] });
	});

	const folders: readonly (readonly [source: McpServer["source"], cwd: string | undefined, starts: string])[] = [
		["config", undefined, os.homedir()],
		["config", variable("workspaceFolder"), workspace],
		["config", "sub", path.join(workspace, "sub")],
		["workspace", undefined, workspace],
	];
	for (const [source, cwd, starts] of folders)
		it(`of ${source} starts ${cwd === undefined ? "by itself" : `with cwd ${cwd}`} in ${starts === os.homedir() ? "the home folder" : "the workspace"}`, async () => {
			const resolved = await resolve(serverOf({ command: "a", cwd }, source));
			assert.ok(resolved.kind === "resolved" && resolved.reach.kind === "program");
			assert.equal(resolved.reach.cwd, starts);
		});

	it("of the person's own settings may name a key", async () => {
		const own = serverOf({ command: "a", env: { K: variable("env:OPENAI_API_KEY") } }, "config");
		assert.equal((await resolve(own)).kind, "resolved");
	});
});

describe("names of servers' tools", () => {
	it("are what endpoints take, always the same, and no two are alike", () => {
		const long = "x".repeat(80);
		const tools = [
			{ server: "docs", tool: "search" },
			{ server: "my docs", tool: "a.b" },
			{ server: "my_docs", tool: "a/b" },
			{ server: "docs", tool: `${long}1` },
			{ server: "docs", tool: `${long}2` },
		];
		const names = toolNames(tools);
		assert.equal(names[0], "mcp__docs__search");
		assert.equal(new Set(names).size, tools.length);
		for (const name of names) assert.match(name, /^mcp__[A-Za-z0-9_-]{1,59}$/);
		assert.deepEqual(toolNames([...tools].reverse()), [...names].reverse());
	});
});
