import assert from "node:assert/strict";
import { parseQuery } from "../../src/webviews/feed/filter.ts";
import { wrap } from "../../src/webviews/feed/layout.ts";
import { layLanes } from "../../src/webviews/overview/lanes.ts";
import { bytes, localTimes, plainMarkdown, plural, short, visible } from "../../src/webviews/shared/format.ts";
import { blocks } from "../../src/webviews/shared/markdown.tsx";
import { outputHead, plainText } from "../../src/webviews/shared/output.ts";
import { t, tLabel, tNodes, translateWith } from "../../src/webviews/shared/words.ts";
import { readHunk } from "../../src/webviews/thread/hunk.ts";

describe("words of the webviews", () => {
	const table: readonly [string, unknown, unknown][] = [
		["tokens", short(1_420_000), "1.4 M"],
		["few tokens", short(950), "950"],
		["bytes", bytes(48_200), "48 KB"],
		["links by their label", plainMarkdown("see [app](src/app.ts) and **that**"), "see app and that"],
		[
			"a command without anything hidden",
			visible("rm\u00a0-rf \u2066x\u2069\r\n"),
			"rm\\u{a0}-rf \\u{2066}x\\u{2069}\\u{d}\n",
		],
		["a plain command as it is", visible("echo 'äé 漢字 👍' | wc -l\n\tx"), "echo 'äé 漢字 👍' | wc -l\n\tx"],
		["terminal colours removed", plainText("\u001b[31mred\u001b[0m\u001b]0;title\u0007 10%\r 20%\rdone"), "done"],
		[
			"a step and words",
			parseQuery(" Step:4  Express role:reviewer "),
			{ words: ["express"], step: "4", role: "reviewer" },
		],
		["half a filter", parseQuery("step:"), { words: [] }],
		["lines broken at spaces", wrap("one two three four", 9), ["one two", "three", "four"]],
		["lines broken anywhere where there is no space", wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]],
	];
	for (const [what, actual, expected] of table) it(`${what}`, () => assert.deepEqual(actual, expected));

	it("are those of the translation, in its order; what it does not have is English", () => {
		translateWith({ "{0} by {1}": "{1}: {0}", Step: "Schritt", "{0} file": "{0} Datei" });
		try {
			assert.equal(t("{0} by {1}", "{1}", "mara"), "mara: {1}");
			assert.equal(t("{0} of {1}", 1, 2), "1 of 2");
			assert.equal(tLabel("Step"), "Schritt");
			assert.equal([tNodes("{0} by {1}", "a", "b")].flat(9).join(""), "b: a");
			assert.deepEqual(
				[plural(1, "{0} file", "{0} files"), plural(2, "{0} file", "{0} files")],
				["1 Datei", "2 files"],
			);
		} finally {
			translateWith(undefined);
		}
		assert.equal(tLabel("Step"), "Step");
	});

	it("times in the log's sentences are the reader's", () => {
		assert.match(localTimes("Tries again at 2026-03-12T15:10:00.000Z."), /^Tries again at \d\d:\d\d\.$/);
	});

	it("an output says how much more there is", () => {
		const output = { head: "1\n2\n3\n4\n", tail: "", bytes: 8, sha256: "" };
		assert.deepEqual(outputHead(output, 2), { lines: ["1", "2"], more: "2 more lines" });
		assert.deepEqual(outputHead(output, 4), { lines: ["1", "2", "3", "4"] });
		assert.deepEqual(outputHead({ ...output, tail: "end", bytes: 120_000 }, 1), {
			lines: ["1"],
			more: "all of it, 120 KB",
		});
		assert.deepEqual(outputHead({ ...output, head: "", bytes: 0 }, 2), { lines: [] });
	});

	it("Markdown is read as blocks; an unclosed fence is code to its end", () => {
		assert.deepEqual(blocks("# A\ntext\nmore\n\n- x\n  y\n- z\n> q\n```\n# no\n"), [
			{ kind: "heading", text: "A" },
			{ kind: "paragraph", text: "text\nmore" },
			{ kind: "list", ordered: false, start: 1, items: ["x y", "z"] },
			{ kind: "quote", text: "q" },
			{ kind: "code", text: "# no\n" },
		]);
		assert.deepEqual(blocks("3. c\n4. d"), [{ kind: "list", ordered: true, start: 3, items: ["c", "d"] }]);
	});

	it("a hunk has its numbers on both sides, and says what is left", () => {
		const hunk = readHunk(
			"--- a/x\n+++ b/x\n@@ -7,3 +7,3 @@ head\n same\n-old\n+new\n last\n@@ -20 +20 @@\n-a\n+b\n",
			4,
		);
		assert.deepEqual(hunk.lines, [
			{ kind: "same", number: 7, text: "same" },
			{ kind: "removed", number: 8, text: "old" },
			{ kind: "added", number: 8, text: "new" },
			{ kind: "same", number: 9, text: "last" },
		]);
		assert.equal(hunk.more, 2);
	});

	it("a chain of steps stays on one lane, a branch takes the other, and never more than two", () => {
		const steps = (needs: Record<string, string[]>) =>
			Object.entries(needs).map(([id, list], index) => ({ id, needs: list, y: index * 28 + 14 }));
		assert.deepEqual(layLanes(steps({ a: [], b: ["a"], c: ["b"] })), {
			lane: [0, 0, 0],
			lines: ["M8 23V33", "M8 51V61"],
		});
		const forked = layLanes(steps({ a: [], b: ["a"], c: ["a"], d: ["b", "c"] }));
		assert.deepEqual(forked.lane, [0, 0, 1, 0]);
		const wide = layLanes(steps({ a: [], b: [], c: [], d: [], e: ["a", "b", "c", "d"] }));
		assert.ok(wide.lane.every((lane) => lane === 0 || lane === 1));
	});
});
