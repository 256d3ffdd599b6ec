import { agentKind } from "../agentKinds.ts";
import type { Goal, Thread } from "../goal.ts";
import type { ModelChoice } from "../values.ts";
import { promptTokens } from "./budget.ts";

/**
 * When a thread has become too long for its model. What a model reads in one request is bounded; a thread that comes near
 * the bound is compacted before its next turn, so that no request is refused for its length.
 */

/** Tokens. Where it is unknown how much a model reads: less than most do, and a refusal teaches better. */
const unknownWindow = 100_000;
/** Of the window: a thread beyond it is compacted, so that there is room left for the answer. */
const nearShare = 0.8;
/** The newest turn stays as it was said; there must be something before it to compact. */
const fewestTurns = 2;

/** In tokens, with what a refusal has taught; undefined where it is unknown. `known` is what is configured or listed. */
export function windowOf(goal: Goal, choice: ModelChoice, known: number | undefined): number | undefined {
	const learned = goal.windows?.[modelName(choice)];
	return learned === undefined ? known : Math.min(learned, known ?? learned);
}

export function modelName({ provider, model }: ModelChoice): string {
	return `${provider}/${model}`;
}

/** The thread's next turn is one that compacts it. */
export function compactionIsDue(goal: Goal, thread: Thread, known: number | undefined): boolean {
	if (!agentKind(thread.assignment).compacts) return false;
	if (thread.tooLong === "refused") return true;
	if (thread.turns - (thread.compactedAtTurn ?? 0) < fewestTurns) return false;
	const window = windowOf(goal, thread.assignment, known) ?? unknownWindow;
	return promptTokens(thread) > window * nearShare;
}

/** A refusal for its length is met with a compaction, once: a second one in a row is a failure like any other. */
export function mayCompact(thread: Thread): boolean {
	return thread.tooLong === undefined && thread.turns > 0;
}
