import assert from "node:assert/strict";
import { inputRows, type ListedServers } from "../../../src/extension/keys/mcpInputRows.ts";

type Server = ListedServers["servers"][number];

describe("the inputs of MCP servers that an editor lists", () => {
	const server = (name: string, source: Server["source"], ids: readonly string[], given: readonly string[] = []) => ({
		name,
		source,
		file: "mcp.json",
		line: 1,
		what: name,
		state: "ready" as const,
		inputs: ids.map((id) => ({ id, secret: true, isGiven: given.includes(id) })),
	});
	const wall = "/house/wall";
	const roof = "/house/roof";
	const cases: readonly {
		readonly name: string;
		readonly listed: readonly ListedServers[];
		readonly kept?: Parameters<typeof inputRows>[1];
		/** Workspace, server, id, then `listed`, `given`, `kept`. */
		readonly rows: readonly string[];
	}[] = [
		{
			name: "none, where no server asks",
			listed: [{ workspace: wall, servers: [server("yard", "config", [])] }],
			rows: [],
		},
		{
			name: "those of one's own server once, however many folders are open",
			listed: [wall, roof].map((workspace) => ({ workspace, servers: [server("own", "config", ["a"], ["a"])] })),
			rows: ["- own a listed given"],
		},
		{
			name: "the same of two folders twice, because each has a value of its own",
			listed: [wall, roof].map((workspace) => ({ workspace, servers: [server("yard", "workspace", ["a"])] })),
			kept: [{ workspace: roof, server: "yard", id: "a" }],
			rows: [`${wall} yard a listed`, `${roof} yard a listed kept`],
		},
		{
			name: "a value that two servers of a folder share, at both",
			listed: [{ workspace: wall, servers: [server("yard", "workspace", ["a"]), server("mill", "workspace", ["a"])] }],
			kept: [{ workspace: wall, server: "mill", id: "a" }],
			rows: [`${wall} yard a listed kept`, `${wall} mill a listed kept`],
		},
		{
			name: "what is kept for a folder that is not open, and for a server that no file names any more",
			listed: [{ servers: [server("own", "config", ["b"])] }],
			kept: [
				{ workspace: wall, server: "yard", id: "a" },
				{ server: "gone", id: "a" },
			],
			rows: ["- own b listed", `${wall} yard a kept`, "- gone a kept"],
		},
	];
	for (const { name, listed, kept = [], rows } of cases)
		it(`are ${name}`, () => {
			const words = inputRows(listed, kept).map(({ workspace = "-", server, id, isListed, isGiven, isKept }) =>
				[workspace, server, id, isListed && "listed", isGiven && "given", isKept && "kept"].filter(Boolean).join(" "),
			);
			assert.deepEqual(words, rows);
		});
});
