import { watchGoal } from "../../client/goalWatch.ts";
import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { type GoalState, goalState } from "../../core/rules/goalState.ts";
import { stateReason } from "../../core/words/stateReason.ts";
import { answeredNo, type Failure } from "../terminal/failure.ts";
import type { Context } from "./context.ts";

/** Events fetched at once. */
const pageSize = 1000;

/** A goal's recorded events, oldest first, page by page. */
export async function* readEvents(
	context: Context,
	goalId: GoalId,
	{
		afterSeq = 0,
		untilSeq = Number.POSITIVE_INFINITY,
		types,
	}: { afterSeq?: number; untilSeq?: number; types?: readonly string[] },
): AsyncGenerator<readonly RecordedEvent[]> {
	for (let after = afterSeq; after < untilSeq; ) {
		const { events } = await context.ask("goal/events", {
			goalId,
			afterSeq: after,
			limit: pageSize,
			types: types && [...types],
		});
		const wanted = events.filter((event) => event.seq <= untilSeq);
		if (wanted.length > 0) yield wanted;
		after = events.at(-1)?.seq ?? untilSeq;
		if (events.length < pageSize) return;
	}
}

/**
 * Every event after `afterSeq` that is in the record, then those that happen, each once and in order, over every break
 * of the connection. Resolves with the goal when `until` says so, or when it is over.
 */
export function followGoal(
	context: Context,
	goalId: GoalId,
	{ afterSeq, types, onEvents, onGoal = () => undefined, until = () => false }: FollowOptions,
): Promise<Goal> {
	const client = context.client();
	return new Promise<Goal>((resolve, reject) => {
		let isFirst = true;
		let isDone = false;
		/** One after the other: what happened before is told before what happens now. */
		let queue: Promise<unknown> = Promise.resolve();
		const stopStates = client.onState((state) => {
			if (state === "stopped") {
				context.output.note("The daemon was stopped. This goes on when it runs again: `mission daemon start`.");
			}
		});
		const stopWatch = watchGoal(client, goalId, {
			onChange(goal, events) {
				const wasFirst = isFirst;
				isFirst = false;
				then(async () => {
					if (wasFirst) onGoal(goal);
					if (wasFirst && onEvents) {
						for await (const page of readEvents(context, goalId, { afterSeq, untilSeq: goal.seq, types }))
							onEvents(page);
					} else if (onEvents) {
						const wanted = events.filter(({ seq, type }) => seq > afterSeq && (!types || types.includes(type)));
						if (wanted.length > 0) onEvents(wanted);
					}
					if (until(goal) || goal.end || goal.deleted) finish(() => resolve(goal));
				});
			},
			onRefused: (cause) => then(async () => finish(() => reject(cause))),
		});

		function then(task: () => Promise<void>): void {
			queue = queue.then(() => (isDone ? undefined : task())).catch((cause) => finish(() => reject(cause)));
		}

		function finish(settle: () => void): void {
			isDone = true;
			stopStates();
			stopWatch();
			settle();
		}
	});
}

/** The goal is over, and not in a state that was asked for. */
export function endedOtherwise(goal: Goal, asked: readonly GoalState[]): Failure {
	const state = goalState(goal);
	const words = (one: GoalState) => one.replace("_", " ");
	return answeredNo(state, `The goal is ${words(state)}, not ${asked.map(words).join(" or ")}: ${stateReason(goal)}`);
}

export interface FollowOptions {
	readonly afterSeq: number;
	readonly types?: readonly string[];
	readonly onEvents?: (events: readonly RecordedEvent[]) => void;
	/** Called once, with the goal as it stood at the beginning. */
	readonly onGoal?: (goal: Goal) => void;
	readonly until?: (goal: Goal) => boolean;
}
