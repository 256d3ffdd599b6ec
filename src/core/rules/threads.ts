import { agentKind } from "../agentKinds.ts";
import type { Goal, Thread } from "../goal.ts";
import { threadCalls } from "./calls.ts";
import { budgetIsAsked, threadHold } from "./holds.ts";
import { isOpen, rejectedLimit, reviewIsOpen, reviewOf } from "./reviews.ts";
import { isStuck } from "./stagnation.ts";
import { allStepsOver, isToBePlanned, stepIsAsked } from "./steps.ts";

/** Threads: which may take their next turn. */

export function threads(goal: Goal): readonly Thread[] {
	return Object.values(goal.threads);
}

/** An agent in the thread reads what is said and what calls came to. */
export function readsMessages(thread: Thread): boolean {
	return agentKind(thread.assignment).readsMessages;
}

/** There is work for the thread, nothing of it is under way and nothing keeps it: it may take its next turn once `retryAt` has come. */
export function threadIsFree(goal: Goal, thread: Thread): boolean {
	return (
		isWanted(goal, thread) &&
		thread.state === "active" &&
		thread.rejected < rejectedLimit &&
		!isStuck(thread) &&
		!budgetIsAsked(goal) &&
		!(thread.purpose === "work" && serversAreAsked(goal)) &&
		thread.turn === undefined &&
		(readsMessages(thread) || thread.failed === undefined) &&
		threadHold(goal, thread.threadId) === undefined &&
		threadCalls(goal, thread.threadId).length === 0
	);
}

/** Whether the goal's agents have a server's tools is still to be decided, or waits for a value: they begin with what is decided. */
function serversAreAsked(goal: Goal): boolean {
	return Object.values(goal.approvals).some(({ question }) => question === "mcpServer" || question === "mcpInput");
}

/** There is something for it to do now, by what it is for. */
function isWanted(goal: Goal, { threadId, purpose, stepId }: Thread): boolean {
	const step = stepId ? goal.steps[stepId] : undefined;
	switch (purpose) {
		case "work":
			return step?.state === "in_progress";
		case "plan":
			return isToBePlanned(goal);
		case "review":
			if (!step) return goal.review?.threadId === threadId && isOpen(goal.review) && allStepsOver(goal);
			return reviewIsOpen(goal, step) && reviewOf(step)?.threadId === threadId && !stepIsAsked(goal, step.stepId);
		case "reflect":
			return goal.reflection?.threadId === threadId && goal.reflection.state === "asked" && allStepsOver(goal);
	}
}
