import type { Goal, Step } from "../goal.ts";
import type { StepId } from "../ids.ts";
import { goneRefusal, type Refused, refused } from "../refusal.ts";
import { goalState } from "./goalState.ts";
import { personHold } from "./holds.ts";
import { stepIsBusy } from "./movement.ts";
import { isOver, isPlanned, isWorked, planSteps, stepIsAsked } from "./steps.ts";

/** What a person may ask of one step now, and why not: the other half of the table in `allowed.ts`. */
export const stepRequests = ["retry", "rerun", "skip", "undo"] as const;
export type StepRequest = (typeof stepRequests)[number];

/** Why the step refuses it now; nothing where it is allowed. */
export function stepRefusal(request: StepRequest, goal: Goal, step: Step): Refused | undefined {
	const gone = goneRefusal(goal);
	if (gone) return gone;
	if (request === "undo") return undoRefusal(goal, step);
	if (goal.undo) return refused(undoUnderWay);
	if (!isPlanned(goal, step))
		return refused(`Step “${step.title}” is no longer in the plan. What it changed can be undone.`);
	return request === "skip" ? skipRefusal(goal, step) : againRefusal(request, goal, step);
}

export const undoUnderWay = "An undo is under way. Try again when it is done, in a moment.";

/** What user interfaces offer of a step. Undo only where something may be left to take back: the files have the last word. */
export function allowedOfStep(goal: Goal, step: Step): readonly StepRequest[] {
	const mayBeUndone = !step.undone && step.attempts.some(({ changes }) => changes !== 0);
	return stepRequests.filter(
		(request) => stepRefusal(request, goal, step) === undefined && (request !== "undo" || mayBeUndone),
	);
}

function againRefusal(request: "retry" | "rerun", goal: Goal, step: Step): Refused | undefined {
	if (isNew(step)) {
		if (goal.end) return undefined;
		return stepIsAsked(goal, step.stepId)
			? refused(`Step “${step.title}” has not begun. Approve it, or skip it.`)
			: refused(`Step “${step.title}” has not begun; it starts by itself when what it needs is done.`);
	}
	const busy = [step, ...(request === "rerun" ? builtOn(goal, step.stepId) : [])].find((one) => moves(goal, one));
	if (busy) return underWay(goal, busy);
	return request === "retry" && (step.state === "completed" || step.state === "skipped")
		? refused(`Step “${step.title}” is ${step.state}. Use rerun to work on it again.`)
		: undefined;
}

function skipRefusal(goal: Goal, step: Step): Refused | undefined {
	if (isOver(step) && step.state !== "failed") return refused(`Step “${step.title}” is ${step.state} already.`);
	if (goal.end?.state === "completed") return refused("The goal is completed; there is nothing to skip.");
	const writes = step.state === "in_progress" && goal.files.writers.some(({ stepId }) => stepId === step.stepId);
	return writes
		? refused(`Step “${step.title}” runs a command right now. Pause the goal with “now” first.`)
		: undefined;
}

/** It has not begun: to go on with the goal is to begin it. */
export function isNew(step: Step): boolean {
	return step.state === "pending" && step.attempt === 0;
}

function undoRefusal(goal: Goal, step: Step): Refused | undefined {
	if (step.attempt === 0)
		return refused(`It has not begun, so step “${step.title}” has nothing to take back.`, "nothingToUndo");
	return undoBusyRefusal(goal, step);
}

/** Why what the step changed cannot be taken back now, by itself or with others. */
export function undoBusyRefusal(goal: Goal, step: Step): Refused | undefined {
	const untracked = untrackedRefusal(goal);
	if (untracked) return untracked;
	const isUnderWay =
		isWorked(step) &&
		!goal.end &&
		!stepIsAsked(goal, step.stepId) &&
		(personHold(goal) === undefined || stepIsBusy(goal, step.stepId));
	if (isUnderWay) {
		return refused(`Step “${step.title}” is under way. Wait until it ends, or pause the goal with “now” first.`);
	}
	return writingRefusal(goal);
}

export function untrackedRefusal(goal: Goal): Refused | undefined {
	const why = goal.files.untracked;
	return why === undefined
		? undefined
		: refused(`Changes are not tracked here, so what the step changed is unknown: ${why}`, "untracked");
}

/** Two at a time would take each other's bytes for a person's changes. */
export function writingRefusal(goal: Goal): Refused | undefined {
	if (goal.undo) return refused("Another undo is under way. Try again when it is done.");
	const [writer] = goal.files.writers;
	if (!writer) return undefined;
	const step = writer.stepId ? goal.steps[writer.stepId] : undefined;
	const who = `${writer.check ? "A check" : "A command or edit"}${step ? ` of step “${step.title}”` : " of the goal"}`;
	return refused(`${who} is under way. Wait until it ends, or pause the goal with “now” first.`);
}

/** It moves by itself, so that beginning it again would pull it from under whoever works on it. */
function moves(goal: Goal, step: Step): boolean {
	if (stepIsBusy(goal, step.stepId)) return true;
	if (!isWorked(step) || stepIsAsked(goal, step.stepId)) return false;
	const state = goalState(goal);
	return state === "running" || state === "planning" || state === "queued";
}

function underWay(goal: Goal, step: Step): Refused {
	if (goal.end) return refused(`What ran in step “${step.title}” is still ending. Try again in a moment.`);
	return refused(`Step “${step.title}” is under way. Wait until it ends, or pause the goal with “now” first.`);
}

/** Steps that have begun on the ground of this one, in the order of the plan: they begin again with it. */
export function builtOn(goal: Goal, stepId: StepId): readonly Step[] {
	const found = new Set([stepId]);
	// The plan's order need not be the order of needs, so it is gone through until nothing is added.
	for (let before = 0; before !== found.size; ) {
		before = found.size;
		for (const step of planSteps(goal)) if (step.needs.some((need) => found.has(need))) found.add(step.stepId);
	}
	return planSteps(goal).filter(
		(step) =>
			step.stepId !== stepId && found.has(step.stepId) && step.attempt > 0 && (step.state !== "skipped" || step.undone),
	);
}
