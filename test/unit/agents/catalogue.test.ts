import assert from "node:assert/strict";
import { costOf } from "../../../src/core/rules/budget.ts";
import { knownModel } from "../../../src/daemon/providers/catalogue.ts";
import { contextWindowOf, priceOf } from "../../../src/daemon/providers/modelFacts.ts";
import type { Provider } from "../../../src/daemon/providers/provider.ts";

const at = (id: string, baseUrl: string, more: Partial<Provider> = {}): Provider => ({
	id,
	kind: "openai-compatible",
	baseUrl,
	structuredOutput: true,
	...more,
});
const openai = at("openai", "https://api.openai.com/v1");

describe("what is known of a model", () => {
	it("has the price and the window of a model that its provider lists, whatever the provider is called here", () => {
		const expected = { input: 2.5, output: 10, cachedInput: 1.25, source: "catalogue" };
		assert.deepEqual(priceOf(openai, "gpt-4o"), expected);
		assert.deepEqual(priceOf(at("work", "https://api.openai.com/v1/"), "GPT-4o"), expected);
		assert.equal(contextWindowOf(openai, "gpt-4o"), 128_000);
	});

	it("finds a provider by its id where its address is unknown", () => {
		assert.equal(priceOf(at("anthropic", "https://gateway.example/v1"), "claude-sonnet-4-20250514")?.input, 3);
	});

	it("reads the names of a provider of many vendors as they are", () => {
		const router = at("router", "https://openrouter.ai/api/v1");
		assert.ok((priceOf(router, "anthropic/claude-sonnet-4")?.output ?? 0) > 0);
		assert.ok((contextWindowOf(router, "anthropic/claude-sonnet-4") ?? 0) >= 200_000);
	});

	it("says nothing of a model that is in no list, least of all that it is free", () => {
		assert.equal(priceOf(openai, "gpt-99"), undefined);
		assert.equal(contextWindowOf(openai, "gpt-99"), undefined);
		for (const name of ["qwen3:8b", "openai/gpt-4o", "gpt-4o", "constructor", "__proto__"])
			assert.deepEqual(knownModel(at("local", "http://127.0.0.1:11434/v1"), name), {}, name);
		assert.deepEqual(knownModel(at("constructor", "http://127.0.0.1:1/v1"), "m"), {});
	});

	it("knows the window of a dated release, and not its price, which may differ", () => {
		assert.equal(contextWindowOf(openai, "gpt-4o-2024-05-13"), 128_000);
		assert.equal(priceOf(openai, "gpt-4o-2024-05-13"), undefined);
	});

	it("believes config.jsonc before the catalogue", () => {
		const own = { ...openai, prices: { "gpt-4o": { input: 7, output: 8 } }, contextWindows: { "gpt-4o": 9000 } };
		assert.deepEqual(priceOf(own, "gpt-4o"), { input: 7, output: 8, source: "config" });
		assert.equal(contextWindowOf(own, "gpt-4o"), 9000);
		assert.equal(contextWindowOf(own, "gpt-4"), 8192);
	});

	for (const [about, provider, model, price, cacheWrite] of [
		["a model that the catalogue knows", "anthropic", "claude-sonnet-4-20250514", { input: 6, output: 30 }, 7.5],
		["one behind another protocol", "openai-compatible", "claude-sonnet-4-20250514", { input: 6, output: 30 }, 7.5],
		["one that it does not know", "anthropic", "claude-own", { input: 4, output: 8 }, 5],
		["one that is free", "anthropic", "claude-own", { input: 0, output: 0 }, 0],
		["one that says it", "anthropic", "claude-own", { input: 4, output: 8, cacheWrite: 4.5 }, 4.5],
		["a protocol that keeps nothing", "openai-compatible", "own", { input: 4, output: 8 }, undefined],
	] as const)
		it(`prices what is kept in a cache where config.jsonc prices ${about}`, () => {
			const more = { kind: provider, prices: { [model]: price } };
			const known = priceOf(at("anthropic", "https://gateway.example/v1", more), model);
			assert.equal(known?.cacheWrite, cacheWrite);
			assert.deepEqual([known?.input, known?.output, known?.source], [price.input, price.output, "config"]);
		});

	it("reckons what was read from the provider's cache at its own price", () => {
		const usage = { inputTokens: 1_000_000, outputTokens: 100_000, cachedInputTokens: 600_000 };
		assert.equal(costOf(usage, { input: 2, output: 10, cachedInput: 0.5 }), 0.4 * 2 + 0.6 * 0.5 + 1);
		assert.equal(costOf(usage, { input: 2, output: 10 }), 3);
		assert.equal(costOf(usage, undefined), null);
	});
});
