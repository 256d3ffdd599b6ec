import { agentKind } from "../agentKinds.ts";
import type { Goal, Review, Step } from "../goal.ts";
import { checksAreGreen, checksAreSettled, finalChecks, stepChecks } from "./checks.ts";
import { reviewerOf } from "./roster.ts";
import { allStepsOver, planSteps, stepIsAsked, stepIsStuck } from "./steps.ts";

/** Reviews, of a step and of the whole goal: when one is due, open, or given up; and the reflection after it. */

/** Answers that could not be used, in a row, before the planner is given up. */
export const rejectedLimit = 3;

/** Of the step's current attempt. */
export function reviewOf(step: Step): Review | undefined {
	const last = step.attempts.at(-1);
	return last?.attempt === step.attempt ? last.review : undefined;
}

export function isOpen(review: Review): boolean {
	return review.verdict === undefined && review.waived !== true;
}

/** A reviewer looks at what the step did, and has not said what it thinks. */
export function reviewIsOpen(goal: Goal, step: Step): boolean {
	const review = reviewOf(step);
	return review !== undefined && isOpen(review) && reviewerOf(goal) !== undefined;
}

/** The step's checks are green, and an independent reviewer is to look at it before it counts. */
export function reviewIsDue(goal: Goal, step: Step): boolean {
	return (
		step.state === "verifying" &&
		checksAreSettled(goal, step) &&
		!stepChecks(goal, step.stepId).some((check) => check.state === "red") &&
		reviewOf(step) === undefined &&
		reviewerOf(goal) !== undefined &&
		!stepIsAsked(goal, step.stepId)
	);
}

/** All is done and green: what is left is the last look at it, and a word about it. */
export function isAtItsEnd(goal: Goal): boolean {
	const steps = planSteps(goal);
	return (
		allStepsOver(goal) &&
		!steps.some((step) => step.state === "failed") &&
		finalChecks(goal).every((check) => check.state === "green")
	);
}

export function finalReviewIsDue(goal: Goal): boolean {
	return isAtItsEnd(goal) && goal.review === undefined && reviewerOf(goal) !== undefined;
}

/** Answers of a reviewer that could not be used, in a row, before a person is asked. */
export function reviewIsGivenUp(goal: Goal, review: Review): boolean {
	const rejected = goal.threads[review.threadId]?.rejected ?? 0;
	return isOpen(review) && rejected >= rejectedLimit && reviewerOf(goal) !== undefined;
}

/** The final review keeps the goal from completing. */
export function reviewIsStuck(goal: Goal): boolean {
	const { review } = goal;
	if (!review || review.waived || review.verdict === "pass") return false;
	return review.verdict !== undefined || reviewIsGivenUp(goal, review);
}

/** A goal that a playbook runs needs no model, so that no model could reflect on it. */
export function reflectionIsDue(goal: Goal): boolean {
	return goal.reflection === undefined && agentKind(goal.settings.agent).takesRoles && goal.playbook === undefined;
}

/** A model is asked for the last word, so that the goal is not done yet. */
export function lastWordIsOpen(goal: Goal): boolean {
	const { review, reflection } = goal;
	return (review !== undefined && isOpen(review) && reviewerOf(goal) !== undefined) || reflection?.state === "asked";
}

/**
 * Each of its attempts failed, a person was asked, and its checks have become green since: it is looked at again. What a
 * review did not pass is not: its checks were green before.
 */
export function isGreenAgain(goal: Goal, step: Step): boolean {
	if (reviewOf(step)?.verdict !== undefined) return false;
	return (
		step.state === "pending" && step.attempt >= step.limit && stepIsStuck(goal, step) && checksAreGreen(goal, step)
	);
}
