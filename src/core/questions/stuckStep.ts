import type { Approval, Goal, Step } from "../goal.ts";
import { checksAreSettled, stepChecks } from "../rules/checks.ts";
import { reviewOf } from "../rules/reviews.ts";
import { reviewerOf } from "../rules/roster.ts";
import { isStuck } from "../rules/stagnation.ts";
import { allStepsOver, isOver, isPlanned } from "../rules/steps.ts";
import { readsMessages } from "../rules/threads.ts";
import { greenAgain, noReviewer, type QuestionRow, readByPlanner, skipStep } from "./question.ts";

/** How a step goes on that cannot go on by itself. */
export const stuckStep: QuestionRow = {
	kind: "step",
	options: [
		{
			answer: "retry",
			label: (goal, approval) => (awaitsReview(goal, approval) ? "Review Again" : "Retry"),
			effect: (goal, approval) =>
				awaitsReview(goal, approval)
					? "Another review looks at the work as it is."
					: stepOf(goal, approval)?.actions
						? "The step goes on with the command that failed."
						: "Another attempt begins and reads what is known about the last one.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "rerun",
			label: "Rerun Step",
			effect: "The step begins anew. What it changed stays.",
			// An agent's retry begins anew as well.
			when: (goal, approval) => stepOf(goal, approval)?.actions !== undefined || awaitsReview(goal, approval),
		},
		{ ...skipStep, plain: undefined },
		{
			answer: "replan",
			label: "Plan Anew",
			effect: "The planner writes another plan for what remains and reads what you say.",
			reason: readByPlanner,
			asksFirst: true,
		},
		{
			answer: "fail",
			label: (goal, approval) => (failsGoal(goal, approval) ? "Fail Goal" : "Fail Step"),
			effect: (goal, approval) =>
				failsGoal(goal, approval)
					? "The step fails, and the goal with it. What was done stays."
					: "The step fails. Steps that need it do not run, and the goal fails when the others are done.",
			plain: "deny",
		},
	],
	ends(goal, approval) {
		const step = stepOf(goal, approval);
		if (!step || !isPlanned(goal, step)) return "Its step is no longer in the plan.";
		if (isOver(step)) return `Its step is ${step.state}.`;
		if (isFreed(goal, approval)) return "You have told the agent something since.";
		if (step.state !== "verifying") return undefined;
		const review = reviewOf(step);
		if (review && review.verdict === undefined && !reviewerOf(goal)) return noReviewer;
		const isRed = stepChecks(goal, step.stepId).some((check) => check.state === "red");
		// Before its review, only red checks are asked about.
		return !review && checksAreSettled(goal, step) && !isRed ? greenAgain : undefined;
	},
};

function stepOf(goal: Goal, { stepId }: Approval): Step | undefined {
	return stepId ? goal.steps[stepId] : undefined;
}

/** The work is not in question: only a reviewer is missing. */
function awaitsReview(goal: Goal, approval: Approval): boolean {
	const step = stepOf(goal, approval);
	const review = step && reviewOf(step);
	return step?.state === "verifying" && review !== undefined && review.verdict === undefined;
}

/** Nothing else could go on if its step failed. */
function failsGoal(goal: Goal, approval: Approval): boolean {
	const step = stepOf(goal, approval);
	return (
		step !== undefined &&
		allStepsOver({ ...goal, steps: { ...goal.steps, [step.stepId]: { ...step, state: "failed" } } })
	);
}

/** It was asked about an agent that repeats itself, and a person has told the agent something since. */
function isFreed(goal: Goal, { stepId, threadId }: Approval): boolean {
	const thread = threadId ? goal.threads[threadId] : undefined;
	if (!thread || !stepId || !readsMessages(thread) || thread.state !== "active") return false;
	return goal.steps[stepId]?.state === "in_progress" && !isStuck(thread);
}
