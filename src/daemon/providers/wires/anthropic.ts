import type { LanguageModelV3CallOptions, LanguageModelV3Prompt, SharedV3ProviderOptions } from "@ai-sdk/provider";
import type { Effort } from "../../../core/values.ts";
import { messagesDialect } from "../../endpoint/dialects.ts";
import { decidesItself, thinkingBudget } from "../anthropicThinking.ts";
import { endpointCalls, noKey } from "./endpointCalls.ts";
import type { OpenModel, SignedFields } from "./wire.ts";

const signs: SignedFields = {
	namespace: "anthropic",
	reasoning: ["signature", "redactedData"],
	text: [],
	call: [],
};

/** Anthropic's messages. */
export async function loadAnthropic(): Promise<OpenModel> {
	const [{ createAnthropic }, { modelFetch }] = await Promise.all([
		import("@ai-sdk/anthropic"),
		import("../../endpoint/modelFetch.ts"),
	]);
	return ({ provider, model, apiKey, effort }) => {
		const { begin, fetch } = endpointCalls(modelFetch, messagesDialect, apiKey ? undefined : "x-api-key");
		const create = createAnthropic({ baseURL: provider.baseUrl.replace(/\/+$/, ""), apiKey: apiKey || noKey, fetch });
		return {
			model: create(model),
			begin,
			signs,
			images: { inResults: true },
			prepare(options) {
				const { anthropic, maxOutputTokens } = thinking(model, effort?.level, options);
				return {
					...options,
					maxOutputTokens,
					prompt: provider.promptCaching === false ? options.prompt : withCacheMarks(options),
					// Arguments that arrive in pieces of half a token are a beta that proxies refuse.
					providerOptions: { anthropic: { ...anthropic, toolStreaming: false } },
				};
			},
		};
	};
}

/** What is thought counts as written, so that both together are no longer than the answer may be. */
function thinking(
	model: string,
	effort: Effort | undefined,
	{ maxOutputTokens, prompt }: LanguageModelV3CallOptions,
): { readonly anthropic: SharedV3ProviderOptions[string]; readonly maxOutputTokens: number | undefined } {
	if (effort === undefined) return { anthropic: {}, maxOutputTokens };
	if (effort === "none") return { anthropic: { thinking: { type: "disabled" } }, maxOutputTokens };
	if (decidesItself(model)) {
		const level = effort === "minimal" ? "low" : effort;
		return { anthropic: { thinking: { type: "adaptive", display: "summarized" }, effort: level }, maxOutputTokens };
	}
	const most = maxOutputTokens ?? unlimitedAnswer;
	const budget = hasUnsignedCalls(prompt) ? undefined : thinkingBudget(effort, most);
	if (budget === undefined) return { anthropic: {}, maxOutputTokens };
	// The package adds the budget to what it is given.
	return { anthropic: { thinking: { type: "enabled", budgetTokens: budget } }, maxOutputTokens: most - budget };
}

const unlimitedAnswer = 16_000;

/**
 * Calls under way that another model made, or this one without thinking: it may not begin to think between a call and
 * its result.
 */
function hasUnsignedCalls(prompt: LanguageModelV3Prompt): boolean {
	if (prompt.at(-1)?.role !== "tool") return false;
	const last = prompt.findLast((message) => message.role === "assistant");
	return last !== undefined && !last.content.some(({ type }) => type === "reasoning");
}

const mark = { anthropic: { cacheControl: { type: "ephemeral" } } } as const;

/**
 * A conversation that goes on is kept from turn to turn: instructions and tools by themselves, all up to the newest
 * message, and all up to where the turn before ended, since a server looks only so far back for what it kept. What is
 * asked once is not kept: that costs more than it saves.
 */
function withCacheMarks({ prompt, tools = [] }: LanguageModelV3CallOptions): LanguageModelV3Prompt {
	if (tools.length === 0) return prompt;
	const heard = prompt.flatMap(({ role }, at) => (role === "user" || role === "tool" ? [at] : []));
	const marked = new Set([0, ...heard.slice(-2)]);
	return prompt.map((message, at) => (marked.has(at) ? { ...message, providerOptions: mark } : message));
}
