import type { Background, Goal } from "../goal.ts";

/** Commands of the goal that run in the background. */
export function runningInBackground(goal: Goal): readonly Background[] {
	return Object.values(goal.background ?? {}).filter(({ ended }) => !ended);
}

/** Its thread is over, and nothing needs it any more. */
export function isLeftRunning(goal: Goal, { threadId }: Background): boolean {
	return goal.end !== undefined || goal.threads[threadId]?.state !== "active";
}
