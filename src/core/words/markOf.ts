import type { Goal, Review, Step, Thread } from "../goal.ts";
import { isDelegation } from "../rules/delegations.ts";
import { type GoalState, goalState } from "../rules/goalState.ts";
import { isOpen, reviewOf } from "../rules/reviews.ts";
import { isPlanned } from "../rules/steps.ts";
import { goalMarks, type Mark, reviewMarks, stepMarks, threadMarks } from "./marks.ts";

/** Which row of the marks holds, for what a goal, a step, a review or a thread stands at. */

/** Of a goal, or of what a list knows of one. */
export function goalMark(goal: { readonly state: GoalState; readonly verified?: boolean }): Mark {
	return goalMarks[goal.state === "completed" && !goal.verified ? "unverified" : goal.state];
}

export function markOfGoal(goal: Goal): Mark {
	return goalMark({ state: goalState(goal), verified: goal.end?.verified });
}

/** Of a step, as a goal or a view of one tells of it. */
export function stepMark(
	step: Pick<Step, "state" | "verified" | "undone">,
	now: { readonly isAsked: boolean; readonly isInReview: boolean },
): Mark {
	if (now.isAsked) return stepMarks.waiting;
	if (step.undone) return stepMarks.undone;
	if (step.state === "completed" && !step.verified) return stepMarks.unverified;
	if (step.state === "verifying" && now.isInReview) return stepMarks.reviewing;
	return stepMarks[step.state];
}

export function markOfStep(goal: Goal, step: Step): Mark {
	if (!isPlanned(goal, step)) return stepMarks.dropped;
	const review = reviewOf(step);
	return stepMark(step, {
		isAsked: Object.values(goal.approvals).some((approval) => approval.stepId === step.stepId),
		isInReview: review !== undefined && isOpen(review),
	});
}

export function reviewMark({ verdict, waived }: Pick<Review, "verdict" | "waived">): Mark {
	return reviewMarks[verdict ?? (waived ? "waived" : "open")];
}

/** What a thread is doing now. */
export function markOfThread(goal: Goal, thread: Thread): Mark {
	if (thread.state === "closed") return threadMarks.closed;
	const { threadId } = thread;
	if (Object.values(goal.approvals).some((approval) => approval.threadId === threadId)) return threadMarks.waiting;
	if (thread.turn) return threadMarks.asking;
	const calls = Object.values(goal.calls).filter((call) => call.threadId === threadId);
	if (calls.some((call) => isDelegation(call))) return threadMarks.delegating;
	return calls.length > 0 ? threadMarks.acting : threadMarks.active;
}
