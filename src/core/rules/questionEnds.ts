import type { Approval, Goal, Step, Thread } from "../goal.ts";
import { checksAreSettled, checkWaits, finalChecks, stepChecks } from "./checks.ts";
import { folderHold } from "./holds.ts";
import { reviewIsStuck, reviewOf } from "./reviews.ts";
import { reviewerOf } from "./roster.ts";
import { isStuck } from "./stagnation.ts";
import { allStepsOver, isOver, isPlanned } from "./steps.ts";
import { isPlaybook } from "./threads.ts";

/**
 * When a question to a person has ended without an answer, and why, in a sentence: what it asks about is gone, was
 * decided otherwise, or has come right by itself. Undefined while an answer would count.
 */
export function endOfQuestion(goal: Goal, approval: Approval): string | undefined {
	if (goal.end) return `The goal is ${goal.end.state}.`;
	const step = approval.stepId ? goal.steps[approval.stepId] : undefined;
	switch (approval.kind) {
		case "plan":
			return goal.plan === undefined || goal.plan.approved || goal.replan !== undefined ? otherwise : undefined;
		case "step":
			return endOfStep(goal, approval, step);
		case "question":
			if (approval.options.includes("wait")) {
				const isOpen = folderHold(goal)?.approvalId === approval.approvalId;
				return isOpen ? undefined : "What stands at the goal's folder has changed since.";
			}
			return approval.stepId ? endOfStart(goal, step) : endOfLastWord(goal, approval);
		case "budget":
			return isGone(approval.threadId ? goal.threads[approval.threadId] : undefined)
				? "What would have gone beyond the limit has ended."
				: undefined;
		default:
			if (approval.checkId) return checkWaits(goal, goal.checks[approval.checkId]) ? undefined : otherwise;
			return approval.toolCallId !== undefined && goal.calls[approval.toolCallId] === undefined ? otherwise : undefined;
	}
}

const otherwise = "What it was about has been decided otherwise.";
export const greenAgain = "Its checks are green again.";
const noReviewer = "The roster has no reviewer any more, so no verdict is waited for.";

function endOfStep(goal: Goal, approval: Approval, step: Step | undefined): string | undefined {
	if (!step || !isPlanned(goal, step)) return "Its step is no longer in the plan.";
	if (isOver(step)) return `Its step is ${step.state}.`;
	if (isFreed(goal, approval)) return "You have told the agent something since.";
	if (step.state !== "verifying") return undefined;
	const review = reviewOf(step);
	if (review && review.verdict === undefined && !reviewerOf(goal)) return noReviewer;
	const isRed = stepChecks(goal, step.stepId).some((check) => check.state === "red");
	// Before its review, only red checks are asked about.
	return !review && checksAreSettled(goal, step) && !isRed ? greenAgain : undefined;
}

function endOfStart(goal: Goal, step: Step | undefined): string | undefined {
	if (goal.replan !== undefined) return "What remains is planned anew.";
	return step?.state !== "pending" || step.cleared === true ? otherwise : undefined;
}

function endOfLastWord(goal: Goal, approval: Approval): string | undefined {
	if (!allStepsOver(goal)) return "There is more to do first.";
	if (approval.options.includes("accept")) return reviewIsStuck(goal) ? undefined : endOfReview(goal);
	const isOpen = finalChecks(goal).some(
		(check) => check.state === "red" || (check.state === "pending" && check.wanted) || check.state === "running",
	);
	return isOpen ? undefined : "The checks are green again.";
}

function endOfReview(goal: Goal): string {
	return goal.review && !reviewerOf(goal)
		? noReviewer
		: "The files have changed since, so that they are reviewed again.";
}

/** It was asked about an agent that repeats itself, and a person has told the agent something since. */
function isFreed(goal: Goal, { stepId, threadId }: Approval): boolean {
	const thread = threadId ? goal.threads[threadId] : undefined;
	if (!thread || !stepId || isPlaybook(thread) || thread.state !== "active") return false;
	return goal.steps[stepId]?.state === "in_progress" && !isStuck(thread);
}

function isGone(thread: Thread | undefined): boolean {
	return thread !== undefined && thread.state !== "active";
}
