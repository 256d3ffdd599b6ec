import type { Goal, Stall, Step, Thread } from "../goal.ts";
import type { StepId } from "../ids.ts";
import { callIsReady, calls, isFollowed, isUnderWay, threadCalls, turnWorks } from "./calls.ts";
import { checks, checksAreSettled, dueCheck, finalChecks, wantedChecks } from "./checks.ts";
import { folderHold, goalHold } from "./holds.ts";
import { finalReviewIsDue, lastWordIsOpen, reviewIsOpen } from "./reviews.ts";
import { allStepsOver, planSteps, stepCanStart, stepIsAsked } from "./steps.ts";
import { threadIsFree, threads } from "./threads.ts";

/** Whether anything can move. The daemon's `next` turns the same predicates into effects, and the state that people see is derived from them, so that "running" means exactly that something can move. */

/** Whether anything can happen without a person, a clock or a provider coming back. */
export function canMove(goal: Goal, isFree = (thread: Thread) => threadIsFree(goal, thread)): boolean {
	if (goal.undo) return folderHold(goal) === undefined;
	if (goalHold(goal))
		return (
			threads(goal).some((thread) => turnWorks(goal, thread)) || calls(goal).some((call) => isFollowed(goal, call))
		);
	if (threads(goal).some((thread) => turnWorks(goal, thread) || isFree(thread))) return true;
	if (calls(goal).some((call) => callIsReady(goal, call))) return true;
	if (checks(goal).some((check) => check.state === "running")) return true;
	if (wantedChecks(goal).length > 0) return true;
	if (!goal.plan) return threads(goal).length === 0;
	if (planSteps(goal).some((step) => stepCanStart(goal, step))) return true;
	if (
		planSteps(goal).some(
			(step) =>
				step.state === "verifying" &&
				!stepIsAsked(goal, step.stepId) &&
				(dueCheck(goal, step) || (checksAreSettled(goal, step) && !reviewIsOpen(goal, step))),
		)
	)
		return true;
	if (!allStepsOver(goal) || Object.keys(goal.approvals).length > 0) return false;
	const final = finalChecks(goal);
	if (final.some((check) => check.state === "waiting" || check.state === "unknown")) return false;
	return !lastWordIsOpen(goal) || finalReviewIsDue(goal) || final.some((check) => check.state !== "green");
}

/** Something of the step is under way: a turn, a call, a command of a check. */
export function stepIsBusy(goal: Goal, stepId: StepId): boolean {
	return (
		threads(goal).some((thread) => thread.stepId === stepId && turnWorks(goal, thread)) ||
		calls(goal).some((call) => call.stepId === stepId && isUnderWay(call)) ||
		goal.files.writers.some((writer) => writer.stepId === stepId)
	);
}

/** Nothing of it moves before a person decides or a provider comes back: others may take its place meanwhile. */
export function stepWaits(goal: Goal, step: Step): boolean {
	if (stepIsBusy(goal, step.stepId)) return false;
	if (stepIsAsked(goal, step.stepId)) return true;
	if (step.state === "verifying" && !reviewIsOpen(goal, step))
		return !dueCheck(goal, step) && !checksAreSettled(goal, step);
	return !threads(goal).some(
		(thread) =>
			thread.stepId === step.stepId &&
			(threadIsFree(goal, thread) || threadCalls(goal, thread.threadId).some((call) => callIsReady(goal, call))),
	);
}

/** What is under way and has given no sign of life for long. */
export function stalls(goal: Goal): readonly Stall[] {
	return Object.values(goal.stalls ?? {}).filter(
		({ subject }) =>
			calls(goal).some((call) => call.toolCallId === subject && call.state === "started") ||
			checks(goal).some((check) => check.run?.runId === subject && check.state === "running") ||
			threads(goal).some((thread) => thread.turn?.turnId === subject),
	);
}

export function snapshotIsDue(goal: Goal): boolean {
	const { files } = goal;
	if (files.untracked !== undefined && !files.retry) return false;
	return files.unaccounted.length > 0 || (files.untracked === undefined && files.tree === undefined);
}
