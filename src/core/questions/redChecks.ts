import type { Goal } from "../goal.ts";
import { finalChecks } from "../rules/checks.ts";
import { allStepsOver } from "../rules/steps.ts";
import { failGoal, type QuestionRow } from "./question.ts";

/** How a goal ends whose steps are done and whose checks are red. */
export const redChecks: QuestionRow = {
	kind: "question",
	options: [
		{
			answer: "rerun",
			label: "Run Checks Again",
			effect: "The red checks run once more on the files as they are.",
			plain: "approve",
		},
		failGoal,
	],
	ends: (goal) => moreToDo(goal) ?? (isOpen(goal) ? undefined : "The checks are green again."),
};

/** What is asked about the goal as a whole is asked when its steps are over. */
export function moreToDo(goal: Goal): string | undefined {
	return allStepsOver(goal) ? undefined : "There is more to do first.";
}

function isOpen(goal: Goal): boolean {
	return finalChecks(goal).some(
		(check) => check.state === "red" || (check.state === "pending" && check.wanted) || check.state === "running",
	);
}
