import type { Goal, Thread } from "../goal.ts";
import { stepPosition } from "../rules/progress.ts";
import { capital } from "./capital.ts";

/**
 * What a thread is for, as every user interface calls it: `Plan`, `Step 2: Write the tests`, `Review of step 2`,
 * `Research: which versions fit`, `Final review`, `Reflection`. Who works in it and which attempt it is stand beside it.
 */
export function threadName(goal: Goal, thread: Thread): string {
	if (thread.parentThreadId) return `${workOf(thread.role)}: ${thread.title ?? "sub-agent"}`;
	const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
	const position = step ? stepPosition(goal, step) : 0;
	switch (thread.purpose) {
		case "plan":
			return "Plan";
		case "reflect":
			return "Reflection";
		case "review":
			if (!step) return "Final review";
			return position > 0 ? `Review of step ${position}` : `Review of ${step.title}`;
		default:
			return step ? stepName(goal, step) : (thread.title ?? workOf(thread.role));
	}
}

/** `Step 2: Write the tests`; of a step that is no longer in the plan its title. */
export function stepName(goal: Goal, step: Goal["steps"][keyof Goal["steps"]]): string {
	const position = stepPosition(goal, step);
	return position > 0 ? `Step ${position}: ${step.title}` : step.title;
}

/** What an agent in a role does. */
function workOf(role: string): string {
	return works[role] ?? capital(role);
}

const works: Readonly<Record<string, string>> = {
	planner: "Plan",
	implementer: "Work",
	reviewer: "Review",
	researcher: "Research",
};
