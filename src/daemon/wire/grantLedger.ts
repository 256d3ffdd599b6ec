import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import type { GoalSummary } from "../../protocol/view.ts";

/** What each goal has of grants: those in its log, and what they and those of its folder let happen in it. */
export interface GrantLedger {
	read(): Promise<readonly GrantsOfGoal[]>;
}

export interface GrantsOfGoal extends Pick<Goal, "goalId" | "grants" | "grantUses"> {
	readonly title: string;
}

/** A goal that has none is not read, and another one only when it has moved on. */
export function openGrantLedger(supervisor: {
	summaries(): readonly GoalSummary[];
	goal(goalId: GoalId): Promise<Goal>;
}): GrantLedger {
	let known = new Map<GoalId, GrantsOfGoal & { readonly lastSeq: number }>();
	return {
		async read() {
			const next: typeof known = new Map();
			for (const { goalId, lastSeq, grants: count, title } of supervisor.summaries()) {
				if (count === 0) continue;
				const before = known.get(goalId);
				if (before?.lastSeq === lastSeq) {
					next.set(goalId, before);
					continue;
				}
				const { grants, grantUses } = await supervisor.goal(goalId);
				next.set(goalId, { goalId, title, grants, grantUses, lastSeq });
			}
			known = next;
			return [...known.values()];
		},
	};
}
