import type { Check, Goal, Step } from "../goal.ts";
import type { StepId } from "../ids.ts";
import { stepIsStuck } from "./steps.ts";

/** Checks: which are due, which have their verdict, which must be green at the end. */

export function checks(goal: Goal): readonly Check[] {
	return Object.values(goal.checks);
}

export function stepChecks(goal: Goal, stepId: StepId): readonly Check[] {
	return checks(goal).filter((check) => check.stepId === stepId);
}

/** The next check to run of a step that says it is done. */
export function dueCheck(goal: Goal, step: Step): Check | undefined {
	return checks(goal).find(
		(check) =>
			check.stepId === step.stepId &&
			check.settledFor !== step.attempt &&
			(check.state === "pending" || check.state === "stale" || check.state === "green" || check.state === "red"),
	);
}

/** Every check of the step has its verdict for this attempt. */
export function checksAreSettled(goal: Goal, step: Step): boolean {
	return stepChecks(goal, step.stepId).every((check) => check.settledFor === step.attempt && check.state !== "running");
}

/** Every check of the step is green for its attempt, and there is one. */
export function checksAreGreen(goal: Goal, step: Step): boolean {
	const all = stepChecks(goal, step.stepId);
	return all.length > 0 && all.every((check) => check.state === "green" && check.settledFor === step.attempt);
}

/** Checks that must be green on the final tree: the goal's own, and those of its completed steps. */
export function finalChecks(goal: Goal): readonly Check[] {
	return checks(goal).filter((check) => check.stepId === undefined || goal.steps[check.stepId]?.state === "completed");
}

/** Checks that a person wants run now. They run when nothing writes, and nothing begins to write before them. */
export function wantedChecks(goal: Goal): readonly Check[] {
	return checks(goal).filter((check) => {
		if (check.wanted !== true || check.state !== "pending") return false;
		const step = check.stepId ? goal.steps[check.stepId] : undefined;
		return !check.stepId || step?.state === "completed" || (step !== undefined && stepIsStuck(goal, step));
	});
}

/** A person decides about the check before it runs or counts. Of a step that came to nothing it does not matter. */
export function checkWaits(goal: Goal, check: Check | undefined): boolean {
	const step = check?.stepId ? goal.steps[check.stepId] : undefined;
	if (step?.state === "failed" || step?.state === "skipped") return false;
	return check?.state === "waiting" || check?.state === "unknown";
}
