import type {
	LanguageModelV3,
	LanguageModelV3CallOptions,
	LanguageModelV3StreamPart,
	LanguageModelV3Usage,
} from "@ai-sdk/provider";
import { charsPerToken, costOf } from "../../protocol/budget.ts";
import type { ModelChoice, Usage } from "../../protocol/values.ts";
import type { Limits, Provider } from "../config/configSchema.ts";
import { isTooDeep } from "../config/jsonDepth.ts";
import type { KeyChain } from "../config/providerKeys.ts";
import { effortInBody } from "../discovery/efforts.ts";
import { keySource } from "../discovery/providerStatus.ts";
import { type Adaptation, adaptationText, lossOf } from "../endpoint/adaptations.ts";
import { type Asking, askEndpoint } from "../endpoint/askEndpoint.ts";
import type { Learned } from "../endpoint/learned.ts";
import { toolSchema } from "../tools/toolSchema.ts";
import type { Agent, ProposedCall, Turn, TurnOutcome } from "./agent.ts";
import { answerShapes } from "./answerShapes.ts";
import { priceOf } from "./modelFacts.ts";
import { type Asked, cutOff, failureOf, unreachable } from "./modelFailure.ts";
import { conversationText, promptMessages } from "./promptMessages.ts";
import { systemPrompt } from "./prompts.ts";
import { lookAround } from "./surroundings.ts";
import { summaryInstructions, summarySchema } from "./threadSummary.ts";

/**
 * An agent that is a model behind an OpenAI-compatible endpoint: one streamed call a turn, no loop and no retry of its
 * own, because the engine records, judges and repeats. An answer counts only when the provider said that it is finished;
 * half of one is a failure, never a result.
 */
export interface ModelAgentParts {
	readonly provider: Provider;
	readonly choice: ModelChoice;
	readonly keys: KeyChain;
	readonly limits: Limits;
	/** What no agent may read: the data folder. */
	readonly denied: readonly string[];
	/** What refusals taught of endpoints; shared, so that each is refused once. */
	readonly learned: Learned;
	/** Aborts when the daemon stops. */
	readonly closing: AbortSignal;
}

export function createModelAgent(parts: ModelAgentParts): Agent {
	const kept: Kept = { calls: new WeakMap() };
	return { takeTurn: (turn, signal) => takeTurn(parts, kept, turn, signal) };
}

/** What one turn leaves for the next. */
interface Kept {
	/** Made once for a key: the package makes its schemas anew with each model, which takes as long as a request. */
	model?: { readonly key: string | undefined; readonly model: LanguageModelV3 };
	/** Each call under way, by its signal, which is all of it that the package hands on. */
	readonly calls: WeakMap<AbortSignal, Omit<Asking, "fetch">>;
}

/** Loads what a turn needs ahead of the first one. */
export async function warm(): Promise<{
	readonly create: typeof import("@ai-sdk/openai-compatible").createOpenAICompatible;
	readonly fetch: typeof globalThis.fetch;
}> {
	const [{ createOpenAICompatible }, { modelFetch }] = await Promise.all([
		import("@ai-sdk/openai-compatible"),
		import("../endpoint/modelFetch.ts"),
	]);
	return { create: createOpenAICompatible, fetch: modelFetch };
}

async function takeTurn(parts: ModelAgentParts, kept: Kept, turn: Turn, signal: AbortSignal): Promise<TurnOutcome> {
	const { provider, choice, keys, limits } = parts;
	const loading = warm();
	const [key, surroundings] = await Promise.all([
		keys.resolveKey(provider),
		lookAround(turn.goal.workspace, parts.denied),
	]);
	if (key.kind === "missing") return { kind: "failed", code: "keyNeeded", reason: key.reason, retryable: false };
	const loaded = await loading;
	const apiKey = key.kind === "key" ? key.key.reveal() : undefined;
	const effort = choice.effort && effortInBody(provider, choice.model, choice.effort);
	if (!kept.model || kept.model.key !== apiKey) {
		const create = loaded.create({
			name: provider.id,
			baseURL: provider.baseUrl.replace(/\/+$/, ""),
			apiKey,
			includeUsage: true,
			supportsStructuredOutputs: provider.structuredOutput,
			fetch(input, init = {}) {
				const call = init.signal ? kept.calls.get(init.signal) : undefined;
				return call ? askEndpoint(input, init, { ...call, fetch: loaded.fetch }) : loaded.fetch(input, init);
			},
			transformRequestBody: (body) => ({ ...body, ...effort }),
		});
		kept.model = { key: apiKey, model: create(choice.model) };
	}
	const { model } = kept.model;
	const tools = turn.compaction
		? []
		: turn.tools.map((tool) => ({
				type: "function" as const,
				name: tool.name,
				description: tool.description,
				inputSchema: toolSchema(tool),
			}));
	const room = promptChars(turn, limits) - (tools.length > 0 ? JSON.stringify(tools).length : 0);
	const options: LanguageModelV3CallOptions = {
		prompt: turn.compaction
			? summaryPrompt(turn, room)
			: promptMessages(systemPrompt(turn, surroundings), turn.thread.role, turn.transcript, room),
		tools,
		maxOutputTokens: turn.thread.turn?.reserved.outputTokens,
	};
	const asked: Omit<Asked, "began"> = {
		provider: provider.id,
		model: choice.model,
		baseUrl: provider.baseUrl,
		keySource: keySource(provider, keys),
	};
	const shape = turn.compaction ? { name: "summary", schema: summarySchema } : answerShapes[turn.thread.purpose];
	const wantsSchema = shape !== undefined && provider.structuredOutput;
	const name = `${provider.id}/${choice.model}`;
	const tell = (adaptation: Adaptation) =>
		turn.onAdapted({ ...adaptation, text: keys.redact(adaptationText(adaptation, name)) });
	const isWanted = {
		reasoning_effort: effort !== undefined,
		tools: tools.length > 0,
		response_format: wantsSchema,
	};
	const adaptations = parts.learned.of(provider, choice.model);
	for (const each of adaptations) {
		const loss = lossOf(each);
		if (loss && isWanted[loss]) await tell(each);
	}
	const outcome = await callModel({
		model,
		options: { ...options, responseFormat: wantsSchema ? { type: "json", ...shape } : undefined },
		asked,
		turn,
		signal: AbortSignal.any([signal, parts.closing]),
		limits,
		begin: (abortSignal, onPiece) =>
			kept.calls.set(abortSignal, {
				adaptations,
				onPiece,
				async onAdapted(adaptation) {
					await tell(adaptation);
					parts.learned.learn(provider, choice.model, adaptation);
				},
			}),
	});
	if (outcome.kind === "failed") {
		if (outcome.code === "unauthorized") keys.forget(provider.id);
		return { ...outcome, reason: keys.redact(outcome.reason) };
	}
	if (outcome.kind !== "answered") return outcome;
	const price = priceOf(provider, choice.model);
	return { ...outcome, usage: { ...outcome.usage, costUsd: costOf(outcome.usage, price) }, ...(price && { price }) };
}

/** Of the window, a part is left for the answer; a summary is longer than most answers. */
const promptShare = 0.9;
const summaryPromptShare = 0.75;

function promptChars({ contextWindow, compaction }: Turn, limits: Limits): number {
	if (contextWindow === undefined) return limits.promptChars;
	const share = compaction ? summaryPromptShare : promptShare;
	return Math.min(limits.promptChars, Math.floor(contextWindow * share * charsPerToken));
}

/** The conversation as one text: messages with calls in them are refused by some endpoints where no tools are offered. */
function summaryPrompt(
	{ compaction, thread, transcript }: Turn,
	maxChars: number,
): LanguageModelV3CallOptions["prompt"] {
	const { account = "", problem } = compaction ?? {};
	const again = problem
		? `\n\nYour last answer could not be used. ${problem} Answer again with one JSON document.`
		: "";
	const known = account ? `\n\nWhat the daemon knows by itself:\n${account}` : "";
	const room = maxChars - summaryInstructions.length - known.length - again.length - 100;
	const text = `The conversation:\n\n${conversationText(thread.role, transcript, Math.max(0, room))}${known}${again}`;
	return [
		{ role: "system", content: summaryInstructions },
		{ role: "user", content: [{ type: "text", text }] },
	];
}

interface ModelCall {
	readonly model: LanguageModelV3;
	/** Before it is sent: whom to tell of its signs of life. */
	begin(abortSignal: AbortSignal, onPiece: () => void): void;
	readonly options: LanguageModelV3CallOptions;
	readonly asked: Omit<Asked, "began">;
	readonly turn: Turn;
	readonly signal: AbortSignal;
	readonly limits: Limits;
}

async function callModel({ model, begin, options, asked, turn, signal, limits }: ModelCall): Promise<TurnOutcome> {
	const silence = new AbortController();
	const abortSignal = AbortSignal.any([signal, silence.signal]);
	const watchdog = setTimeout(() => silence.abort(), limits.modelSilenceMs);
	const answer = new Answer();
	const heard = () => {
		watchdog.refresh();
		answer.began = true;
		turn.onSign();
	};
	try {
		begin(abortSignal, heard);
		const { stream } = await model.doStream({ ...options, abortSignal });
		const reader = stream.getReader();
		try {
			for (let next = await reader.read(); !next.done; next = await reader.read()) {
				answer.add(next.value, turn.onDelta);
			}
		} finally {
			await reader.cancel().catch(() => {});
		}
		if (answer.error !== undefined) throw answer.error;
	} catch (cause) {
		if (signal.aborted) return { kind: "aborted" };
		if (silence.signal.aborted) return answer.began ? cutOff(asked) : unreachable(asked, "it took too long");
		return failureOf(cause, { ...asked, began: answer.began, understood: answer.understood });
	} finally {
		clearTimeout(watchdog);
	}
	if (signal.aborted) return { kind: "aborted" };
	if (!answer.finish) return cutOff(asked);
	return {
		kind: "answered",
		text: answer.text,
		reasoning: answer.reasoning || undefined,
		calls: answer.calls,
		answered: answer.answered ?? asked.model,
		usage: answer.usage ?? estimatedUsage(options, answer),
		finish: answer.finish,
	};
}

/** What has arrived of an answer. */
class Answer {
	text = "";
	reasoning = "";
	readonly calls: ProposedCall[] = [];
	answered: string | undefined;
	usage: Usage | undefined;
	/** Set once the provider said that the answer is whole. */
	finish: string | undefined;
	error: unknown;
	/** A stream came back, whatever is in it. */
	began = false;
	/** It was the beginning of an answer. */
	understood = false;

	add(part: LanguageModelV3StreamPart, onDelta: Turn["onDelta"]): void {
		switch (part.type) {
			case "response-metadata":
				this.understood = true;
				this.answered = part.modelId || undefined;
				break;
			case "text-delta":
				this.text += part.delta;
				onDelta(part.delta, false);
				break;
			case "reasoning-delta":
				this.reasoning += part.delta;
				onDelta(part.delta, true);
				break;
			case "tool-call":
				this.calls.push(proposedCall(part.toolName, part.input));
				break;
			case "error":
				this.error ??= part.error ?? new Error("The provider reported an error.");
				break;
			case "finish":
				if (part.finishReason.unified !== "error") this.finish = part.finishReason.unified;
				this.usage = usageOf(part.usage);
				break;
			default:
		}
	}
}

/** A model that has nothing to say about arguments may send none at all. */
function proposedCall(name: string, input: string): ProposedCall {
	if (input.trim() === "") return { name, args: {} };
	if (isTooDeep(input)) return { name, args: {}, malformed: "the arguments have too many brackets in each other." };
	try {
		const args = JSON.parse(input) as unknown;
		if (typeof args === "object" && args !== null && !Array.isArray(args)) return { name, args };
		return { name, args, malformed: "the arguments must be a JSON object." };
	} catch (cause) {
		return { name, args: input, malformed: `the arguments are no valid JSON (${(cause as Error).message}).` };
	}
}

function usageOf({ inputTokens, outputTokens }: LanguageModelV3Usage): Usage | undefined {
	if (inputTokens.total === undefined || outputTokens.total === undefined) return undefined;
	return {
		inputTokens: inputTokens.total,
		outputTokens: outputTokens.total,
		costUsd: null,
		...(inputTokens.cacheRead && { cachedInputTokens: inputTokens.cacheRead }),
		...(outputTokens.reasoning && { reasoningTokens: outputTokens.reasoning }),
	};
}

/** Endpoints that count nothing must not make a budget blind: about four characters are a token. */
function estimatedUsage({ prompt, tools }: LanguageModelV3CallOptions, { text, reasoning, calls }: Answer): Usage {
	return {
		inputTokens: Math.ceil(JSON.stringify([prompt, tools]).length / 4),
		outputTokens: Math.ceil((text.length + reasoning.length + JSON.stringify(calls).length) / 4),
		costUsd: null,
	};
}
