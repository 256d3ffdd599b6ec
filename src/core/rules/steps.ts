import type { Goal, Step } from "../goal.ts";
import type { StepId } from "../ids.ts";
import { budgetIsAsked, holds } from "./holds.ts";

/** Steps of the plan: which are done, which can start, which wait for a person. */

/** Steps of a goal in the order of its plan. */
export function planSteps(goal: Goal): readonly Step[] {
	return (goal.plan?.order ?? []).flatMap((stepId) => goal.steps[stepId] ?? []);
}

/** Steps that changed files and are in the plan no more: what they changed can still be taken back. */
export function droppedSteps(goal: Goal): readonly Step[] {
	return Object.values(goal.steps).filter(
		(step) => !isPlanned(goal, step) && step.attempts.some(({ changes }) => changes !== 0),
	);
}

export function isOver(step: Step): boolean {
	return step.state === "completed" || step.state === "failed" || step.state === "skipped";
}

/** An attempt of it is under way, or what came of it is looked at. */
export function isWorked(step: Step): boolean {
	return step.state === "in_progress" || step.state === "verifying";
}

/** Steps to which nothing happens until a person says what. */
export function stuckSteps(goal: Goal): readonly Step[] {
	return planSteps(goal).filter(
		(step) => step.state === "failed" || stepIsAsked(goal, step.stepId) || (goal.end !== undefined && isWorked(step)),
	);
}

export function isDone(step: Step | undefined): boolean {
	return step?.state === "completed" || step?.state === "skipped";
}

/** Not only of an earlier plan. */
export function isPlanned(goal: Goal, step: Step): boolean {
	return goal.plan?.order.includes(step.stepId) === true;
}

/** There is no plan, or what remains is planned anew. */
export function isToBePlanned(goal: Goal): boolean {
	return goal.plan === undefined || goal.replan !== undefined;
}

/** A person decides about this step before anything else happens to it. */
export function stepIsAsked(goal: Goal, stepId: StepId): boolean {
	return Object.values(goal.approvals).some(
		({ question, ...approval }) => (question === "stuckStep" || question === "startStep") && approval.stepId === stepId,
	);
}

/** Its work is done or given up, and a person is asked how it goes on: its checks can be run again meanwhile. */
export function stepIsStuck(goal: Goal, step: Step): boolean {
	const isAsked = Object.values(goal.approvals).some(({ kind, stepId }) => kind === "step" && stepId === step.stepId);
	return isAsked && (step.state === "verifying" || (step.state === "pending" && step.attempt > 0));
}

/** A supervised goal asks before each step. */
export function stepNeedsPerson(goal: Goal, step: Step): boolean {
	return goal.settings.autonomy === "supervised" && !step.cleared;
}

export function needsAreMet(goal: Goal, step: Step): boolean {
	return step.needs.every((need) => isDone(goal.steps[need]));
}

/** The step cannot run any more: something that it needs failed. */
export function isUnreachable(goal: Goal, step: Step, seen: ReadonlySet<StepId> = new Set()): boolean {
	return step.needs.some((need) => {
		const needed = goal.steps[need];
		if (!needed || seen.has(need)) return false;
		return needed.state === "failed" || (!isOver(needed) && isUnreachable(goal, needed, new Set([...seen, need])));
	});
}

export function stepCanStart(goal: Goal, step: Step): boolean {
	return (
		goal.plan?.approved === true &&
		step.state === "pending" &&
		!holds(goal).some((hold) => hold.startsOnly) &&
		step.attempt < step.limit &&
		needsAreMet(goal, step) &&
		!budgetIsAsked(goal) &&
		!stepIsAsked(goal, step.stepId)
	);
}

export function allStepsOver(goal: Goal): boolean {
	const steps = planSteps(goal);
	return goal.plan?.approved === true && steps.every((step) => isOver(step) || isUnreachable(goal, step));
}
