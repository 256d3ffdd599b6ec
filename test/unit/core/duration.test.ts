import assert from "node:assert/strict";
import fc from "fast-check";
import { age, duration, elapsed } from "../../../src/core/words/duration.ts";

describe("a duration", () => {
	const rows: readonly (readonly [number, string])[] = [
		[-5, "0 ms"],
		[0, "0 ms"],
		[42, "42 ms"],
		[99.6, "0.1 s"],
		[420, "0.4 s"],
		[1400, "1.4 s"],
		[9960, "10 s"],
		[12_000, "12 s"],
		[59_400, "59 s"],
		[59_600, "1 min"],
		[65_000, "1 min 5 s"],
		[47 * 60_000, "47 min"],
		[(2 * 60 + 3) * 60_000, "2 h 3 min"],
		[3 * 3_600_000, "3 h"],
		[26 * 3_600_000, "1 d 2 h"],
	];
	for (const [ms, text] of rows) it(`of ${ms} ms is ${text}`, () => assert.equal(duration(ms), text));

	it("that goes on counts the seconds that have passed, and an age its largest unit", () => {
		assert.deepEqual([elapsed(400), elapsed(59_999), elapsed(65_500)], ["0 s", "59 s", "1 min 5 s"]);
		assert.deepEqual([age(12_400), age(65_000), age(3_700_000), age(90_000_000)], ["12 s", "1 min", "1 h", "1 d"]);
	});

	it("of under a minute never says a minute, and a longer one is never shown as a shorter one's text", () => {
		fc.assert(
			fc.property(fc.double({ min: 0, max: 59_400, noNaN: true }), (ms) => {
				for (const text of [duration(ms), elapsed(ms), age(ms)]) assert.doesNotMatch(text, /min|h|d/);
			}),
		);
	});
});
