import assert from "node:assert/strict";
import { receiptOf } from "../../../src/core/rules/receipt.ts";
import type { ModelChoice } from "../../../src/core/values.ts";

const rows: readonly (readonly [asked: string, answered: string, receipt: ReturnType<typeof receiptOf>])[] = [
	["openai/gpt-5", "gpt-5", "asAsked"],
	["openai/gpt-5", "gpt-5-2025-08-07", "asAsked"],
	["openai/gpt-5", "gpt-5-mini", "other"],
	["openai/default", "gpt-5", "other"],
	["editor/copilot/gpt-5", "copilot/gpt-5", "asAsked"],
	["editor/copilot/gpt-5", "copilot/gpt-4o", "other"],
	["claude-code/default", "sonnet", "own"],
	["claude-code/default", "default", "untold"],
	["claude-code/opus", "opus", "asAsked"],
	["claude-code/opus", "sonnet", "other"],
	["agent-mine/default", "default", "untold"],
];

describe("the receipt of a turn", () => {
	for (const [asked, answered, receipt] of rows)
		it(`says of ${asked}, which ${answered} answered: ${receipt}`, () => {
			const slash = asked.indexOf("/");
			const choice: ModelChoice = { provider: asked.slice(0, slash), model: asked.slice(slash + 1) };
			assert.equal(receiptOf(choice, answered), receipt);
		});
});
