import type { Approval, Goal } from "../../core/goal.ts";

/** Approvals that wait, the oldest first. */
export function pendingApprovals(goal: Goal): readonly Approval[] {
	return Object.values(goal.approvals).toSorted((a, b) => a.requestedAt.localeCompare(b.requestedAt));
}
