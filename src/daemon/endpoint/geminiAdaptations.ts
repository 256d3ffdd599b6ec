import { type AdaptationRow, left, without } from "./adaptationRow.ts";
import { isRecord } from "./isRecord.ts";
import { refuses } from "./refusal.ts";
import { mostTokens } from "./refusedValues.ts";
import type { Body } from "./requestShapes.ts";

/** What servers refuse in a request of Google's Gemini API. */
export const geminiAdaptations: readonly AdaptationRow[] = [
	{
		parameter: "thought signatures",
		once: true,
		refused({ words }, sent, before) {
			const has = JSON.stringify(sent.contents ?? []).includes('"thoughtSignature":');
			if (before === left || !has || !/thought.?signature/i.test(words)) return undefined;
			return before === skipped ? left : skipped;
		},
		apply: (body, instead) => ({ ...body, contents: withoutSignatures(body.contents, instead === skipped) }),
		told: () => "does not take back what it thought earlier and is asked without that this time",
	},
	{
		parameter: "thinkingConfig",
		loses: "reasoning_effort",
		refused: (refused, sent, before) =>
			configOf(sent).thinkingConfig !== undefined &&
			!before &&
			([
				"thinkingConfig",
				"thinking_config",
				"thinkingLevel",
				"thinking_level",
				"thinkingBudget",
				"thinking_budget",
			].some((name) => refuses(refused, name)) ||
				/\bthinking\b|thinking (level|budget)/i.test(refused.words))
				? left
				: undefined,
		apply: (body) => withConfig(body, "thinkingConfig"),
		told: () => "cannot be told how much to think and is asked without it from now on",
	},
	{
		parameter: "responseSchema",
		loses: "response_format",
		refused: (refused, sent, before) =>
			(configOf(sent).responseSchema !== undefined || configOf(sent).responseMimeType !== undefined) &&
			!before &&
			/response_?schema|response_?mime_?type|json mode|\bschema\b/i.test(refused.words)
				? left
				: undefined,
		apply: (body) => withConfig(body, "responseSchema", "responseMimeType"),
		told: () => "refuses a JSON schema for its answers: from now on the prompt alone says what they must look like",
	},
	{
		parameter: "maxOutputTokens above",
		refused({ words }, sent, before) {
			const named = /maxOutputTokens|max_output_tokens/i.test(words);
			const most = mostTokens(words) ?? (named ? Number(/to (\d+) \(exclusive\)/.exec(words)?.[1]) - 1 : undefined);
			return most && most < Number(configOf(sent).maxOutputTokens) && most !== Number(before)
				? String(most)
				: undefined;
		},
		apply: (body, instead) =>
			Number(configOf(body).maxOutputTokens) > Number(instead)
				? { ...body, generationConfig: { ...configOf(body), maxOutputTokens: Number(instead) } }
				: body,
		told: (instead) => `writes at most ${instead} tokens in an answer and is asked for no more from now on`,
	},
	{
		parameter: "systemInstruction",
		refused: ({ words }, { systemInstruction }, before) =>
			systemInstruction !== undefined && !before && /(developer|system).?instruction.{0,40}(not|n['’]t)/i.test(words)
				? "user"
				: undefined,
		apply: ({ systemInstruction, contents, ...body }) => ({
			...body,
			contents: [
				{ role: "user", parts: isRecord(systemInstruction) ? systemInstruction.parts : [] },
				{ role: "model", parts: [{ text: "Understood." }] },
				...(Array.isArray(contents) ? contents : []),
			],
		}),
		told: () => "takes no system instruction: from now on it stands in the first message",
	},
];

function configOf({ generationConfig }: Body): Body {
	return isRecord(generationConfig) ? generationConfig : {};
}

function withConfig(body: Body, ...names: readonly string[]): Body {
	return { ...body, generationConfig: without(configOf(body), ...names) };
}

const skipped = "skipped";
/** What Google documents for calls that have lost their signature: its newer models insist on one. */
const stand = { thoughtSignature: "skip_thought_signature_validator" };

function withoutSignatures(contents: unknown, insists: boolean): unknown {
	if (!Array.isArray(contents)) return contents;
	const bare = (part: unknown) => {
		if (!isRecord(part) || part.thoughtSignature === undefined) return part;
		return { ...without(part, "thoughtSignature"), ...(insists && part.functionCall !== undefined && stand) };
	};
	return contents.map((content) =>
		isRecord(content) && Array.isArray(content.parts) ? { ...content, parts: content.parts.map(bare) } : content,
	);
}
