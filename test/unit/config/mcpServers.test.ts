import assert from "node:assert/strict";
import { parseServers } from "../../../src/daemon/config/workspaceServers.ts";

const parse = (servers: unknown, more: object = {}) =>
	parseServers(JSON.stringify({ servers, ...more }), ".vscode/mcp.json", "servers");

describe("a workspace's file of MCP servers", () => {
	it("is read with comments, inputs, numbers in variables and what other tools write beside", () => {
		const text = `{
	// ours
	"inputs": [{ "id": "token", "type": "promptString", "description": "A token", "password": true },],
	"servers": {
		"wall": { "type": "stdio", "command": "node", "args": ["a"], "env": { "N": 1, "T": "\${input:token}", "X": null }, "gallery": true },
		"far": { "type": "http", "url": "https://example.org/mcp", "headers": { "Authorization": "Bearer \${input:other}" } },
		"off": { "command": "x", "disabled": true }
	}
}`;
		const { servers, problems } = parseServers(text, ".vscode/mcp.json", "servers");
		assert.deepEqual(problems, []);
		assert.deepEqual(
			servers.map(({ name, line, inputs }) => [name, line, inputs.map(({ id, secret }) => [id, secret])]),
			[
				["wall", 5, [["token", true]]],
				["far", 6, [["other", true]]],
			],
		);
		assert.deepEqual(servers[0]?.reach, {
			kind: "program",
			command: "node",
			args: ["a"],
			env: { N: "1", T: "$" + "{input:token}" },
			envFile: undefined,
			cwd: undefined,
		});
	});

	const bad: readonly (readonly [entry: unknown, says: RegExp])[] = [
		[1, /must be an object/],
		[{}, /names neither “command” nor “url”/],
		[{ command: "a", url: "https://b" }, /names both “command” and “url”/],
		[{ type: "http", command: "a" }, /is of type http and names no “url”/],
		[{ type: "stdio" }, /is of type stdio and names no “command”/],
		[{ type: "sse", url: "https://b" }, /is of type sse, which MCP has given up/],
		[{ url: "ftp://b" }, /“url” must be/],
		[{ command: "a", args: "b" }, /“args” must be/],
		[{ command: "a", env: { A: {} } }, /“env.A” must be/],
	];
	for (const [entry, says] of bad)
		it(`says what is wrong with one server, and the others are used: ${JSON.stringify(entry)}`, () => {
			const { servers, problems } = parse({ odd: entry, wall: { command: "a" } });
			assert.deepEqual(
				servers.map(({ name }) => name),
				["wall"],
			);
			assert.equal(problems.length, 1);
			assert.match(problems[0]!.message, /^the server “odd”/);
			assert.match(problems[0]!.message, says);
		});

	it("says where it is no JSON, and takes nothing of it", () => {
		const { servers, problems } = parseServers('{\n"servers": {\n"a": { "command": }\n}}', ".mcp.json", "servers");
		assert.deepEqual(servers, []);
		assert.deepEqual(
			problems.map(({ line }) => line),
			[3],
		);
	});

	it("can permit nothing: what would let tools run is passed over", () => {
		const { servers } = parse({ wall: { command: "a", allow: ["stack"], alwaysAllow: ["stack"], autoApprove: ["*"] } });
		assert.deepEqual(servers[0]?.allow, []);
	});

	it("names another server with another digest, whatever of its definition changes", () => {
		const base = { command: "a", args: ["b"], env: { A: "1" } };
		const others = [
			{ ...base, command: "c" },
			{ ...base, args: ["b", "c"] },
			{ ...base, env: { A: "2" } },
			{ ...base, env: { B: "1" } },
			{ ...base, envFile: ".env" },
			{ ...base, cwd: "sub" },
			{ url: "https://example.org" },
		];
		const digests = [base, ...others].map((entry) => parse({ wall: entry }).servers[0]?.digest);
		assert.equal(new Set(digests).size, digests.length);
		assert.equal(parse({ wall: { ...base } }).servers[0]?.digest, digests[0]);
	});
});
