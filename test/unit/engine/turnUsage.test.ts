import assert from "node:assert/strict";
import type { TurnId } from "../../../src/core/ids.ts";
import type { Usage } from "../../../src/core/values.ts";
import { reservedUsage } from "../../../src/daemon/engine/turnUsage.ts";

describe("what a turn is charged whose usage nobody knows", () => {
	const reserved = (tokens: number, usd: number | null) => ({
		turnId: "u" as TurnId,
		epoch: 1,
		reserved: { tokens, usd },
	});
	const used = (tokens: number, costUsd: number | null): Usage => ({ inputTokens: tokens, outputTokens: 0, costUsd });
	const cases: Readonly<Record<string, [reserved: [number, number | null], certain: Usage | undefined, Usage]>> = {
		"what was reserved": [[100, 0.5], undefined, { ...used(100, 0.5), estimated: true }],
		"the tokens that are reserved, and the cost that is known": [
			[100, null],
			used(40, 0.25),
			{ ...used(100, 0.25), estimated: true },
		],
		"the cost that is known, where it is more": [[100, 0.1], used(40, 0.25), { ...used(100, 0.25), estimated: true }],
		"the cost that is reserved, where it is more": [[100, 0.5], used(40, 0.25), { ...used(100, 0.5), estimated: true }],
		"what was certainly used, where it is more": [[100, null], used(140, 0.25), used(140, 0.25)],
		"the cost that is reserved beside more tokens than are, where none is known": [
			[100, 0.5],
			used(140, null),
			used(140, 0.5),
		],
		"no cost, where none is known": [[100, null], used(40, null), { ...used(100, null), estimated: true }],
		"nothing, where nothing was reserved": [[0, 0], undefined, { ...used(0, 0), estimated: undefined }],
	};
	for (const [what, [[tokens, usd], certain, charged]] of Object.entries(cases))
		it(`is never less than what is certain: ${what}`, () => {
			assert.deepEqual(reservedUsage(reserved(tokens, usd), certain), charged);
		});
});
