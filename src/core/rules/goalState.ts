import type { Goal } from "../goal.ts";
import { personHold, standingHolds, turnHolds } from "./holds.ts";
import { canMove } from "./movement.ts";
import { threads } from "./threads.ts";

export const goalStates = [
	"queued",
	"planning",
	"running",
	"awaiting_approval",
	"paused",
	"blocked",
	"completed",
	"failed",
	"cancelled",
] as const;

export type GoalState = (typeof goalStates)[number];

export const endStates: readonly GoalState[] = ["completed", "failed", "cancelled"];

/** The state that people see, derived from what holds the goal. */
export function goalState(goal: Goal): GoalState {
	if (goal.end) return goal.end.state;
	if (personHold(goal)) return "paused";
	if (canMove(goal)) return goal.plan?.approved ? "running" : threads(goal).length === 0 ? "queued" : "planning";
	if (Object.keys(goal.approvals).length > 0) return "awaiting_approval";
	if (turnHolds(goal).length > 0) return "queued";
	return "blocked";
}

/** When what a provider keeps waiting is tried again, the first of it; undefined when nothing waits for a clock. */
export function triesAgainAt(goal: Goal): string | undefined {
	if (goal.end || personHold(goal)) return undefined;
	return standingHolds(goal)
		.flatMap(({ wakeAt }) => wakeAt ?? [])
		.sort()[0];
}
