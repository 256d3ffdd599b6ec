import assert from "node:assert/strict";
import { answerValueKinds, answerValues } from "../../../src/core/words/answerValues.ts";

describe("the value that a person types with an answer", () => {
	const rows: readonly [kind: "price" | "tokens", typed: string, value: object | undefined][] = [
		["price", "0.5, 2", { price: { input: 0.5, output: 2 } }],
		["price", " 0.5,2 ", { price: { input: 0.5, output: 2 } }],
		["price", "3 15", { price: { input: 3, output: 15 } }],
		["price", "3/15", { price: { input: 3, output: 15 } }],
		["price", "0;0", { price: { input: 0, output: 0 } }],
		["price", "3, 15, cache 3.75", { price: { input: 3, output: 15, cacheWrite: 3.75 } }],
		["price", "3,15,cache3.75", { price: { input: 3, output: 15, cacheWrite: 3.75 } }],
		["price", "3 15 Cache: 0", { price: { input: 3, output: 15, cacheWrite: 0 } }],
		["price", "3, 15, cache", undefined],
		["price", "3, 15, cache dear", undefined],
		["price", "3, cache 3.75", undefined],
		["price", "3, 15, 3.75", undefined],
		["price", "0,5, 2", undefined],
		["price", "3", undefined],
		["price", "-1, 2", undefined],
		["price", "1e3, 2", undefined],
		["price", "free", undefined],
		["price", "", undefined],
		["tokens", "200000", { tokens: 200_000 }],
		["tokens", " 1 ", { tokens: 1 }],
		["tokens", "0", undefined],
		["tokens", "1.5", undefined],
		["tokens", "-5", undefined],
		["tokens", "200k", undefined],
		["tokens", "", undefined],
	];
	for (const [kind, typed, value] of rows) {
		it(`${kind} “${typed}” ${value ? `is ${JSON.stringify(value)}` : "is refused"}`, () => {
			assert.deepEqual(answerValues[kind].parse(typed), value);
		});
	}

	it("is shown by an example that is one, and by a sentence that names it", () => {
		for (const kind of answerValueKinds) {
			const { example, parse, problem } = answerValues[kind];
			assert.notEqual(parse(example), undefined);
			assert.ok(problem.includes(example));
		}
	});
});
