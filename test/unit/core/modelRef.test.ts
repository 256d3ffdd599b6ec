import assert from "node:assert/strict";
import { isSameModel } from "../../../src/core/modelRef.ts";

describe("the model that answered", () => {
	it("is the one that was asked, where only a vendor, a date or a build is added or left out", () => {
		for (const [asked, answered] of [
			["gpt-5", "gpt-5"],
			["gpt-5", "gpt-5-2025-08-07"],
			["vendor/gpt-5", "gpt-5"],
			["claude-x", "claude-x@20260101"],
			["qwen3", "qwen3:8b"],
			["qwen3:latest", "qwen3"],
			["GPT-5", "gpt-5"],
		] as const)
			assert.ok(isSameModel(asked, answered), `${asked} ${answered}`);
	});

	it("is another one, where its name goes on with anything else", () => {
		for (const [asked, answered] of [
			["gpt-5", "gpt-5-mini"],
			["gpt-5", "gpt-4"],
			["qwen3:8b", "qwen3:4b"],
			["claude-x", "claude-x-fast"],
		] as const)
			assert.ok(!isSameModel(asked, answered), `${asked} ${answered}`);
	});
});
