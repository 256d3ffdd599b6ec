import type { IncomingHttpHeaders } from "node:http";
import type { WireName } from "../../src/daemon/providers/providerRow.ts";

/** The protocols that models are spoken to in, from the side of a server: how requests are read, and answers written. */
export interface WireFixture {
	readonly wire: WireName;
	readonly basePath: string;
	/** A model that thinks, whose price and window the catalogue knows. */
	readonly model: string;
	/** An id of a provider under which the catalogue finds it. */
	readonly provider: string;
	/** The path that a request comes to, below the base. */
	path(model: string): string;
	key(headers: IncomingHttpHeaders): string | undefined;
	/** The instructions. */
	system(body: Json): string;
	toolNames(body: Json): readonly string[];
	/** The results of calls, by message. */
	results(body: Json): readonly (readonly string[])[];
	/** Images, in their order: in base64, and whether they stand in the result of a call. */
	images(body: Json): readonly SentImage[];
	/** What asks for the effort. */
	effort(body: Json): unknown;
	/** What asks for an answer of a shape. */
	schema(body: Json): unknown;
	/** Signed or encrypted reasoning that came back. */
	signatures(body: Json): readonly string[];
	/** The pieces of a stream. */
	stream(said: Said, model: string): readonly string[];
	/** The body of an error. */
	error(kind: ErrorKind, message: string): object;
	/** A prompt that is too long, in the vendor's words, and the window that it names. */
	readonly tooLong: { readonly status: number; readonly message: string; readonly window: number | undefined };
}

export interface SentImage {
	readonly mediaType: string;
	readonly base64: string;
	readonly inResult: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: bodies are looked into as they come
export type Json = any;

export interface Said {
	readonly reasoning?: string;
	/** Comes with the reasoning; with the first call where there is none. */
	readonly signature?: string;
	readonly text?: string;
	/** Without an id each has one of its own. */
	readonly calls?: readonly { readonly name: string; readonly args: string; readonly id?: string }[];
	readonly usage?: {
		readonly input: number;
		readonly output: number;
		readonly cached?: number;
		readonly written?: number;
		readonly thought?: number;
	};
	readonly finish?: "stop" | "length" | "refused";
	/** The stream ends without its end. */
	readonly isUnfinished?: boolean;
}

export type ErrorKind = "invalid" | "auth" | "notFound" | "rateLimit" | "overloaded" | "server";

const sse = (value: unknown, event?: string) =>
	`${event ? `event: ${event}\n` : ""}data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`;

/** As it arrives: in halves. */
function halves(text: string): readonly string[] {
	const middle = Math.ceil(text.length / 2);
	return [text.slice(0, middle), text.slice(middle)].filter((half) => half !== "");
}

const flat = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
const list = (value: unknown): Json[] => (Array.isArray(value) ? value : []);

function ofDataUrl(url: string, inResult: boolean): SentImage {
	const [, mediaType = "", base64 = ""] = /^data:([^;]+);base64,(.*)$/.exec(url) ?? [];
	return { mediaType, base64, inResult };
}

const ofSource = ({ media_type: mediaType, data: base64 }: Json, inResult: boolean) => ({
	mediaType,
	base64,
	inResult,
});
const ofInline = ({ mimeType: mediaType, data: base64 }: Json, inResult: boolean) => ({ mediaType, base64, inResult });

const openaiTypes: Readonly<Record<ErrorKind, readonly [type: string, code: string | null]>> = {
	invalid: ["invalid_request_error", null],
	auth: ["invalid_request_error", "invalid_api_key"],
	notFound: ["invalid_request_error", "model_not_found"],
	rateLimit: ["requests", "rate_limit_exceeded"],
	overloaded: ["server_error", "overloaded"],
	server: ["server_error", null],
};
const openaiError = (kind: ErrorKind, message: string) => {
	const [type, code] = openaiTypes[kind];
	return { error: { message, type, param: null, code } };
};
const openaiTooLong = {
	status: 400,
	message:
		"This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens. Please reduce the length of the messages.",
	window: 128_000,
};

const chat: WireFixture = {
	wire: "openai-compatible",
	basePath: "/v1",
	model: "gpt-5",
	provider: "openai",
	path: () => "/chat/completions",
	key: ({ authorization }) => authorization?.replace("Bearer ", ""),
	system: ({ messages }) => messages[0].content,
	toolNames: ({ tools }) => list(tools).map((tool) => tool.function.name),
	results: ({ messages }) => {
		const found = messages.filter(({ role }: Json) => role === "tool").map(({ content }: Json) => content);
		return found.length > 0 ? [found] : [];
	},
	images: ({ messages }) =>
		messages.flatMap(({ role, content }: Json) =>
			list(content).flatMap((part) =>
				part.type === "image_url" ? [ofDataUrl(part.image_url.url, role === "tool")] : [],
			),
		),
	effort: ({ reasoning_effort }) => reasoning_effort,
	schema: ({ response_format }) => response_format?.json_schema?.schema,
	signatures: () => [],
	stream({ reasoning, text, calls = [], usage, finish = "stop", isUnfinished }, model) {
		const chunk = (delta: object, more: object = {}) =>
			sse({ id: "c1", object: "chat.completion.chunk", model, choices: [{ index: 0, delta, ...more }] });
		const reason = { stop: calls.length > 0 ? "tool_calls" : "stop", length: "length", refused: "content_filter" }[
			finish
		];
		return [
			chunk({ role: "assistant" }),
			...halves(reasoning ?? "").map((half) => chunk({ reasoning_content: half })),
			...halves(text ?? "").map((half) => chunk({ content: half })),
			...calls.flatMap(({ name, args, ...call }, index) => [
				chunk({
					tool_calls: [{ index, id: call.id ?? `call_${index}`, type: "function", function: { name, arguments: "" } }],
				}),
				...halves(args).map((half) => chunk({ tool_calls: [{ index, function: { arguments: half } }] })),
			]),
			...(isUnfinished
				? []
				: [
						chunk({}, { finish_reason: reason }),
						...(usage
							? [
									sse({
										id: "c1",
										model,
										choices: [],
										usage: {
											prompt_tokens: usage.input,
											completion_tokens: usage.output,
											total_tokens: usage.input + usage.output,
											prompt_tokens_details: { cached_tokens: usage.cached ?? 0 },
											completion_tokens_details: { reasoning_tokens: usage.thought ?? 0 },
										},
									}),
								]
							: []),
						sse("[DONE]"),
					]),
		];
	},
	error: openaiError,
	tooLong: openaiTooLong,
};

const responses: WireFixture = {
	wire: "openai",
	basePath: "/v1",
	model: "gpt-5",
	provider: "openai",
	path: () => "/responses",
	key: ({ authorization }) => authorization?.replace("Bearer ", ""),
	system: ({ input }) => input[0].content,
	toolNames: ({ tools }) => list(tools).map((tool) => tool.name),
	results: ({ input }) => {
		const found = input
			.filter(({ type }: Json) => type === "function_call_output")
			.map(({ output }: Json) =>
				Array.isArray(output) ? output.map(({ text }) => text ?? "").join("") : flat(output),
			);
		return found.length > 0 ? [found] : [];
	},
	images: ({ input }) =>
		input.flatMap(({ type, content, output }: Json) =>
			list(type === "function_call_output" ? output : content).flatMap((part) =>
				part.type === "input_image" ? [ofDataUrl(part.image_url, type === "function_call_output")] : [],
			),
		),
	effort: ({ reasoning }) => reasoning?.effort,
	schema: ({ text }) => text?.format?.schema,
	signatures: ({ input }) =>
		input.filter(({ type }: Json) => type === "reasoning").map((item: Json) => item.encrypted_content),
	stream({ reasoning, signature, text, calls = [], usage, finish = "stop", isUnfinished }, model) {
		let output_index = -1;
		const event = (type: string, more: object) => sse({ type, ...more }, type);
		const item = (events: (index: number) => readonly string[]) => {
			output_index++;
			return events(output_index);
		};
		const pieces = [
			event("response.created", { response: { id: "resp_1", created_at: 1, model, service_tier: null } }),
		];
		if (reasoning !== undefined)
			pieces.push(
				...item((index) => [
					event("response.output_item.added", {
						output_index: index,
						item: { type: "reasoning", id: "rs_1", summary: [], encrypted_content: null },
					}),
					event("response.reasoning_summary_part.added", { item_id: "rs_1", output_index: index, summary_index: 0 }),
					...halves(reasoning).map((delta) =>
						event("response.reasoning_summary_text.delta", {
							item_id: "rs_1",
							output_index: index,
							summary_index: 0,
							delta,
						}),
					),
					event("response.reasoning_summary_part.done", { item_id: "rs_1", output_index: index, summary_index: 0 }),
					event("response.output_item.done", {
						output_index: index,
						item: { type: "reasoning", id: "rs_1", summary: [], encrypted_content: signature ?? null },
					}),
				]),
			);
		if (text !== undefined)
			pieces.push(
				...item((index) => [
					event("response.output_item.added", { output_index: index, item: { type: "message", id: "msg_1" } }),
					...halves(text).map((delta) =>
						event("response.output_text.delta", { item_id: "msg_1", output_index: index, content_index: 0, delta }),
					),
					event("response.output_item.done", { output_index: index, item: { type: "message", id: "msg_1" } }),
				]),
			);
		for (const [at, { name, args, id = `call_${at}` }] of calls.entries())
			pieces.push(
				...item((index) => {
					const call = { type: "function_call", id: `fc_${at}`, call_id: id, name };
					return [
						event("response.output_item.added", { output_index: index, item: { ...call, arguments: "" } }),
						...halves(args).map((delta) =>
							event("response.function_call_arguments.delta", { item_id: call.id, output_index: index, delta }),
						),
						event("response.output_item.done", {
							output_index: index,
							item: { ...call, arguments: args, status: "completed" },
						}),
					];
				}),
			);
		if (isUnfinished) return pieces;
		const reason = { stop: undefined, length: "max_output_tokens", refused: "content_filter" }[finish];
		const type = reason ? "response.incomplete" : "response.completed";
		const counted = usage && {
			input_tokens: usage.input,
			input_tokens_details: { cached_tokens: usage.cached ?? 0 },
			output_tokens: usage.output,
			output_tokens_details: { reasoning_tokens: usage.thought ?? 0 },
		};
		pieces.push(
			event(type, {
				response: {
					incomplete_details: reason ? { reason } : null,
					usage: counted ?? { input_tokens: 0, output_tokens: 0 },
					service_tier: null,
				},
			}),
		);
		return pieces;
	},
	error: openaiError,
	tooLong: openaiTooLong,
};

const anthropicTypes: Readonly<Record<ErrorKind, string>> = {
	invalid: "invalid_request_error",
	auth: "authentication_error",
	notFound: "not_found_error",
	rateLimit: "rate_limit_error",
	overloaded: "overloaded_error",
	server: "api_error",
};

const messages: WireFixture = {
	wire: "anthropic",
	basePath: "/v1",
	model: "claude-sonnet-4-20250514",
	provider: "anthropic",
	path: () => "/messages",
	key: (headers) => headers["x-api-key"] as string | undefined,
	system: ({ system }) =>
		list(system)
			.map(({ text }) => text)
			.join("\n"),
	toolNames: ({ tools }) => list(tools).map(({ name }) => name),
	results: ({ messages: said }) =>
		said
			.map(({ content }: Json) =>
				list(content)
					.filter(({ type }) => type === "tool_result")
					.map(
						(block) =>
							list(block.content)
								.map(({ text }) => text)
								.join("") || flat(block.content),
					),
			)
			.filter((found: Json) => found.length > 0),
	images: ({ messages: said }) =>
		said.flatMap(({ content }: Json) =>
			list(content).flatMap((block) => [
				...(block.type === "image" ? [ofSource(block.source, false)] : []),
				...(block.type === "tool_result" ? list(block.content) : []).flatMap((part) =>
					part.type === "image" ? [ofSource(part.source, true)] : [],
				),
			]),
		),
	effort: ({ thinking, output_config }) => output_config?.effort ?? thinking,
	schema: ({ output_config, tools }) =>
		output_config?.format?.schema ?? list(tools).find(({ name }) => name === "json")?.input_schema,
	signatures: ({ messages: said }) =>
		said.flatMap(({ content }: Json) =>
			list(content).flatMap((block) => (block.type === "thinking" ? [block.signature] : [])),
		),
	stream({ reasoning, signature, text, calls = [], usage, finish = "stop", isUnfinished }, model) {
		const event = (type: string, more: object = {}) => sse({ type, ...more }, type);
		let index = -1;
		const block = (content_block: object, deltas: readonly object[]) => {
			index++;
			return [
				event("content_block_start", { index, content_block }),
				...deltas.map((delta) => event("content_block_delta", { index, delta })),
				event("content_block_stop", { index }),
			];
		};
		const pieces = [
			event("message_start", {
				message: {
					id: "msg_1",
					type: "message",
					role: "assistant",
					model,
					content: [],
					stop_reason: null,
					stop_sequence: null,
					usage: {
						input_tokens: (usage?.input ?? 0) - (usage?.cached ?? 0) - (usage?.written ?? 0),
						cache_read_input_tokens: usage?.cached ?? 0,
						cache_creation_input_tokens: usage?.written ?? 0,
						output_tokens: usage ? 1 : 0,
					},
				},
			}),
			event("ping"),
		];
		if (reasoning !== undefined)
			pieces.push(
				...block({ type: "thinking", thinking: "", signature: "" }, [
					...halves(reasoning).map((thinking) => ({ type: "thinking_delta", thinking })),
					...(signature ? [{ type: "signature_delta", signature }] : []),
				]),
			);
		if (text !== undefined)
			pieces.push(
				...block(
					{ type: "text", text: "" },
					halves(text).map((half) => ({ type: "text_delta", text: half })),
				),
			);
		for (const [at, { name, args, id = `toolu_${at}` }] of calls.entries())
			pieces.push(
				...block(
					{ type: "tool_use", id, name, input: {} },
					halves(args).map((partial_json) => ({ type: "input_json_delta", partial_json })),
				),
			);
		if (isUnfinished) return pieces;
		const stop_reason = { stop: calls.length > 0 ? "tool_use" : "end_turn", length: "max_tokens", refused: "refusal" }[
			finish
		];
		pieces.push(
			event("message_delta", {
				delta: { stop_reason, stop_sequence: null },
				usage: {
					output_tokens: usage?.output ?? 0,
					...(usage?.thought !== undefined && { output_tokens_details: { thinking_tokens: usage.thought } }),
				},
			}),
			event("message_stop"),
		);
		return pieces;
	},
	error: (kind, message) => ({ type: "error", error: { type: anthropicTypes[kind], message } }),
	tooLong: { status: 400, message: "prompt is too long: 210000 tokens > 200000 maximum", window: 200_000 },
};

const googleStatuses: Readonly<Record<ErrorKind, readonly [code: number, status: string]>> = {
	invalid: [400, "INVALID_ARGUMENT"],
	auth: [403, "PERMISSION_DENIED"],
	notFound: [404, "NOT_FOUND"],
	rateLimit: [429, "RESOURCE_EXHAUSTED"],
	overloaded: [503, "UNAVAILABLE"],
	server: [500, "INTERNAL"],
};

const gemini: WireFixture = {
	wire: "google",
	basePath: "/v1beta",
	model: "gemini-2.5-pro",
	provider: "google",
	path: (model) => `/models/${model}:streamGenerateContent`,
	key: (headers) => headers["x-goog-api-key"] as string | undefined,
	system: ({ systemInstruction }) =>
		list(systemInstruction?.parts)
			.map(({ text }) => text)
			.join("\n"),
	toolNames: ({ tools }) =>
		list(tools)
			.flatMap(({ functionDeclarations }) => list(functionDeclarations))
			.map(({ name }) => name),
	results: ({ contents }) =>
		contents
			.map(({ parts }: Json) =>
				list(parts).flatMap(({ functionResponse }) =>
					functionResponse ? [flat(functionResponse.response.content)] : [],
				),
			)
			.filter((found: Json) => found.length > 0),
	images: ({ contents }) =>
		contents.flatMap(({ parts }: Json) => {
			const hasResult = list(parts).some(({ functionResponse }) => functionResponse);
			return list(parts).flatMap(({ inlineData, functionResponse }) => [
				...(inlineData ? [ofInline(inlineData, hasResult)] : []),
				...list(functionResponse?.parts).map((part) => ofInline(part.inlineData, true)),
			]);
		}),
	effort: ({ generationConfig }) => {
		const { thinkingLevel, thinkingBudget } = generationConfig?.thinkingConfig ?? {};
		return thinkingLevel ?? thinkingBudget;
	},
	schema: ({ generationConfig }) => generationConfig?.responseSchema,
	signatures: ({ contents }) =>
		contents.flatMap(({ parts }: Json) =>
			list(parts).flatMap(({ thoughtSignature }) => (thoughtSignature ? [thoughtSignature] : [])),
		),
	stream({ reasoning, signature, text, calls = [], usage, finish = "stop", isUnfinished }, model) {
		const chunk = (parts: readonly object[], more: object = {}) =>
			sse({
				candidates: [{ content: { role: "model", parts }, index: 0, ...more }],
				modelVersion: model,
				responseId: "r1",
			});
		const withSignature = signature && calls.length > 0;
		const reason = { stop: "STOP", length: "MAX_TOKENS", refused: "SAFETY" }[finish];
		return [
			...halves(reasoning ?? "").map((half) => chunk([{ text: half, thought: true }])),
			...halves(text ?? "").map((half, at) =>
				chunk([{ text: half, ...(signature && !withSignature && at === 0 && { thoughtSignature: signature }) }]),
			),
			...(calls.length > 0
				? [
						chunk(
							calls.map(({ name, args }, at) => ({
								functionCall: { name, args: JSON.parse(args || "{}") },
								...(signature && at === 0 && { thoughtSignature: signature }),
							})),
						),
					]
				: []),
			...(isUnfinished
				? []
				: [
						sse({
							candidates: [{ content: { role: "model", parts: [] }, index: 0, finishReason: reason }],
							modelVersion: model,
							...(usage && {
								usageMetadata: {
									promptTokenCount: usage.input,
									candidatesTokenCount: usage.output - (usage.thought ?? 0),
									thoughtsTokenCount: usage.thought ?? 0,
									cachedContentTokenCount: usage.cached ?? 0,
									totalTokenCount: usage.input + usage.output,
								},
							}),
						}),
					]),
		];
	},
	error(kind, message) {
		const [code, status] = googleStatuses[kind];
		return { error: { code, message, status } };
	},
	tooLong: {
		status: 400,
		message: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048575).",
		window: 1_048_575,
	},
};

export const wireFixtures: readonly WireFixture[] = [chat, responses, messages, gemini];
