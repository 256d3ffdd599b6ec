import assert from "node:assert/strict";
import { modeChangeText } from "../../../src/core/words/modeChange.ts";

describe("a change of rights in words", () => {
	const rows: readonly [before: string | undefined, after: string | undefined, text: string][] = [
		["100640", "100600", "640 → 600"],
		["100644", "100755", "644 → 755"],
		["100755", "104755", "755 → 4755"],
		["100000", "100400", "000 → 400"],
		["100644", "120000", "file → link"],
		["120000", "100600", "link → file"],
		["100644", "100644", ""],
		[undefined, "100644", ""],
		["100644", undefined, ""],
	];
	for (const [modeBefore, modeAfter, text] of rows)
		it(`says “${text}” of ${modeBefore} and then ${modeAfter}`, () =>
			assert.equal(modeChangeText({ modeBefore, modeAfter }), text));
});
