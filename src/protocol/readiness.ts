import { isAbandoned, isDelegation, openDelegations } from "./children.ts";
import type { Check, Goal, Hold, Review, Silence, Step, Thread, ToolCall } from "./goal.ts";
import type { StepId, ThreadId } from "./ids.ts";
import { reviewerOf } from "./roster.ts";
import { isStuck } from "./stagnation.ts";

/**
 * What could move in a goal, as predicates over its state. The daemon's `next` turns them into effects; the state that
 * people see is derived from the same ones, so that "running" means exactly that something can move.
 */

/** Steps of a goal in the order of its plan. */
export function planSteps(goal: Goal): readonly Step[] {
	return (goal.plan?.order ?? []).flatMap((stepId) => goal.steps[stepId] ?? []);
}

/** Steps that changed files and are in the plan no more: what they changed can still be taken back. */
export function droppedSteps(goal: Goal): readonly Step[] {
	return Object.values(goal.steps).filter(
		(step) => !isPlanned(goal, step) && step.attempts.some(({ changes }) => changes !== 0),
	);
}

export function threads(goal: Goal): readonly Thread[] {
	return Object.values(goal.threads);
}

export function calls(goal: Goal): readonly ToolCall[] {
	return Object.values(goal.calls);
}

export function checks(goal: Goal): readonly Check[] {
	return Object.values(goal.checks);
}

export function holds(goal: Goal): readonly Hold[] {
	return Object.values(goal.holds);
}

/** Those that keep something from going on: what held a thread that is closed holds nothing any more. */
export function standingHolds(goal: Goal): readonly Hold[] {
	return holds(goal).filter(({ threadId }) => threadId === undefined || goal.threads[threadId]?.state === "active");
}

/** Those that the key of a provider lifts; without a name, of any. */
export function holdsForKey(goal: Goal, provider?: string): readonly Hold[] {
	return holds(goal).filter(
		({ needsKey }) => needsKey !== undefined && (provider === undefined || needsKey.provider === provider),
	);
}

export function personHold(goal: Goal): Hold | undefined {
	return holds(goal).find((hold) => hold.cause === "person");
}

/** Its time is used up: what ran was ended, and it waits for a decision. */
export function budgetHold(goal: Goal): Hold | undefined {
	return holds(goal).find((hold) => hold.cause === "budget");
}

/** A hold that stops the whole goal. */
export function goalHold(goal: Goal): Hold | undefined {
	return holds(goal).find((hold) => hold.threadId === undefined && !hold.startsOnly);
}

/** Another folder stands in the place of the goal's, or none. */
export function folderHold({ holds: all }: Pick<Goal, "holds">): Hold | undefined {
	return Object.values(all).find((hold) => hold.cause === "folder");
}

/** The goal waits for its turn among the others. The daemon places and lifts these; a person resumes none of them. */
export function turnHolds(goal: Goal): readonly Hold[] {
	return holds(goal).filter((hold) => hold.cause === "queue" || hold.cause === "workspace");
}

export function isOver(step: Step): boolean {
	return step.state === "completed" || step.state === "failed" || step.state === "skipped";
}

/** An attempt of it is under way, or what came of it is looked at. */
export function isWorked(step: Step): boolean {
	return step.state === "in_progress" || step.state === "verifying";
}

/** Steps to which nothing happens until a person says what. */
export function stuckSteps(goal: Goal): readonly Step[] {
	return planSteps(goal).filter(
		(step) => step.state === "failed" || stepIsAsked(goal, step.stepId) || (goal.end !== undefined && isWorked(step)),
	);
}

export function isDone(step: Step | undefined): boolean {
	return step?.state === "completed" || step?.state === "skipped";
}

/** A person decides about this step before anything else happens to it. */
export function stepIsAsked(goal: Goal, stepId: StepId): boolean {
	return Object.values(goal.approvals).some(
		(approval) => (approval.kind === "step" || approval.kind === "question") && approval.stepId === stepId,
	);
}

/** A supervised goal asks before each step. */
export function stepNeedsPerson(goal: Goal, step: Step): boolean {
	return goal.settings.autonomy === "supervised" && !step.cleared;
}

export function needsAreMet(goal: Goal, step: Step): boolean {
	return step.needs.every((need) => isDone(goal.steps[need]));
}

/** The step cannot run any more: something that it needs failed. */
export function isCutOff(goal: Goal, step: Step, seen: ReadonlySet<StepId> = new Set()): boolean {
	return step.needs.some((need) => {
		const needed = goal.steps[need];
		if (!needed || seen.has(need)) return false;
		return needed.state === "failed" || (!isOver(needed) && isCutOff(goal, needed, new Set([...seen, need])));
	});
}

export function stepCanStart(goal: Goal, step: Step): boolean {
	return (
		goal.plan?.approved === true &&
		step.state === "pending" &&
		!holds(goal).some((hold) => hold.startsOnly) &&
		step.attempt < step.limit &&
		needsAreMet(goal, step) &&
		!budgetIsAsked(goal) &&
		!stepIsAsked(goal, step.stepId)
	);
}

/** What is used up is asked about: no model is asked before a person decides. */
export function budgetIsAsked(goal: Goal): boolean {
	return Object.values(goal.approvals).some((approval) => approval.kind === "budget");
}

/** The built-in agent does what its playbook says; it does not think about failures. */
export function isPlaybook(thread: Thread): boolean {
	return thread.assignment.provider === "builtin";
}

export function threadHold(goal: Goal, threadId: ThreadId): Hold | undefined {
	return holds(goal).find((hold) => hold.threadId === threadId);
}

export function threadCalls(goal: Goal, threadId: ThreadId): readonly ToolCall[] {
	return calls(goal).filter((call) => call.threadId === threadId);
}

/** Its thread has ended before the call began: nobody waits for it, and it must not begin. */
export function isLeftBehind(goal: Goal, call: ToolCall): boolean {
	if (isAbandoned(goal, call)) return true;
	return !isUnderWay(call) && goal.threads[call.threadId]?.state !== "active";
}

/** It is being carried out. What waits for a child is not: nothing of it runs by itself. */
export function isUnderWay(call: ToolCall): boolean {
	return call.state === "started" && !isDelegation(call);
}

/** It is being carried out, and whoever looks after it needs nothing of a folder that is not the goal's. */
export function isFollowed(goal: Goal, call: ToolCall): boolean {
	return isUnderWay(call) && !(call.edit && folderHold(goal));
}

/** A person decides about the check before it runs or counts. Of a step that came to nothing it does not matter. */
export function checkWaits(goal: Goal, check: Check | undefined): boolean {
	const step = check?.stepId ? goal.steps[check.stepId] : undefined;
	if (step?.state === "failed" || step?.state === "skipped") return false;
	return check?.state === "waiting" || check?.state === "unknown";
}

/** Something of the step is under way: a turn, a call, a command of a check. */
export function stepIsBusy(goal: Goal, stepId: StepId): boolean {
	return (
		threads(goal).some((thread) => thread.stepId === stepId && thread.turn) ||
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

/** Answers that could not be used, in a row, before the planner is given up. */
export const rejectedLimit = 3;

/** There is work for the thread, nothing of it is under way and nothing keeps it: it may take its next turn once `retryAt` has come. */
export function threadIsFree(goal: Goal, thread: Thread): boolean {
	return (
		isWanted(goal, thread) &&
		thread.state === "active" &&
		thread.rejected < rejectedLimit &&
		!isStuck(thread) &&
		!budgetIsAsked(goal) &&
		thread.turn === undefined &&
		!(isPlaybook(thread) && thread.failed !== undefined) &&
		threadHold(goal, thread.threadId) === undefined &&
		threadCalls(goal, thread.threadId).length === 0
	);
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

/** There is no plan, or what remains is planned anew. */
export function isToBePlanned(goal: Goal): boolean {
	return goal.plan === undefined || goal.replan !== undefined;
}

/** Not only of an earlier plan. */
export function isPlanned(goal: Goal, step: Step): boolean {
	return goal.plan?.order.includes(step.stepId) === true;
}

/** Of the step's current attempt. */
export function reviewOf(step: Step): Review | undefined {
	const last = step.attempts.at(-1);
	return last?.attempt === step.attempt ? last.review : undefined;
}

function isOpen(review: Review): boolean {
	return review.verdict === undefined && review.waived !== true;
}

/** A reviewer looks at what the step did, and has not said what it thinks. */
export function reviewIsOpen(goal: Goal, step: Step): boolean {
	const review = reviewOf(step);
	return review !== undefined && isOpen(review) && reviewerOf(goal) !== undefined;
}

/** The step's checks are green, and somebody independent is to look at it before it counts. */
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

/** A goal that a playbook runs needs no model, so that nobody could reflect on it. */
export function reflectionIsDue(goal: Goal): boolean {
	return goal.reflection === undefined && goal.settings.agent.provider !== "builtin" && goal.playbook === undefined;
}

/** A model is asked for the last word, so that the goal is not done yet. */
function lastWordIsOpen(goal: Goal): boolean {
	const { review, reflection } = goal;
	return (review !== undefined && isOpen(review) && reviewerOf(goal) !== undefined) || reflection?.state === "asked";
}

/** Calls of one turn run in order; those without an effect may run beside each other. */
export function callIsNext(goal: Goal, call: ToolCall): boolean {
	const before = threadCalls(goal, call.threadId);
	const earlier = before.slice(0, before.indexOf(call));
	return call.effect === "none" ? earlier.every((one) => one.effect === "none") : earlier.length === 0;
}

/** It is its turn, and nobody has to decide about it first. */
export function callIsReady(goal: Goal, call: ToolCall): boolean {
	// Whether one more may begin while others wait for their children is the daemon's to say.
	if (isDelegation(call) && (call.state === "started" || openDelegations(goal, call.threadId) > 0)) return false;
	return call.state !== "waiting" && call.state !== "unknown" && callIsNext(goal, call);
}

/**
 * Every sub-agent that the thread waits for is held, or waits for such ones itself: one more would meet the same provider,
 * and a goal that is blocked begins nothing.
 */
export function sentOnlyHeld(goal: Goal, threadId: ThreadId): boolean {
	const children = threadCalls(goal, threadId).flatMap((call) =>
		isDelegation(call) && call.state === "started" && call.child ? [call.child] : [],
	);
	return children.length > 0 && children.every((child) => threadHold(goal, child) || sentOnlyHeld(goal, child));
}

export function snapshotIsDue(goal: Goal): boolean {
	const { files } = goal;
	if (files.untracked !== undefined && !files.retry) return false;
	return files.unaccounted.length > 0 || (files.untracked === undefined && files.tree === undefined);
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

export function stepChecks(goal: Goal, stepId: StepId): readonly Check[] {
	return checks(goal).filter((check) => check.stepId === stepId);
}

/** Every check of the step has its verdict for this attempt. */
export function checksAreSettled(goal: Goal, step: Step): boolean {
	return stepChecks(goal, step.stepId).every((check) => check.settledFor === step.attempt && check.state !== "running");
}

/** Checks that must be green on the final tree: the goal's own, and those of its completed steps. */
export function finalChecks(goal: Goal): readonly Check[] {
	return checks(goal).filter((check) => check.stepId === undefined || goal.steps[check.stepId]?.state === "completed");
}

export function allStepsOver(goal: Goal): boolean {
	const steps = planSteps(goal);
	return goal.plan?.approved === true && steps.every((step) => isOver(step) || isCutOff(goal, step));
}

/** Checks that a person wants run now. They run when nothing writes, and nothing begins to write before them. */
export function wantedChecks(goal: Goal): readonly Check[] {
	return checks(goal).filter((check) => {
		if (check.wanted !== true || check.state !== "pending") return false;
		const step = check.stepId ? goal.steps[check.stepId] : undefined;
		return !check.stepId || step?.state === "completed" || (step !== undefined && stepIsStuck(goal, step));
	});
}

/** Its work is done or given up, and a person is asked how it goes on: its checks can be run again meanwhile. */
export function stepIsStuck(goal: Goal, step: Step): boolean {
	const isAsked = Object.values(goal.approvals).some(({ kind, stepId }) => kind === "step" && stepId === step.stepId);
	return isAsked && (step.state === "verifying" || (step.state === "pending" && step.attempt > 0));
}

/** Every check of the step is green for its attempt, and there is one. */
export function checksAreGreen(goal: Goal, step: Step): boolean {
	const all = stepChecks(goal, step.stepId);
	return all.length > 0 && all.every((check) => check.state === "green" && check.settledFor === step.attempt);
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

/** What is under way and has given no sign of life for long. */
export function silences(goal: Goal): readonly Silence[] {
	return Object.values(goal.silences ?? {}).filter(
		({ subject }) =>
			calls(goal).some((call) => call.toolCallId === subject && call.state === "started") ||
			checks(goal).some((check) => check.run?.runId === subject && check.state === "running") ||
			threads(goal).some((thread) => thread.turn?.turnId === subject),
	);
}

/** Whether anything can happen without a person, a clock or a provider coming back. */
export function canMove(goal: Goal, isFree = (thread: Thread) => threadIsFree(goal, thread)): boolean {
	if (goal.undo) return folderHold(goal) === undefined;
	if (goalHold(goal))
		return threads(goal).some((thread) => thread.turn) || calls(goal).some((call) => isFollowed(goal, call));
	if (threads(goal).some((thread) => thread.turn || isFree(thread))) return true;
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
