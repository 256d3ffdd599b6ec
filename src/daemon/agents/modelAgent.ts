import type {
	LanguageModelV3,
	LanguageModelV3CallOptions,
	LanguageModelV3StreamPart,
	LanguageModelV3Usage,
} from "@ai-sdk/provider";
import { charsPerToken, costOf, priceIn } from "../../core/rules/budget.ts";
import { type TokenCount, tokenMeter } from "../../core/textTokens.ts";
import type { ModelChoice, Price, Usage } from "../../core/values.ts";
import type { Limits } from "../config/configSchema.ts";
import { isTooDeep } from "../config/jsonDepth.ts";
import { type Adaptation, adaptationText, lossOf } from "../endpoint/adaptations.ts";
import type { Learned } from "../endpoint/learned.ts";
import { type Asked, cutOff, failureOf, unreachable } from "../endpoint/modelFailure.ts";
import { effortInBody } from "../providers/efforts.ts";
import { priceOf } from "../providers/modelFacts.ts";
import type { Provider } from "../providers/provider.ts";
import type { ProviderRow } from "../providers/providerRow.ts";
import type { OpenedModel, OpenModel } from "../providers/wires/wire.ts";
import { wires } from "../providers/wires/wires.ts";
import { type KeyChain, keySource } from "../secrets/providerKeys.ts";
import { toolSchema } from "../tools/toolSchema.ts";
import type { Agent, ProposedCall, Turn, TurnOutcome } from "./agent.ts";
import { answerShapes } from "./answerShapes.ts";
import { certainUsage, countedUsage, sentTokens } from "./countedUsage.ts";
import { finishReason } from "./finishReason.ts";
import { conversationText, promptMessages } from "./promptMessages.ts";
import { systemPrompt } from "./prompts.ts";
import { lookAround } from "./surroundings.ts";
import { summaryInstructions, summarySchema } from "./threadSummary.ts";

/**
 * An agent that is a model behind an endpoint: one streamed call a turn, no loop and no retry of its own, because the
 * engine records, judges and repeats. An answer counts only when the provider said that it is finished; half of one is a
 * failure, never a result. Long, because one turn is told from its prompt to what it cost.
 */
export interface ModelAgentParts {
	readonly provider: Provider;
	/** What is known of providers. */
	readonly known: readonly ProviderRow[];
	readonly choice: ModelChoice;
	readonly keys: KeyChain;
	readonly limits: Limits;
	/** What refusals taught of endpoints; shared, so that each is refused once. */
	readonly learned: Learned;
	/** Aborts when the daemon stops. */
	readonly closing: AbortSignal;
	/** What opens its model, where that is not the wire of its provider. */
	readonly load?: () => Promise<OpenModel>;
	/** What helps when it cannot be reached, where it has no address. */
	readonly remedy?: string;
}

export function createModelAgent(parts: ModelAgentParts): Agent {
	const kept: Kept = {};
	return { takeTurn: (turn, signal) => takeTurn(parts, kept, turn, signal) };
}

/** What one turn leaves for the next. */
interface Kept {
	/** Made once for a key: the package makes its schemas anew with each model, which takes as long as a request. */
	opened?: OpenedModel & { readonly key: string | undefined };
}

async function takeTurn(parts: ModelAgentParts, kept: Kept, turn: Turn, signal: AbortSignal): Promise<TurnOutcome> {
	const { provider, choice, keys, limits, known } = parts;
	const loading = (parts.load ?? wires[provider.kind].load)();
	const [key, surroundings] = await Promise.all([keys.resolveKey(provider), lookAround(turn.goal.workspace)]);
	if (key.kind === "missing") return { kind: "failed", code: "keyNeeded", reason: key.reason, retryable: false };
	const openModel = await loading;
	const apiKey = key.kind === "key" ? key.key.reveal() : undefined;
	const effort = choice.effort && effortInBody(provider, choice.model, choice.effort, known);
	if (!kept.opened || kept.opened.key !== apiKey)
		kept.opened = { key: apiKey, ...openModel({ provider, model: choice.model, apiKey, effort }) };
	const { model, begin } = kept.opened;
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
		remedy: parts.remedy,
	};
	const sent = sentTokens(options);
	const tooLarge = beyondReserved(turn, sent);
	if (tooLarge) return tooLarge;
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
		sent,
		options: { ...options, responseFormat: wantsSchema ? { type: "json", ...shape } : undefined },
		asked,
		turn,
		signal: AbortSignal.any([signal, parts.closing]),
		limits,
		begin: (abortSignal, onPiece) =>
			begin(abortSignal, {
				adaptations,
				onPiece,
				async onAdapted(adaptation) {
					await tell(adaptation);
					parts.learned.learn(provider, choice.model, adaptation);
				},
			}),
	});
	const price = priceIn(turn.goal, choice, priceOf(provider, choice.model, known));
	switch (outcome.kind) {
		case "failed":
			if (outcome.code === "unauthorized") keys.forget(provider.id);
			return { ...outcome, reason: keys.redact(outcome.reason), used: outcome.used && priced(outcome.used, price) };
		case "aborted":
			return { ...outcome, used: outcome.used && priced(outcome.used, price) };
		case "answered":
			return { ...outcome, usage: priced(outcome.usage, price), ...(price && { price }) };
		default:
			return outcome;
	}
}

function priced(usage: Usage, price: Price | undefined): Usage {
	return { ...usage, costUsd: costOf(usage, price) };
}

/**
 * The prompt is longer than was reserved for it, so that the turn might break a limit: it is not sent. What was reserved
 * after a turn rests on what that turn was counted as; before the first one it is a guess, so the likely number decides.
 */
function beyondReserved({ thread, compaction }: Turn, sent: TokenCount): TurnOutcome | undefined {
	const reserved = thread.turn?.reserved;
	if (reserved?.outputTokens === undefined || compaction) return undefined;
	const needed = thread.last ? sent.fewest : sent.likely;
	if (needed <= reserved.tokens - reserved.outputTokens) return undefined;
	return { kind: "unsent", promptTokens: Math.max(sent.likely, needed) };
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
	/** The prompt, in tokens. */
	readonly sent: TokenCount;
	readonly asked: Omit<Asked, "began">;
	readonly turn: Turn;
	readonly signal: AbortSignal;
	readonly limits: Limits;
}

async function callModel(call: ModelCall): Promise<TurnOutcome> {
	const { model, sent, begin, options, asked, turn, signal, limits } = call;
	if (signal.aborted) return { kind: "aborted" };
	const silence = new AbortController();
	const abortSignal = AbortSignal.any([signal, silence.signal]);
	const watchdog = setTimeout(() => silence.abort(), limits.modelSilenceMs);
	const answer = new Answer();
	const longest = options.maxOutputTokens ?? Number.POSITIVE_INFINITY;
	const soFar = () => certainUsage(sent, answer.received);
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
				// Not every endpoint keeps to the length that it is given.
				if (answer.received.likely > longest) {
					answer.cutShort();
					break;
				}
			}
		} finally {
			await reader.cancel().catch(() => {});
		}
		if (answer.error !== undefined) throw answer.error;
	} catch (cause) {
		if (signal.aborted) return { kind: "aborted", used: soFar() };
		const failure = silence.signal.aborted
			? answer.began
				? cutOff(asked)
				: unreachable(asked, "it took too long")
			: failureOf(cause, { ...asked, began: answer.began, understood: answer.understood });
		return wasProcessed(failure, silence.signal.aborted) ? { ...failure, used: soFar() } : failure;
	} finally {
		clearTimeout(watchdog);
	}
	if (signal.aborted) return { kind: "aborted", used: soFar() };
	if (!answer.finish) return { ...cutOff(asked), used: soFar() };
	return {
		kind: "answered",
		text: answer.text,
		reasoning: answer.reasoning || undefined,
		calls: answer.calls,
		answered: answer.answered ?? asked.model,
		usage: countedUsage(answer.usage, sent, answer.received),
		finish: answer.finish,
	};
}

/**
 * The request was taken, and perhaps worked on: an answer had begun, or nothing came within the time allowed. A server
 * that refuses, or cannot be reached, has done nothing.
 */
function wasProcessed({ code, status }: TurnOutcome & { kind: "failed" }, isSilent: boolean): boolean {
	return code === "cutOff" || isSilent || status === 408 || status === 504;
}

/** What has arrived of an answer. */
class Answer {
	text = "";
	reasoning = "";
	readonly calls: ProposedCall[] = [];
	answered: string | undefined;
	/** As the provider counted it. */
	usage: LanguageModelV3Usage | undefined;
	/** All that was written, whatever becomes of it. */
	readonly received = tokenMeter();
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
				this.received.add(part.delta);
				onDelta(part.delta, false);
				break;
			case "reasoning-delta":
				this.reasoning += part.delta;
				this.received.add(part.delta);
				onDelta(part.delta, true);
				break;
			case "tool-input-start":
				this.received.add(part.toolName);
				break;
			case "tool-input-delta":
				this.received.add(part.delta);
				break;
			case "tool-call":
				this.calls.push(proposedCall(part.toolName, part.input));
				break;
			case "error":
				this.error ??= part.error ?? new Error("The provider reported an error.");
				break;
			case "finish":
				if (part.finishReason.unified !== "error") this.finish = finishReason(part.finishReason);
				this.usage = part.usage;
				break;
			default:
		}
	}

	/** It is longer than it may be: what has come counts as an answer that reached its length limit. */
	cutShort(): void {
		this.finish = "length";
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
		return { name, args: input, malformed: `the arguments are not valid JSON (${(cause as Error).message}).` };
	}
}
