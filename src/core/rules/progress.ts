import type { Goal, Step } from "../goal.ts";
import { isDone, planSteps } from "./steps.ts";

/** Steps that are done, of all. */
export function progress(goal: Goal): { readonly done: number; readonly total: number } {
	const steps = planSteps(goal);
	return { done: steps.filter(isDone).length, total: steps.length };
}

/** 1 for the first step of the plan. */
export function stepPosition(goal: Goal, step: Pick<Step, "stepId">): number {
	return (goal.plan?.order.indexOf(step.stepId) ?? -1) + 1;
}

/** Positions of the steps that this one still needs, in the plan's order. */
export function unmetNeeds(goal: Goal, step: Step): readonly number[] {
	return step.needs
		.filter((need) => !isDone(goal.steps[need]))
		.map((stepId) => stepPosition(goal, { stepId }))
		.sort((a, b) => a - b);
}
