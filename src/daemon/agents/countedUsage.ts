import type { LanguageModelV3CallOptions, LanguageModelV3Usage } from "@ai-sdk/provider";
import { type TokenCount, tokenMeter } from "../../core/textTokens.ts";
import type { Usage } from "../../core/values.ts";

/**
 * What a model call is counted as. Endpoints report zeros, only a total, one side only, less than nothing, or nothing;
 * limits must hold all the same. A reported number counts unless it is less than any tokenizer could make of what was
 * certainly sent or received: then the likely number counts in its place, and the usage says that it is estimated.
 */
export function countedUsage(
	reported: LanguageModelV3Usage | undefined,
	sent: TokenCount,
	received: TokenCount,
): Usage {
	const total = believable(reported?.raw?.total_tokens, sent.fewest + received.fewest);
	const output = believable(reported?.outputTokens.total, received.fewest);
	const input =
		believable(reported?.inputTokens.total, sent.fewest) ??
		(total !== undefined && output !== undefined ? believable(total - output, sent.fewest) : undefined);
	const counted = { input: input ?? sent.likely, output: output ?? received.likely };
	// What a total has beyond its parts was thought or read unseen; where the input is known, it was written.
	const beyond = Math.max(0, (total ?? 0) - counted.input - counted.output);
	if (input !== undefined) counted.output += beyond;
	else counted.input += beyond;
	const cached = believable(reported?.inputTokens.cacheRead, 1);
	const kept = believable(reported?.inputTokens.cacheWrite, 1);
	const thought = believable(reported?.outputTokens.reasoning, 1);
	return {
		inputTokens: counted.input,
		outputTokens: counted.output,
		costUsd: null,
		...(input !== undefined && cached && { cachedInputTokens: Math.min(cached, counted.input) }),
		...(input !== undefined &&
			kept && { cacheWriteTokens: Math.min(kept, counted.input - Math.min(cached ?? 0, counted.input)) }),
		...(output !== undefined && thought && { reasoningTokens: thought }),
		...((input === undefined || output === undefined || reported?.raw?.estimated === true) && { estimated: true }),
	};
}

/** What is certain of a call without an answer that counts: it was sent, and this came back. */
export function certainUsage(sent: TokenCount, received: TokenCount): Usage {
	return { inputTokens: sent.likely, outputTokens: received.likely, costUsd: null, estimated: true };
}

/** The texts of a request, and its images. Those, and what a chat template adds to each message, are left out of the fewest. */
export function sentTokens(
	{ prompt, tools }: Pick<LanguageModelV3CallOptions, "prompt" | "tools">,
	imageTokens = 0,
): TokenCount {
	const meter = tokenMeter();
	addTexts(prompt, meter.add);
	if (tools && tools.length > 0) meter.add(JSON.stringify(tools));
	return { fewest: meter.fewest, likely: meter.likely + prompt.length * templateTokens + imageTokens };
}

const templateTokens = 4;

function addTexts(value: unknown, add: (text: string) => void): void {
	if (typeof value === "string") add(value);
	else if (Array.isArray(value)) for (const one of value) addTexts(one, add);
	else if (typeof value === "object" && value !== null && !isUncounted(value))
		for (const [name, one] of Object.entries(value)) if (name !== "providerOptions") addTexts(one, add);
}

/** What was thought in earlier turns: whether it is read again is the provider's to say. Images are no texts. */
function isUncounted(value: object): boolean {
	return "type" in value && ["reasoning", "file", "image-data"].includes(String(value.type));
}

function believable(reported: unknown, fewest: number): number | undefined {
	if (typeof reported !== "number" || !Number.isFinite(reported)) return undefined;
	return reported >= 0 && reported >= fewest ? Math.ceil(reported) : undefined;
}
