import { type AdaptationRow, left, leftOut, without } from "./adaptationRow.ts";
import { isRecord } from "./isRecord.ts";
import { mentions, refuses } from "./refusal.ts";
import { mostTokens } from "./refusedValues.ts";
import type { Body } from "./requestShapes.ts";

/** What servers refuse in a request of Anthropic's messages: its own models, and proxies and others that speak the same. */
export const messagesAdaptations: readonly AdaptationRow[] = [
	{
		parameter: "signed thinking",
		once: true,
		refused: ({ words }, sent, before) =>
			!before && hasThinking(sent) && /signature|thinking.{0,20}blocks?.{0,60}(cannot|must|invalid|modif)/i.test(words)
				? left
				: undefined,
		apply: (body) =>
			without(
				withBlocks(body, (blocks) => blocks.filter((block) => !isThought(block))),
				"thinking",
			),
		told: () => "does not take back what it thought earlier and is asked without that, and without thinking, this time",
	},
	{
		parameter: "output_config.format",
		loses: "response_format",
		refused: (refused, { output_config }, before) =>
			isRecord(output_config) &&
			output_config.format !== undefined &&
			!before &&
			(refuses(refused, "output_config.format") ||
				/output_?config|output_?format|json.?schema|structured.?output/i.test(refused.words)) &&
			!/\beffort\b/i.test(refused.words)
				? left
				: undefined,
		apply: (body) => withOutput(body, ({ format: _, ...rest }) => rest),
		told: () => "refuses a JSON schema for its answers: from now on the prompt alone says what they must look like",
	},
	{
		parameter: "output_config.effort",
		loses: "reasoning_effort",
		refused: (refused, { output_config }, before) =>
			isRecord(output_config) &&
			output_config.effort !== undefined &&
			!before &&
			(refuses(refused, "effort") || refuses(refused, "output_config"))
				? left
				: undefined,
		apply: (body) => withOutput(body, ({ effort: _, ...rest }) => rest),
		told: () => "refuses a reasoning effort and is asked without one from now on",
	},
	{
		parameter: "thinking",
		loses: "reasoning_effort",
		refused: (refused, { thinking }, before) =>
			thinking !== undefined &&
			!before &&
			(refuses(refused, "thinking") ||
				/thinking.{0,60}(not|n['’]t) (be )?(support|available|allow)/i.test(refused.words))
				? left
				: undefined,
		apply: (body) => without(body, "thinking"),
		told: () => "cannot be told to think and is asked without it from now on",
	},
	{
		parameter: "max_tokens of an answer",
		refused({ words }, { max_tokens }, before) {
			const most =
				Number(/> ?(\d[\d,_]*),? which is the maximum/.exec(words)?.[1]?.replace(/[,_]/g, "")) || mostTokens(words);
			return most && most < Number(max_tokens) && most !== Number(before) ? String(most) : undefined;
		},
		apply(body, instead) {
			const most = Number(instead);
			if (!(Number(body.max_tokens) > most)) return body;
			const { thinking } = body;
			const isOver = isRecord(thinking) && Number(thinking.budget_tokens) >= most;
			return { ...(isOver ? without(body, "thinking") : body), max_tokens: most };
		},
		told: (instead) => `writes at most ${instead} tokens in an answer and is asked for no more from now on`,
	},
	{
		parameter: "cache_control",
		refused: ({ words }, sent, before) =>
			!before && JSON.stringify(sent).includes('"cache_control":') && mentions(words, "cache_control")
				? left
				: undefined,
		apply: (body) => withoutCacheMarks(body) as Body,
		told: () => "keeps nothing in a cache when it is asked to and is not asked from now on",
	},
	{
		parameter: "beta fields of a tool",
		refused: ({ words }, { tools }, before) =>
			!before && Array.isArray(tools) && /eager_input_streaming|\bstrict\b/.test(words) ? left : undefined,
		apply: ({ tools, ...body }) => ({
			...body,
			...(Array.isArray(tools) && {
				tools: tools.map((tool) => (isRecord(tool) ? without(tool, "eager_input_streaming", "strict") : tool)),
			}),
		}),
		told: () => "does not know new fields of tools and is asked without them from now on",
	},
	...["temperature", "top_p", "top_k", "tool_choice", "metadata", "service_tier"].map(leftOut),
];

function messagesOf({ messages }: Body): readonly Body[] {
	return Array.isArray(messages) ? messages.filter(isRecord) : [];
}

function isThought(block: unknown): boolean {
	return isRecord(block) && (block.type === "thinking" || block.type === "redacted_thinking");
}

function hasThinking(body: Body): boolean {
	return messagesOf(body).some(({ content }) => Array.isArray(content) && content.some(isThought));
}

function withBlocks(body: Body, change: (blocks: readonly unknown[]) => readonly unknown[]): Body {
	const messages = messagesOf(body).map((message) =>
		Array.isArray(message.content) ? { ...message, content: change(message.content) } : message,
	);
	return { ...body, messages };
}

function withOutput(body: Body, change: (output: Body) => Body): Body {
	const output_config = isRecord(body.output_config) ? change(body.output_config) : {};
	return Object.keys(output_config).length > 0 ? { ...body, output_config } : without(body, "output_config");
}

function withoutCacheMarks(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(withoutCacheMarks);
	if (!isRecord(value)) return value;
	return Object.fromEntries(
		Object.entries(value).flatMap(([name, each]) =>
			// What a tool was called with is the model's own.
			name === "cache_control"
				? []
				: [[name, name === "input" || name === "input_schema" ? each : withoutCacheMarks(each)]],
		),
	);
}
