import type { Background, Goal } from "../goal.ts";

/** Commands of the goal that run in the background. */
export function runningInBackground(goal: Goal): readonly Background[] {
	return Object.values(goal.background ?? {}).filter(({ ended }) => !ended);
}

/** Its thread is over, and nothing needs it any more; or a person wants it ended. */
export function isToEnd(goal: Goal, { threadId, stopBy }: Background): boolean {
	return stopBy !== undefined || goal.end !== undefined || goal.threads[threadId]?.state !== "active";
}
