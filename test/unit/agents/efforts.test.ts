import assert from "node:assert/strict";
import { efforts } from "../../../src/core/values.ts";
import { askedEffort, effortProblem, effortsOf } from "../../../src/daemon/providers/efforts.ts";

const at = (id: string, baseUrl = "http://127.0.0.1:9/v1") => ({ id, baseUrl });
const openai = at("openai", "https://api.openai.com/v1");
const openrouter = at("my-router", "https://openrouter.ai/api/v1");

describe("a reasoning effort", () => {
	it("is asked for in the words of its provider, and not at all where the model takes none", () => {
		const rows: [ReturnType<typeof at>, string, (typeof efforts)[number], object | undefined][] = [
			[at("anything"), "m", "high", { reasoning_effort: "high" }],
			[at("anything"), "m", "xhigh", { reasoning_effort: "xhigh" }],
			[openai, "gpt-5.1", "none", { reasoning_effort: "none" }],
			[openai, "gpt-5-mini", "minimal", { reasoning_effort: "minimal" }],
			[openai, "gpt-5-mini", "none", undefined],
			[openai, "o4-mini", "high", { reasoning_effort: "high" }],
			[openai, "o4-mini", "minimal", undefined],
			[openai, "gpt-4o", "high", undefined],
			[openrouter, "openai/gpt-5", "low", { reasoning: { effort: "low" } }],
			[at("ollama"), "qwen3:8b", "high", { reasoning_effort: "high" }],
			[at("ollama"), "qwen3:8b", "minimal", undefined],
			[at("lmstudio"), "m", "low", undefined],
			[at("vllm"), "m", "low", { reasoning_effort: "low" }],
			[at("groq", "https://api.groq.com/openai/v1"), "openai/gpt-oss-120b", "low", { reasoning_effort: "low" }],
			[at("groq", "https://api.groq.com/openai/v1"), "llama-3.3-70b", "low", undefined],
			[at("mistral", "https://api.mistral.ai/v1"), "mistral-large", "low", undefined],
		];
		for (const [provider, model, effort, body] of rows)
			assert.deepEqual(askedEffort(provider, model, effort)?.body, body, `${provider.id}/${model}:${effort}`);
	});

	it("is what the configuration says it is, whatever is known of the provider", () => {
		const own = { ...at("lmstudio"), efforts: ["low", "high"] as const };
		assert.deepEqual(effortsOf({ ...own, efforts: [...own.efforts] }, "m"), ["low", "high"]);
		assert.deepEqual(askedEffort({ ...openai, efforts: [] }, "gpt-5", "high"), undefined);
	});

	it("of a provider nobody knows is passed on as it was asked, also where it bears the name of a known one", () => {
		assert.deepEqual(effortsOf(at("acme", "https://models.acme.example/v1")), efforts);
		assert.deepEqual(effortsOf(at("mistral", "https://models.acme.example/v1"), "m"), efforts);
		assert.deepEqual(effortsOf(at("acme", "no address")), efforts);
	});

	it("that cannot be had is told in one sentence with those that can", () => {
		assert.equal(
			effortProblem(openai, "gpt-4o", "high"),
			"openai/gpt-4o takes no reasoning effort, so “high” is left out.",
		);
		assert.equal(
			effortProblem(openai, "o3", "minimal"),
			"openai/o3 takes no reasoning effort “minimal” (only low, medium, high), so it is left out.",
		);
		assert.equal(effortProblem(openai, "o3", "high"), undefined);
	});
});
