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
