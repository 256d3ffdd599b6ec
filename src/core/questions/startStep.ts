import { decidedOtherwise, type QuestionRow, skipStep } from "./question.ts";

/** Whether a step begins: a supervised goal asks before each. */
export const startStep: QuestionRow = {
	kind: "question",
	options: [
		{ answer: "approve", label: "Begin Step", effect: "The step begins.", primary: true, plain: "approve" },
		skipStep,
	],
	ends(goal, { stepId }) {
		if (goal.replan !== undefined) return "What remains is planned anew.";
		const step = stepId ? goal.steps[stepId] : undefined;
		return step?.state !== "pending" || step.cleared === true ? decidedOtherwise : undefined;
	},
};
