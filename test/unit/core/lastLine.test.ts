import assert from "node:assert/strict";
import type { ToolCallId } from "../../../src/core/ids.ts";
import { lastLineOf } from "../../../src/core/words/lastLine.ts";
import { openLastLines } from "../../../src/daemon/perform/lastLines.ts";

const id = "c-1" as ToolCallId;
const rows: readonly [what: string, output: string, line: string | undefined][] = [
	["nothing", "", undefined],
	["empty lines alone", "\n \n\r\n", undefined],
	["one line", "ready", "ready"],
	["the last of several, without its end", "a\nready on 3000\r\n\n", "ready on 3000"],
	["what a program wrote over its own line", "start\n10 %\r55 %\r100 %", "100 %"],
	["a long line cut", `${"x".repeat(300)}\n`, `${"x".repeat(200)}…`],
	["a line after very many others", `${"line\n".repeat(10_000)}last`, "last"],
];

describe("the line that a command printed last", () => {
	for (const [what, output, line] of rows)
		it(`is ${what}, whole or in pieces`, () => {
			assert.equal(lastLineOf(output), line);
			for (const size of [1, 7, 1000]) {
				const lines = openLastLines();
				for (let at = 0; at < output.length; at += size) lines.push(id, output.slice(at, at + size));
				if (line?.endsWith("…")) assert.ok(lines.of(id)?.endsWith("…"));
				else assert.equal(lines.of(id), line, `in pieces of ${size}`);
			}
		});

	it("is forgotten with its command", () => {
		const lines = openLastLines();
		lines.push(id, "ready");
		lines.forget(id);
		assert.equal(lines.of(id), undefined);
	});
});
