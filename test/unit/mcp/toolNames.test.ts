import assert from "node:assert/strict";
import { toolNames } from "../../../src/daemon/mcp/toolNames.ts";

type Tool = Parameters<typeof toolNames>[0][number];

describe("the names of servers' tools, as models read them", () => {
	const long = "x".repeat(128);
	const cases: Readonly<Record<string, readonly Tool[]>> = {
		"tools that are called as ones of the daemon's own": ["readFile", "runCommand", "askPerson"].map((tool) => ({
			server: "yard",
			tool,
		})),
		"one tool's name on two servers": ["yard", "mill"].map((server) => ({ server, tool: "search" })),
		"characters that no endpoint takes": ["a.b", "a/b", "a b", "a_b", "ä", "工具"].map((tool) => ({
			server: "my @yard",
			tool,
		})),
		"a server's name that runs into a tool's": [
			{ server: "a__b", tool: "c" },
			{ server: "a", tool: "b__c" },
		],
		"names that are too long, and begin alike": ["1", "2"].map((end) => ({ server: "yard", tool: `${long}${end}` })),
		"500 tools": Array.from({ length: 500 }, (_, at) => ({
			server: "yard",
			tool: `tool${at % 2 ? "." : "_"}${at >> 1}`,
		})),
	};
	for (const [what, tools] of Object.entries(cases))
		it(`tell apart ${what}, are taken by every endpoint, and stay the same in another order`, () => {
			const names = toolNames(tools);
			assert.equal(new Set(names).size, tools.length);
			for (const name of names) assert.match(name, /^mcp__[A-Za-z0-9_-]{1,59}$/);
			assert.deepEqual(toolNames([...tools].reverse()).toReversed(), names);
		});
});
