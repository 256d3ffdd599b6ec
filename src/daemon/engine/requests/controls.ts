import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { HoldId } from "../../../core/ids.ts";
import { refuse } from "../../../core/refusal.ts";
import { goalRefusal, liftedByResume } from "../../../core/rules/controls.ts";
import { personHold } from "../../../core/rules/holds.ts";
import { actorPlace } from "../../../core/values.ts";
import type { Request, RequestContext } from "./request.ts";

/** Pausing, resuming, cancelling and deleting a goal: what it comes to. When it may be stands in `protocol/allowed.ts`. */
type Control = "pause" | "resume" | "cancel" | "delete";
export function control(request: Request & { kind: Control }, goal: Goal, { by, newId }: RequestContext): GoalEvent[] {
	switch (request.kind) {
		case "pause": {
			refuse(goalRefusal(request.now ? "pauseNow" : "pause", goal));
			const held = personHold(goal);
			return [
				...(held ? [{ type: "hold.lifted" as const, holdId: held.holdId, by }] : []),
				{
					type: "hold.placed",
					holdId: newId<HoldId>("h"),
					cause: "person",
					reason: `Paused ${actorPlace(by)}.`,
					now: request.now,
				},
			];
		}
		case "resume":
			refuse(goalRefusal("resume", goal));
			return liftedByResume(goal).map((hold) => ({ type: "hold.lifted", holdId: hold.holdId, by }));
		case "cancel":
			refuse(goalRefusal("cancel", goal));
			return [...supersedeAll(goal, "The goal was cancelled."), { type: "goal.cancelled", reason: request.reason, by }];
		case "delete":
			refuse(goalRefusal("delete", goal));
			return [{ type: "goal.deleted", by }];
	}
}

export function supersedeAll(goal: Goal, reason: string): GoalEvent[] {
	return Object.values(goal.approvals).map(({ approvalId }) => ({ type: "approval.superseded", approvalId, reason }));
}
