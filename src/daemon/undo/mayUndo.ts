import type { Goal, Step } from "../../core/goal.ts";
import type { StepId } from "../../core/ids.ts";
import { goneRefusal, Refusal, refuse } from "../../core/refusal.ts";
import { undoBusyRefusal } from "../../core/rules/stepControls.ts";
import { droppedSteps, isPlanned, planSteps } from "../../core/rules/steps.ts";

/**
 * The steps that are meant, in the order of the plan, or a refusal that says why not now and what would work. A step that
 * another plan dropped has no place in that order any more: it is undone by itself.
 */
export function undoableSteps(goal: Goal, stepId: StepId, rest: boolean): readonly StepId[] {
	refuse(goneRefusal(goal));
	const dropped = goal.steps[stepId];
	if (dropped && !isPlanned(goal, dropped)) return onlyDropped(goal, dropped, rest);
	const steps = planSteps(goal);
	const first = steps.findIndex((step) => step.stepId === stepId);
	if (first < 0) {
		const names = [...steps, ...droppedSteps(goal)].map((step) => step.stepId).join(", ") || "none yet";
		throw new Refusal("unknownStep", `There is no step ${stepId}. The steps are: ${names}.`);
	}
	const meant = steps.slice(first, rest ? undefined : first + 1).filter((step) => step.attempt > 0);
	if (meant.length === 0) {
		const what = rest ? "Neither it nor any later step has begun" : "It has not begun";
		throw new Refusal("nothingToUndo", `${what}, so step “${steps[first]!.title}” has nothing to take back.`);
	}
	refuseBusy(goal, meant);
	return meant.map((step) => step.stepId);
}

function onlyDropped(goal: Goal, step: Step, rest: boolean): readonly StepId[] {
	if (rest) {
		throw new Refusal(
			"notNow",
			`Step “${step.title}” is no longer in the plan, so no steps come after it. Undo it by itself.`,
		);
	}
	refuseBusy(goal, [step]);
	return [step.stepId];
}

function refuseBusy(goal: Goal, meant: readonly Step[]): void {
	for (const step of meant) refuse(undoBusyRefusal(goal, step));
}

/** Steps that go on from one of these, have begun, and are not among them: their work stays as it is. */
export function dependentsOf(goal: Goal, stepIds: readonly StepId[]): readonly StepId[] {
	const all = [...planSteps(goal), ...droppedSteps(goal)];
	const found = new Set(stepIds);
	// The plan's order need not be the order of needs, so it is gone through until nothing is added.
	for (let before = 0; before !== found.size; ) {
		before = found.size;
		for (const step of all) if (step.needs.some((need) => found.has(need))) found.add(step.stepId);
	}
	return all
		.filter((step) => found.has(step.stepId) && !stepIds.includes(step.stepId) && step.attempt > 0 && !step.undone)
		.map((step) => step.stepId);
}
