import type { GoalEvent } from "../../../core/events.ts";
import type { Goal, Step } from "../../../core/goal.ts";
import { refuse } from "../../../core/refusal.ts";
import { goalRefusal } from "../../../core/rules/controls.ts";
import { isWorked } from "../../../core/rules/steps.ts";
import type { Actor } from "../../../core/values.ts";
import { editPlan } from "../../plan/editPlan.ts";
import type { RequestContext } from "./request.ts";

/** Questions about what is planned otherwise now are asked anew, if at all. */
export function planEdited(markdown: string, goal: Goal, { by }: RequestContext): GoalEvent[] {
	const edited = editPlan(goal, markdown, by);
	if (!edited) return [];
	const gone = new Set<string | undefined>([...edited.changed, ...edited.removed]);
	const asked = Object.values(goal.approvals).filter(
		({ kind, stepId }) => kind === "plan" || (stepId !== undefined && gone.has(stepId)),
	);
	return [
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: "The plan was edited.",
		})),
		edited,
	];
}

/** The plan is sent back while it is carried out. */
export function replanNow(reason: string | undefined, goal: Goal, { by }: RequestContext): GoalEvent[] {
	refuse(goalRefusal("replan", goal));
	return replanned(goal, undefined, reason, by);
}

/** What remains is planned anew, because a person wants it. The attempt that led to it comes to nothing. */
export function replanned(
	goal: Goal,
	step: Step | undefined,
	reason = "A person wants another plan.",
	by: Actor,
): GoalEvent[] {
	const failed: GoalEvent[] =
		step && isWorked(step)
			? [{ type: "attempt.failed", stepId: step.stepId, attempt: step.attempt, diagnosis: reason }]
			: [];
	if (goal.replan) return failed;
	return [...failed, { type: "plan.reopened", reason, stepId: step?.stepId, by }];
}
