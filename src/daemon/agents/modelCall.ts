import type { LanguageModelV3, LanguageModelV3CallOptions } from "@ai-sdk/provider";
import type { TokenCount } from "../../core/textTokens.ts";
import type { Limits } from "../config/configSchema.ts";
import { tookTooLong } from "../endpoint/connectionProblem.ts";
import { type Asked, cutOff, failureOf, noAnswer, unreachable } from "../endpoint/modelFailure.ts";
import type { SignedFields } from "../providers/wires/wire.ts";
import type { Turn, TurnOutcome } from "./agent.ts";
import { Answer } from "./answer.ts";
import { certainUsage, countedUsage } from "./countedUsage.ts";

/** One request to a model, from its first byte to what the answer is counted as. Half an answer is a failure. */
export interface ModelCall {
	readonly model: LanguageModelV3;
	/** Before it is sent: whom to tell of its signs of life, and of what a stream says went wrong. */
	begin(abortSignal: AbortSignal, onPiece: () => void, onError: (error: Error) => void): void;
	readonly options: LanguageModelV3CallOptions;
	readonly signs: SignedFields | undefined;
	/** The longest answer, thoughts included, in tokens. */
	readonly longest: number | undefined;
	/** The prompt, in tokens. */
	readonly sent: TokenCount;
	readonly asked: Omit<Asked, "began">;
	readonly turn: Turn;
	readonly signal: AbortSignal;
	readonly limits: Limits;
}

export async function callModel(call: ModelCall): Promise<TurnOutcome> {
	const { model, sent, begin, options, asked, turn, signal, limits } = call;
	if (signal.aborted) return { kind: "aborted" };
	const silence = new AbortController();
	const abortSignal = AbortSignal.any([signal, silence.signal]);
	const watchdog = setTimeout(() => silence.abort(), limits.modelSilenceMs);
	const answer = new Answer(call.signs);
	const longest = call.longest ?? Number.POSITIVE_INFINITY;
	let said: Error | undefined;
	const soFar = () => certainUsage(sent, answer.received);
	const heard = () => {
		watchdog.refresh();
		answer.began = true;
		turn.onSign();
	};
	try {
		begin(abortSignal, heard, (error) => {
			said ??= error;
		});
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
		if (said ?? answer.error) throw said ?? answer.error;
	} catch (cause) {
		if (signal.aborted) return { kind: "aborted", used: soFar() };
		const failure = silence.signal.aborted
			? answer.began
				? cutOff(asked)
				: unreachable(asked, tookTooLong)
			: failureOf(said ?? cause, { ...asked, began: answer.began, understood: answer.understood });
		const isUsed = answer.received.likely > 0 || wasProcessed(failure, silence.signal.aborted);
		return isUsed ? { ...failure, used: soFar() } : failure;
	} finally {
		clearTimeout(watchdog);
	}
	if (signal.aborted) return { kind: "aborted", used: soFar() };
	if (!answer.finish)
		return answer.understood ? { ...cutOff(asked), used: soFar() } : noAnswer({ ...asked, began: true });
	return {
		kind: "answered",
		text: answer.text,
		reasoning: answer.reasoning || undefined,
		calls: answer.calls,
		answered: answer.answered ?? asked.model,
		usage: countedUsage(answer.usage, sent, answer.received),
		finish: answer.finish,
		...(answer.signed && { signed: answer.signed }),
	};
}

/**
 * The request was taken, and perhaps worked on: an answer had begun, or nothing came within the time allowed. A server
 * that refuses, or cannot be reached, has done nothing.
 */
function wasProcessed({ code, status }: TurnOutcome & { kind: "failed" }, isSilent: boolean): boolean {
	return code === "cutOff" || isSilent || status === 408 || status === 504;
}
