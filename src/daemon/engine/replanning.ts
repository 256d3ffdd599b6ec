import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal, Step } from "../../protocol/goal.ts";
import type { Actor } from "../../protocol/values.ts";
import { editPlan } from "../plan/editPlan.ts";
import { Refusal } from "./refusal.ts";
import type { Asker } from "./request.ts";
import { isOpen } from "./stepRequests.ts";

/** Questions about what is planned otherwise now are asked anew, if at all. */
export function planEdited(markdown: string, goal: Goal, { by }: Asker): GoalEvent[] {
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
export function replanNow(reason: string | undefined, goal: Goal, { by }: Asker): GoalEvent[] {
	if (goal.playbook)
		throw new Refusal("notNow", "This plan is a playbook's. Edit the playbook, and launch a goal with it.");
	if (goal.end) throw new Refusal("notNow", `The goal is ${goal.end.state}. Retry or rerun a step to go on.`);
	if (!goal.plan || goal.replan) throw new Refusal("notNow", "The planner is writing a plan already.");
	const waiting = Object.values(goal.approvals).find((approval) => approval.kind === "plan");
	if (waiting) throw new Refusal("notNow", "The plan waits for your approval. Send it back there.");
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
		step && isOpen(step)
			? [{ type: "attempt.failed", stepId: step.stepId, attempt: step.attempt, diagnosis: reason }]
			: [];
	if (goal.replan) return failed;
	return [...failed, { type: "plan.reopened", reason, stepId: step?.stepId, by }];
}
