import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal } from "../../protocol/goal.ts";
import type { HoldId } from "../../protocol/ids.ts";
import { holds, personHold, turnHolds } from "../../protocol/readiness.ts";
import type { GoalState } from "../../protocol/state.ts";
import { type Actor, actorPlace } from "../../protocol/values.ts";
import { Refusal } from "./refusal.ts";
import type { Asker, Request } from "./request.ts";

/** Pausing, resuming, cancelling and deleting a goal: when it may be, and what it comes to. */
export type Control = "pause" | "resume" | "cancel" | "delete";
const over = (state: string) => `The goal is ${state}.`;

/** One row a control, one column a state: empty where it is allowed, else the sentence that refuses it. */
export const controlRefusals: Readonly<Record<Control, Partial<Record<GoalState, string>>>> = {
	pause: {
		completed: `${over("completed")} There is nothing to pause.`,
		failed: `${over("failed")} There is nothing to pause; retry a step to go on.`,
		cancelled: `${over("cancelled")} There is nothing to pause.`,
	},
	resume: {
		queued: "The goal is not paused; it waits for its turn.",
		planning: "The goal is not paused; it is being planned.",
		running: "The goal is not paused; it is running.",
		awaiting_approval: "The goal is not paused; it waits for a decision of yours. `mission approvals` shows it.",
		completed: `${over("completed")} Rerun a step to work on it again.`,
		failed: `${over("failed")} Retry a step to go on.`,
		cancelled: `${over("cancelled")} Retry a step to go on.`,
	},
	cancel: {
		completed: `${over("completed")} There is nothing to cancel.`,
		failed: `${over("failed")} There is nothing to cancel.`,
		cancelled: "The goal is cancelled already.",
	},
	delete: {
		queued: "The goal is not over. Cancel it first.",
		planning: "The goal is not over. Cancel it first.",
		running: "The goal is not over. Cancel it first.",
		awaiting_approval: "The goal is not over. Cancel it first.",
		paused: "The goal is not over. Cancel it first.",
		blocked: "The goal is not over. Cancel it first.",
	},
};

export function control(request: Request & { kind: Control }, goal: Goal, { by, newId }: Asker): GoalEvent[] {
	switch (request.kind) {
		case "pause": {
			const held = personHold(goal);
			if (held && (held.now || !request.now))
				throw new Refusal("notNow", "The goal is paused already. `mission resume` goes on.");
			return [
				...(held ? [{ type: "hold.lifted" as const, holdId: held.holdId, by }] : []),
				{
					type: "hold.placed",
					holdId: newId<HoldId>("h"),
					cause: "person",
					reason: pauseReason(goal, request.now, by),
					now: request.now,
				},
			];
		}
		case "resume": {
			const held = personHold(goal);
			const lift = held ? [held] : holds(goal).filter((hold) => !turnHolds(goal).includes(hold));
			if (lift.length === 0) throw new Refusal("notNow", "Nothing holds the goal that resuming would lift.");
			return lift.map((hold) => ({ type: "hold.lifted", holdId: hold.holdId, by }));
		}
		case "cancel":
			return [...supersedeAll(goal, "The goal was cancelled."), { type: "goal.cancelled", reason: request.reason, by }];
		case "delete":
			return [{ type: "goal.deleted", by }];
	}
}

function pauseReason(goal: Goal, now: boolean, by: Actor): string {
	const running = goal.files.writers.length;
	const after =
		now || running === 0
			? ""
			: ` ${running === 1 ? "One command" : `${running} commands`} still under way will end first.`;
	return `Paused ${actorPlace(by)}.${after}`;
}

export function supersedeAll(goal: Goal, reason: string): GoalEvent[] {
	return Object.values(goal.approvals).map(({ approvalId }) => ({ type: "approval.superseded", approvalId, reason }));
}
