import type { Effort } from "../../core/values.ts";
import { type AdaptationRow, left, leftOut, without } from "./adaptationRow.ts";
import { isRecord } from "./isRecord.ts";
import { refuses } from "./refusal.ts";
import { effortsIn, mostTokens, nearest } from "./refusedValues.ts";
import type { Body } from "./requestShapes.ts";

/** What servers refuse in a request of OpenAI's responses. */
export const responsesAdaptations: readonly AdaptationRow[] = [
	{
		parameter: "encrypted reasoning",
		once: true,
		refused: ({ words }, sent, before) =>
			!before && itemsOf(sent).some(isReasoning) && /encrypted.?content|\brs_|reasoning.{0,30}item/i.test(words)
				? left
				: undefined,
		apply: (body) => ({ ...body, input: itemsOf(body).filter((item) => !isReasoning(item)) }),
		told: () => "does not take back what it thought earlier and is asked without that this time",
	},
	{
		parameter: "reasoning.summary",
		refused: (refused, { reasoning }, before) =>
			isRecord(reasoning) &&
			reasoning.summary !== undefined &&
			!before &&
			(refuses(refused, "reasoning.summary") || /reasoning summar|\bsummary\b/i.test(refused.words))
				? left
				: undefined,
		apply: (body) => withReasoning(body, ({ summary: _, ...reasoning }) => reasoning),
		told: () => "gives no summary of its reasoning and is asked without one from now on",
	},
	{
		parameter: "reasoning.effort",
		loses: "reasoning_effort",
		refused(refused, { reasoning }, before) {
			if (!isRecord(reasoning) || reasoning.effort === undefined) return undefined;
			const named = ["reasoning.effort", "reasoning", "effort", "reasoning_effort"].some((name) =>
				refuses(refused, name),
			);
			if (!named && !/not support (thinking|reasoning)/i.test(refused.words)) return undefined;
			const offered = effortsIn(refused.words, String(reasoning.effort));
			return !before && offered.some((effort) => effort !== "none") ? offered.join(", ") : left;
		},
		apply: (body, instead) =>
			instead === left
				? without(body, "reasoning")
				: withReasoning(body, (reasoning) => ({
						...reasoning,
						effort: nearest(reasoning.effort as Effort, instead.split(", ") as Effort[]),
					})),
		told: (instead) =>
			instead === left
				? "refuses a reasoning effort and is asked without one from now on"
				: `takes only these reasoning efforts: ${instead}. The nearest one is asked for from now on`,
	},
	{
		parameter: "max_output_tokens above",
		refused({ words }, { max_output_tokens }, before) {
			const most = mostTokens(words);
			return most !== undefined && most < Number(max_output_tokens) && most !== Number(before)
				? String(most)
				: undefined;
		},
		apply: (body, instead) =>
			Number(body.max_output_tokens) > Number(instead) ? { ...body, max_output_tokens: Number(instead) } : body,
		told: (instead) => `writes at most ${instead} tokens in an answer and is asked for no more from now on`,
	},
	{
		parameter: "text.format",
		loses: "response_format",
		refused: (refused, { text }, before) =>
			text !== undefined &&
			!before &&
			(refuses(refused, "text.format") || /text\.format|json.?schema|structured.?output/i.test(refused.words))
				? left
				: undefined,
		apply: (body) => without(body, "text"),
		told: () => "refuses a JSON schema for its answers: from now on the prompt alone says what they must look like",
	},
	{
		parameter: "strict of a tool",
		refused: (refused, { tools }, before) =>
			JSON.stringify(tools ?? []).includes('"strict":') && !before && refuses(refused, "strict") ? left : undefined,
		apply: ({ tools, ...body }) => ({
			...body,
			...(Array.isArray(tools) && { tools: tools.map((tool) => (isRecord(tool) ? without(tool, "strict") : tool)) }),
		}),
		told: () => "refuses strict in a tool and is asked without it from now on",
	},
	...["include", "store", "parallel_tool_calls", "tool_choice"].map(leftOut),
];

function itemsOf({ input }: Body): readonly Body[] {
	return Array.isArray(input) ? input.filter(isRecord) : [];
}

function isReasoning({ type }: Body): boolean {
	return type === "reasoning";
}

function withReasoning(body: Body, change: (reasoning: Body) => Body): Body {
	const reasoning = isRecord(body.reasoning) ? change(body.reasoning) : {};
	return Object.keys(reasoning).length > 0 ? { ...body, reasoning } : without(body, "reasoning");
}
