import { costOf } from "../../core/rules/budget.ts";
import { tokenMeter } from "../../core/textTokens.ts";
import type { Price, Usage } from "../../core/values.ts";
import { type Fields, fieldsOf, listOf, numberOf, textOf } from "./fields.ts";

/**
 * What a turn used, as its agent says in whichever of the places there are. Where it says nothing, what certainly passed
 * between it and us stands there as an estimate: what its model read beside that is unknown.
 */
export interface Passed {
	/** What was said to the agent in the turn. */
	readonly prompt: string;
	/** Tokens that it said, likely. */
	readonly spoken: number;
	/** What the session cost in USD before the turn and after it, where the agent says. */
	readonly costBefore?: number;
	readonly costAfter?: number;
}

export function turnUsage(answer: Fields, passed: Passed, price: Price | undefined): Usage {
	const counted = countedIn(answer);
	const usage: Omit<Usage, "costUsd"> = counted ?? {
		inputTokens: tokens(passed.prompt),
		outputTokens: passed.spoken,
		estimated: true,
	};
	const { costBefore = 0, costAfter } = passed;
	const told = costAfter === undefined ? undefined : Math.max(0, costAfter - costBefore);
	return { ...usage, costUsd: told ?? costOf(usage, price) };
}

/** Also of the answer to one that was cancelled. */
function countedIn(answer: Fields): Omit<Usage, "costUsd"> | undefined {
	const usage = fieldsOf(answer.usage);
	const input = numberOf(usage.inputTokens);
	const output = numberOf(usage.outputTokens);
	if (input !== undefined && output !== undefined && input + output > 0) {
		const read = numberOf(usage.cachedReadTokens) ?? 0;
		const cached = read + (numberOf(usage.cachedWriteTokens) ?? 0);
		const thought = numberOf(usage.thoughtTokens) ?? 0;
		// Some count what was cached and thought beside the rest, others within: the sum tells.
		const total = numberOf(usage.totalTokens) ?? 0;
		const isBeside = total >= input + output + cached && cached > 0;
		const thinksBeside = thought > 0 && total >= input + output + (isBeside ? cached : 0) + thought;
		return {
			inputTokens: input + (isBeside ? cached : 0),
			outputTokens: output + (thinksBeside ? thought : 0),
			...(read > 0 && { cachedInputTokens: read }),
			...(thought > 0 && { reasoningTokens: thought }),
		};
	}
	const { quota } = fieldsOf(answer._meta);
	const count = fieldsOf(fieldsOf(quota).token_count);
	const quotaInput = numberOf(count.input_tokens);
	const quotaOutput = numberOf(count.output_tokens);
	if (quotaInput === undefined || quotaOutput === undefined || quotaInput + quotaOutput === 0) return undefined;
	return { inputTokens: quotaInput, outputTokens: quotaOutput };
}

/** The model that answered, where the answer names it. */
export function modelIn(answer: Fields): string | undefined {
	const [used] = listOf(fieldsOf(fieldsOf(answer._meta).quota).model_usage);
	return textOf(used?.model);
}

function tokens(text: string): number {
	const meter = tokenMeter();
	meter.add(text);
	return meter.likely;
}
