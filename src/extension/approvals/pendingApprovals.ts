import type { Approval, Goal } from "../../core/goal.ts";

/** Approvals that wait, the oldest first; what was set aside behind the others. */
export function pendingApprovals(goal: Goal): readonly Approval[] {
	return Object.values(goal.approvals).toSorted(
		(a, b) =>
			Number(a.setAside !== undefined) - Number(b.setAside !== undefined) || a.requestedAt.localeCompare(b.requestedAt),
	);
}
