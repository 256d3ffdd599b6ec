import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal, Step } from "../../protocol/goal.ts";
import type { StepId } from "../../protocol/ids.ts";
import { isOver, isPlanned, planSteps, reviewOf, stepIsAsked, stepIsBusy } from "../../protocol/readiness.ts";
import { goalState } from "../../protocol/state.ts";
import type { Actor } from "../../protocol/values.ts";
import { Refusal } from "./refusal.ts";
import type { Asker } from "./request.ts";

/** What a person wants of one step: that it is tried again, worked on anew, or left out. */
export function stepRequest(
	kind: "retry" | "rerun" | "skip",
	stepId: StepId | undefined,
	goal: Goal,
	{ by }: Asker,
): GoalEvent[] {
	const state = goalState(goal);
	const reopened: GoalEvent[] = goal.end ? [{ type: "goal.reopened", by }] : [];
	if (stepId === undefined) {
		const meant = planSteps(goal).filter((one) => isStuck(goal, one));
		if (kind === "retry" && goal.end && goal.end.state !== "completed" && meant.length === 0) return reopened;
		if (meant.length !== 1) throw new Refusal("unknownStep", `Name the step to ${kind}: ${stepNames(goal)}.`);
		return stepRequest(kind, meant[0]!.stepId, goal, { by } as Asker);
	}
	const step = goal.steps[stepId];
	if (!step) throw new Refusal("unknownStep", `There is no step ${stepId}. The steps are: ${stepNames(goal)}.`);
	if (!isPlanned(goal, step))
		throw new Refusal("notNow", `Step “${step.title}” is no longer in the plan. What it changed can be undone.`);
	if (kind === "skip" && isOver(step)) {
		if (step.state !== "failed") throw new Refusal("notNow", `Step “${step.title}” is ${step.state} already.`);
	}
	const isNew = step.state === "pending" && step.attempt === 0;
	if (kind !== "skip" && isNew && goal.end) return reopened;
	if (kind !== "skip" && isNew) {
		if (stepIsAsked(goal, stepId))
			throw new Refusal("notNow", `Step “${step.title}” has not begun. Approve it, or skip it.`);
		throw new Refusal("notNow", `Step “${step.title}” has not begun; it starts by itself when what it needs is done.`);
	}
	if (kind !== "skip" && isUnderWay(goal, step)) throw underWay(goal, step);
	const built = kind === "rerun" ? builtOn(goal, stepId) : [];
	const busy = built.find((one) => isUnderWay(goal, one));
	if (busy) throw underWay(goal, busy);
	if (kind === "retry" && (step.state === "completed" || step.state === "skipped")) {
		throw new Refusal("notNow", `Step “${step.title}” is ${step.state}. Use rerun to work on it again.`);
	}
	if (kind === "skip" && state === "completed")
		throw new Refusal("notNow", "The goal is completed; there is nothing to skip.");
	if (
		kind === "skip" &&
		step.state === "in_progress" &&
		goal.files.writers.some((writer) => writer.stepId === stepId)
	) {
		throw new Refusal("notNow", `Step “${step.title}” runs a command right now. Pause the goal with “now” first.`);
	}
	const asked = Object.values(goal.approvals).filter((approval) => approval.stepId === stepId);
	return [
		...reopened,
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: `The step was told to ${kind}.`,
		})),
		...stepDecision(kind, step, by),
		...built.flatMap((one) => stepDecision("rerun", one, by)),
	];
}

/** An attempt that is given up leaves to the next what is known about it, and what the person advises. */
export function stepAnswer(given: string, step: Step, by: Actor, advice: string | undefined): GoalEvent[] {
	const { stepId, attempt, reason: diagnosis = "" } = step;
	const begun = stepDecision(given, step, by).map((event) =>
		event.type === "step.retried" ? { ...event, advice } : event,
	);
	const isGivenUp =
		step.state === "in_progress" && begun.some((event) => event.type === "step.retried" && event.how === "rerun");
	return isGivenUp && !step.actions ? [{ type: "attempt.failed", stepId, attempt, diagnosis }, ...begun] : begun;
}

export function stepDecision(answer: string, step: Step, by: Actor): GoalEvent[] {
	const { stepId, attempt } = step;
	switch (answer) {
		case "retry": {
			const review = reviewOf(step);
			// The work is not in question: only somebody who can judge it is missing.
			if (step.state === "verifying" && review && review.verdict === undefined)
				return [{ type: "review.reset", stepId, by }];
			// A playbook goes on with the command that failed; an agent begins anew, with the diagnosis.
			const open = step.state === "in_progress" || step.state === "verifying" || step.state === "failed";
			return [{ type: "step.retried", stepId, attempt, how: step.actions && open ? "continue" : "rerun", by }];
		}
		case "rerun":
			return [{ type: "step.retried", stepId, attempt, how: "rerun", by }];
		case "skip":
			return [{ type: "step.skipped", stepId, attempt, by }];
		default:
			return [{ type: "step.failed", stepId, attempt, reason: step.reason ?? "A person decided that it failed." }];
	}
}

/** Nothing happens to it until a person says what. */
function isStuck(goal: Goal, step: Step): boolean {
	return step.state === "failed" || stepIsAsked(goal, step.stepId) || (goal.end !== undefined && isOpen(step));
}

export function isOpen(step: Step): boolean {
	return step.state === "in_progress" || step.state === "verifying";
}

/** It moves by itself, so that beginning it again would pull it from under whoever works on it. */
function isUnderWay(goal: Goal, step: Step): boolean {
	if (stepIsBusy(goal, step.stepId)) return true;
	if (!isOpen(step) || stepIsAsked(goal, step.stepId)) return false;
	const state = goalState(goal);
	return state === "running" || state === "planning" || state === "queued";
}

function underWay(goal: Goal, step: Step): Refusal {
	if (goal.end)
		return new Refusal("notNow", `What ran in step “${step.title}” is still ending. Try again in a moment.`);
	return new Refusal(
		"notNow",
		`Step “${step.title}” is under way. Wait until it ends, or pause the goal with “now” first.`,
	);
}

/** Steps that have begun on the ground of this one, in the order of the plan: they begin again with it. */
function builtOn(goal: Goal, stepId: StepId): readonly Step[] {
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

function stepNames(goal: Goal): string {
	return (
		planSteps(goal)
			.map((step) => step.stepId)
			.join(", ") || "none yet"
	);
}
