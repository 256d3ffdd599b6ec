import assert from "node:assert/strict";
import { notRunLines, notRunMessage, notRunNotes } from "../../../src/core/words/notRun.ts";

const item = (line: number) => ({ line, what: "python fence", reason: "this language is not run", text: "print(1)" });

describe("what is told of code that is not run", () => {
	it("names line, kind and reason of each, and says how many are left out", () => {
		assert.deepEqual(notRunLines([item(3), item(9), item(12)], 2), [
			"line 3, python fence (this language is not run)",
			"line 9, python fence (this language is not run)",
			"1 more",
		]);
		assert.deepEqual(notRunNotes([]), []);
		assert.deepEqual(notRunNotes([item(3)]), ["Not run: line 3, python fence (this language is not run)."]);
	});

	it("says in the first line of a message what a row of the feed has room for, and the rest below", () => {
		assert.equal(notRunMessage([item(3)]), "Not run: line 3, python fence (this language is not run): print(1)");
		const lines = notRunMessage(Array.from({ length: 60 }, (_, at) => item(at + 1))).split("\n");
		assert.equal(lines[0], "Not run: 60 pieces of code, at lines 1, 2, 3, 4, 5…");
		assert.equal(lines.length, 2 + 50 + 1);
		assert.equal(lines.at(-1), "- and 10 more");
	});
});
