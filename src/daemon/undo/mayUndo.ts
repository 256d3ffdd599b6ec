import type { Goal, Step } from "../../protocol/goal.ts";
import type { StepId } from "../../protocol/ids.ts";
import { droppedSteps, isPlanned, personHold, planSteps, stepIsAsked, stepIsBusy } from "../../protocol/readiness.ts";
import { Refusal } from "../engine/refusal.ts";

/**
 * The steps that are meant, in the order of the plan, or a refusal that says why not now and what would work. A step that
 * another plan dropped has no place in that order any more: it is undone by itself.
 */
export function undoableSteps(goal: Goal, stepId: StepId, rest: boolean): readonly StepId[] {
	if (goal.seq === 0 || goal.deleted)
		throw new Refusal("unknownGoal", "There is no such goal. `mission list` shows the goals.");
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
	refuseUntracked(goal);
	const moving = meant.find((step) => isUnderWay(goal, step));
	if (moving) {
		throw new Refusal(
			"notNow",
			`Step “${moving.title}” is under way. Wait until it ends, or pause the goal with “now” first.`,
		);
	}
	refuseWhileWriting(goal);
}

export function refuseUntracked(goal: Goal): void {
	const why = goal.files.untracked;
	if (why === undefined) return;
	throw new Refusal("untracked", `Changes are not tracked here, so nobody knows what the step changed: ${why}`);
}

/** Two at a time would take each other's bytes for somebody's changes. */
export function refuseWhileWriting(goal: Goal): void {
	if (goal.undo) throw new Refusal("notNow", "Another undo is under way. Try again when it is done.");
	const [writer] = goal.files.writers;
	if (!writer) return;
	const step = writer.stepId ? goal.steps[writer.stepId] : undefined;
	const who = `${writer.check ? "A check" : "A command or edit"}${step ? ` of step “${step.title}”` : " of the goal"}`;
	throw new Refusal("notNow", `${who} is under way. Wait until it ends, or pause the goal with “now” first.`);
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

function isUnderWay(goal: Goal, step: Step): boolean {
	const isOpen = step.state === "in_progress" || step.state === "verifying";
	if (!isOpen || goal.end || stepIsAsked(goal, step.stepId)) return false;
	return personHold(goal) === undefined || stepIsBusy(goal, step.stepId);
}
