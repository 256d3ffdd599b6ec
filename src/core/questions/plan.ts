import type { Goal } from "../goal.ts";
import { decidedOtherwise, type QuestionRow, readByPlanner } from "./question.ts";

/** Whether the goal carries out what its planner wrote. */
export const plan: QuestionRow = {
	kind: "plan",
	options: [
		{ answer: "approve", label: "Approve", effect: "The goal carries out this plan.", primary: true, plain: "approve" },
		{
			answer: "return",
			label: "Send Back",
			effect: "The planner writes another plan and reads what you say.",
			reason: readByPlanner,
			asksFirst: true,
			plain: "deny",
		},
	],
	ends,
};

/** The same of a playbook, which no planner can write otherwise. */
export const playbook: QuestionRow = {
	kind: "plan",
	options: [
		{
			answer: "approve",
			label: "Approve",
			effect: "The goal carries out this playbook.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "return",
			label: "Stop Goal",
			effect: "The goal ends as failed, and nothing of the playbook runs. Edit the playbook and launch it again.",
			plain: "deny",
		},
	],
	ends,
};

function ends(goal: Goal): string | undefined {
	return goal.plan === undefined || goal.plan.approved || goal.replan !== undefined ? decidedOtherwise : undefined;
}
