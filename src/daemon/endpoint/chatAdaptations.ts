import type { Effort } from "../../core/values.ts";
import { type AdaptationRow, left, leftOut, without } from "./adaptationRow.ts";
import { isRecord } from "./isRecord.ts";
import { mentions, refuses } from "./refusal.ts";
import { effortsIn, mostTokens, nearest } from "./refusedValues.ts";
import {
	asText,
	hasCalls,
	hasNullContent,
	hasStrict,
	withoutKeywords,
	withoutStrict,
	withoutSystem,
	withShortIds,
	withTextContent,
} from "./requestShapes.ts";

/** What servers refuse in a request of OpenAI's chat protocol. Long, because it is a table. */
const rows: readonly AdaptationRow[] = [
	{
		parameter: "stream_options",
		refused: (refused, { stream_options }, before) =>
			stream_options !== undefined && !before && refuses(refused, "stream_options") ? left : undefined,
		apply: (body) => without(body, "stream_options"),
		told: () =>
			"refuses stream_options and is asked without it from now on: what it uses is estimated where it does not say it",
	},
	{
		parameter: "stream",
		refused: ({ words, names }, { stream }, before) =>
			stream === true &&
			!before &&
			(names.includes("stream") ||
				/\bstream(ing)?\b.{0,40}(not|n't|un)\W?\w*support|'stream' does not support/i.test(words))
				? left
				: undefined,
		apply: (body) => ({ ...without(body, "stream_options"), stream: false }),
		told: () => "does not stream and is asked for whole answers from now on",
	},
	{
		parameter: "reasoning_effort beside tools",
		loses: "reasoning_effort",
		refused: ({ words }, { tools }, before) =>
			tools !== undefined &&
			!before &&
			/tools?\b.{0,20}\bwith\b.{0,5}reasoning_?effort|reasoning_?effort.{0,40}\b(with|when)\b.{0,20}tools?/i.test(words)
				? "none"
				: undefined,
		apply: (body, instead) =>
			body.tools === undefined
				? body
				: { ...without(body, "reasoning", "reasoning_effort"), reasoning_effort: instead },
		told: () => "takes no reasoning effort together with tools and is asked with effort none where it has tools",
	},
	{
		parameter: "max_tokens above",
		refused: ({ words }, sent, before) => {
			const most = mostTokens(words);
			const asked = Number(sent.max_tokens ?? sent.max_completion_tokens);
			return most !== undefined && most < asked && most !== Number(before) ? String(most) : undefined;
		},
		apply: (body, instead) => {
			const most = Number(instead);
			const capped = (name: string) => (Number(body[name]) > most ? { [name]: most } : {});
			return { ...body, ...capped("max_tokens"), ...capped("max_completion_tokens") };
		},
		told: (instead) => `writes at most ${instead} tokens in an answer and is asked for no more from now on`,
	},
	{
		parameter: "max_tokens",
		refused(refused, sent, before) {
			const names = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
			if (sent.max_tokens === undefined && sent.max_completion_tokens === undefined) return undefined;
			const isOfWindow = /context.?(length|size|window)/i.test(refused.words);
			if (isOfWindow || !names.some((name) => refuses(refused, name))) return undefined;
			return before ? left : "max_completion_tokens";
		},
		apply({ max_tokens, ...body }, instead) {
			return instead === left || max_tokens === undefined ? body : { ...body, [instead]: max_tokens };
		},
		told: (instead) =>
			instead === left
				? "takes no limit for the length of an answer and is asked without one from now on"
				: `wants ${instead} in place of max_tokens and gets it from now on`,
	},
	{
		parameter: "keywords of schemas",
		refused({ words }, sent, before) {
			const found = [
				...words.matchAll(/unknown name \\?"([\w$]+)\\?" at '(?:tools|response_format|generation_config)/gi),
			].map(([, name]) => name!);
			const known = before?.split(", ") ?? [];
			const names = [...new Set([...known, ...found])].filter((name) => name !== "tools");
			const isNew = names.length > known.length && (sent.tools !== undefined || sent.response_format !== undefined);
			return isNew ? names.join(", ") : undefined;
		},
		apply: (body, instead) => withoutKeywords(body, instead.split(", ")),
		told: (instead) => `does not know ${instead} in a JSON schema and gets schemas without it from now on`,
	},
	{
		parameter: "strict",
		refused: (refused, sent, before) => (!before && hasStrict(sent) && refuses(refused, "strict") ? left : undefined),
		apply: withoutStrict,
		told: () => "refuses strict in a JSON schema and is asked without it from now on",
	},
	{
		parameter: "response_format",
		loses: "response_format",
		refused: (refused, { response_format }, before) =>
			response_format !== undefined &&
			!before &&
			(refuses(refused, "response_format") ||
				/response.?format|json.?schema|structured.?output|\bschema\b|\bgrammar\b/i.test(refused.words))
				? left
				: undefined,
		apply: (body) => without(body, "response_format"),
		told: () => "refuses a JSON schema for its answers: from now on the prompt alone says what they must look like",
	},
	{
		parameter: "reasoning_effort",
		loses: "reasoning_effort",
		refused(refused, { reasoning_effort, reasoning }, before) {
			if (reasoning_effort === undefined && reasoning === undefined) return undefined;
			const named = ["reasoning_effort", "reasoning.effort", "reasoning", "effort"].some((name) =>
				refuses(refused, name),
			);
			if (
				!named &&
				!/not support (thinking|reasoning)|think(ing)? (value|level).{0,40}not supported/i.test(refused.words)
			)
				return undefined;
			const offered = effortsIn(
				refused.words,
				String(reasoning_effort ?? (isRecord(reasoning) ? reasoning.effort : "")),
			);
			return !before && offered.some((effort) => effort !== "none") ? offered.join(", ") : left;
		},
		apply(body, instead) {
			const { reasoning_effort, reasoning } = body;
			const asked = (reasoning_effort ?? (isRecord(reasoning) ? reasoning.effort : undefined)) as Effort | undefined;
			if (asked === undefined) return body;
			if (instead === left) return without(body, "reasoning_effort", "reasoning");
			const effort = nearest(asked, instead.split(", ") as Effort[]);
			return reasoning_effort === undefined
				? { ...body, reasoning: { effort } }
				: { ...body, reasoning_effort: effort };
		},
		told: (instead) =>
			instead === left
				? "refuses a reasoning effort and is asked without one from now on"
				: `takes only these reasoning efforts: ${instead}. The nearest one is asked for from now on`,
	},
	{
		parameter: "tools",
		loses: "tools",
		refused: (refused, { tools }, before) =>
			tools !== undefined &&
			!before &&
			(refused.names.some((name) => /^(tools|tool_choice|functions)$/.test(name)) || toolWords.test(refused.words))
				? "text"
				: undefined,
		apply: (body) => asText(body),
		told: () =>
			"takes no tools: from now on they are described in the prompt, and its calls are read from what it writes",
	},
	{
		parameter: "ids of calls",
		refused: ({ words }, sent, before) =>
			!before && hasCalls(sent) && /tool.?call.?ids?\b.*(length|alphanumeric|a-z)/i.test(words) ? "short" : undefined,
		apply: withShortIds,
		told: () => "wants ids of nine letters and digits for calls and gets them from now on",
	},
	{
		parameter: "content that is null",
		refused: ({ words, names }, sent, before) =>
			!before &&
			hasNullContent(sent) &&
			(names.includes("content") || mentions(words, "content")) &&
			/\b(null|none|nonetype)\b|string|field required|missing/i.test(words)
				? "empty"
				: undefined,
		apply: withTextContent,
		told: () => "wants a text in each message and gets an empty one beside calls from now on",
	},
	{
		parameter: "system",
		refused({ words }, sent, before) {
			if (!Array.isArray(sent.messages) || before === "user") return undefined;
			if (!systemWords.test(words) || /after the optional system message/i.test(words)) return undefined;
			return !before &&
				/['"`]developer['"`]|developer (role|message)/i.test(words) &&
				!/developer.{0,30}(not|n['’]t)\b/i.test(words)
				? "developer"
				: "user";
		},
		apply: withoutSystem,
		told: (instead) =>
			instead === "developer"
				? "wants its instructions from a developer and gets them so from now on"
				: "takes no system message: from now on its instructions stand at the beginning of the first message",
	},
];

/** Any other parameter that the server names. */
const others = [
	"temperature",
	"top_p",
	"top_k",
	"seed",
	"stop",
	"user",
	"parallel_tool_calls",
	"tool_choice",
	"presence_penalty",
	"frequency_penalty",
	"logprobs",
	"store",
	"metadata",
	"verbosity",
	"service_tier",
	"n",
];
export const chatAdaptations: readonly AdaptationRow[] = [...others.map(leftOut), ...rows];

const toolWords = new RegExp(
	[
		"not (yet |currently )?support(ed|s)?\\b.{0,30}\\b(tools?|functions?)\\b",
		"(n['’]t|un)\\W?support(ed)?\\b.{0,30}\\b(tools?|function call)",
		"\\b(tools?( use| calls?| calling)?|function calling)\\b[`'\"]?( is| are)?( currently)? ?(not|un) ?(supported|available|enabled)",
		"found that support tool use",
		"tool choice requires",
		"tools? param(eter)? requires",
		"unsupported param: tools",
		"parameters: \\[?['\"]tools",
		"generate parser for this template",
		"(unknown|unrecogni[sz]ed|unexpected)[^.]{0,30}['\"`: ]tools?['\"`]?\\b",
	].join("|"),
	"i",
);

const systemWords =
	/system (role|message|prompt|instruction)s?\b.{0,40}(not|n['’]t|un)|['"`]system['"`]|developer instruction.{0,20}not|got system|roles? must alternate|does not support (a )?system|role[^.]{0,20}\bsystem\b[^.]{0,20}not/i;
