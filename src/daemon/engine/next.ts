import { agentKind } from "../../core/agentKinds.ts";
import type { Goal, Step } from "../../core/goal.ts";
import type { ApprovalId, CheckId, HoldId, StepId, ThreadId, ToolCallId } from "../../core/ids.ts";
import { endOfQuestion } from "../../core/questions/questions.ts";
import { processesThatAreOver } from "../../core/rules/agentProcesses.ts";
import { runningInBackground } from "../../core/rules/background.ts";
import { type BrokenLimit, brokenLimit, brokenMinutes, priceIn } from "../../core/rules/budget.ts";
import {
	callIsNext,
	calls,
	isFollowed,
	isLost,
	isOrphaned,
	sentOnlyHeld,
	threadCalls,
} from "../../core/rules/calls.ts";
import {
	checks,
	checksAreSettled,
	checkWaits,
	dueCheck,
	finalChecks,
	stepChecks,
	wantedChecks,
} from "../../core/rules/checks.ts";
import { compactionIsDue } from "../../core/rules/contextWindow.ts";
import { isDelegation, openDelegations } from "../../core/rules/delegations.ts";
import { budgetHold, folderHold, goalHold, holds } from "../../core/rules/holds.ts";
import { snapshotIsDue, stepWaits } from "../../core/rules/movement.ts";
import {
	finalReviewIsDue,
	isAtItsEnd,
	isGreenAgain,
	reflectionIsDue,
	rejectedLimit,
	reviewIsDue,
	reviewIsGivenUp,
	reviewIsOpen,
	reviewIsStuck,
	reviewOf,
} from "../../core/rules/reviews.ts";
import { reviewerOf } from "../../core/rules/roster.ts";
import { isStuck, isToBeTold, stuckReason } from "../../core/rules/stagnation.ts";
import {
	allStepsOver,
	isToBePlanned,
	isUnreachable,
	planSteps,
	stepCanStart,
	stepIsAsked,
	stepNeedsPerson,
} from "../../core/rules/steps.ts";
import { readsMessages, threadIsFree, threads } from "../../core/rules/threads.ts";
import { isWorking, minutesEnd, nextNote } from "../../core/rules/workingTime.ts";
import type { ModelChoice, Price } from "../../core/values.ts";

/**
 * Every effect that is ready in a goal, and when to look again if none is. Pure. What is under way under this epoch is
 * named again: the driver knows what it has in hand. What was begun under an older epoch is named to be reconciled, so
 * that a restart, a hand-over and a take-over are the same path as any other next thing. Long, because it is read from top to
 * bottom: what may happen next in a goal is decided nowhere else.
 */
export type Effect = AutomaticEvent | Activity;

/** Effects that are nothing but events: the driver appends them with what caused them, in one transaction. */
export type AutomaticEvent =
	| { readonly kind: "openPlanner" }
	| { readonly kind: "approvePlan" }
	| { readonly kind: "askPlan" }
	| { readonly kind: "startStep"; readonly stepId: StepId }
	| { readonly kind: "askStart"; readonly stepId: StepId }
	| { readonly kind: "askStep"; readonly stepId: StepId; readonly threadId?: ThreadId; readonly reason: string }
	| { readonly kind: "settleStep"; readonly stepId: StepId }
	/** Its attempts had failed, and its checks are green since. */
	| { readonly kind: "verifyAgain"; readonly stepId: StepId }
	| { readonly kind: "tellRepeats"; readonly threadId: ThreadId }
	| { readonly kind: "startTurn"; readonly threadId: ThreadId; readonly purpose?: "compaction" }
	| { readonly kind: "interruptTurn"; readonly threadId: ThreadId }
	| { readonly kind: "askRecovery"; readonly toolCallId?: ToolCallId; readonly checkId?: CheckId }
	/** A review says that the plan leads nowhere. */
	| { readonly kind: "replan"; readonly stepId?: StepId; readonly reason: string }
	| { readonly kind: "askAboutReview" }
	| { readonly kind: "reflect" }
	| { readonly kind: "skipReflection"; readonly reason: string }
	| { readonly kind: "askAboutChecks"; readonly checkIds: readonly CheckId[] }
	| { readonly kind: "askBudget"; readonly threadId: ThreadId; readonly broken: BrokenLimit }
	| { readonly kind: "endAtLimit"; readonly broken: BrokenLimit }
	| { readonly kind: "noteWork" }
	| { readonly kind: "liftHold"; readonly holdId: HoldId }
	| { readonly kind: "expire"; readonly approvalId: ApprovalId }
	/** Nobody answered it in time. */
	| { readonly kind: "overdue"; readonly approvalId: ApprovalId }
	| { readonly kind: "supersede"; readonly approvalId: ApprovalId }
	| { readonly kind: "dropCall"; readonly toolCallId: ToolCallId }
	/** An agent had begun it by itself, and cannot tell any more how it went. */
	| { readonly kind: "loseCall"; readonly toolCallId: ToolCallId }
	| { readonly kind: "failGoal"; readonly reason: string };

/** Effects that take time and touch the world. */
export type Activity =
	| { readonly kind: "turn"; readonly threadId: ThreadId }
	| { readonly kind: "call"; readonly toolCallId: ToolCallId }
	| { readonly kind: "check"; readonly checkId: CheckId }
	| { readonly kind: "snapshot" }
	| { readonly kind: "undo" }
	/** Another folder stands in the place of the goal's, or none: it is watched until the goal's is back. */
	| { readonly kind: "folder" }
	/** Follows a command that runs in the background. */
	| { readonly kind: "background"; readonly toolCallId: ToolCallId }
	/** The program of a thread is ended, because nobody will ask it anything more. */
	| { readonly kind: "endAgent"; readonly threadId: ThreadId }
	/** Opens an independent review: of a step, or at last of the whole goal. */
	| { readonly kind: "review"; readonly stepId?: StepId }
	| { readonly kind: "finish" };

export interface Next {
	readonly effects: readonly Effect[];
	/** The next time at which something may be due, in milliseconds since the epoch. */
	readonly wakeAt?: number;
	/** Every time for which the goal waits, those that have come among them. */
	readonly times: readonly number[];
}

/** Now, and whether a time has come: a wait also ends when its time has passed though the clock was set back meanwhile. */
export interface Time {
	readonly now: number;
	hasCome(at: number): boolean;
}

export interface Limits {
	readonly parallelSteps: number;
	/** Sub-agents of one thread that work at once. */
	readonly delegatesAtOnce: number;
	/** Plans made anew without a person's asking, before one is asked. */
	readonly replans: number;
	/** What a model costs; undefined where no price is known. */
	priceOf(choice: ModelChoice): Price | undefined;
	/** What the provider keeps for later requests has a price of its own. Without it none does. */
	keepsPrompts?(provider: string): boolean;
	/** How many tokens a model reads; undefined where it is unknown. */
	windowOf(choice: ModelChoice): number | undefined;
}

export function next(goal: Goal, epoch: number, at: number | Time, limits: Limits): Next {
	const time = typeof at === "number" ? { now: at, hasCome: (other: number) => other <= at } : at;
	if (goal.seq === 0 || goal.deleted) return { effects: [], times: [] };
	const begun = [...underWay(goal, epoch), ...leftBehind(goal)];
	// While an undo is under way nothing else writes; what waits for it begins when it is done.
	const away: Effect[] = folderHold(goal) && (goal.undo || !goal.end) ? [{ kind: "folder" }] : [];
	if (away.length > 0) return withTimers(goal, time, [...begun, ...away]);
	if (goal.undo) return withTimers(goal, time, [...begun, { kind: "undo" }]);
	const note = noteEffects(goal, epoch, time);
	const over = note.length > 0 ? [] : minutesEffects(goal, time);
	if (over.length > 0) return withTimers(goal, time, [...begun, ...over]);
	begun.push(...note);
	// What a command wrote until its time was up is the goal's work, and not what others do while it waits.
	if (budgetHold(goal) && snapshotIsDue(goal) && goal.files.writers.length === 0) begun.push({ kind: "snapshot" });
	if (goal.end || goalHold(goal)) return withTimers(goal, time, begun);
	const effects: Effect[] = [...begun];
	if (snapshotIsDue(goal)) effects.push({ kind: "snapshot" });
	effects.push(
		...planEffects(goal),
		...stepEffects(goal, limits),
		...threadEffects(goal, time, limits),
		...callEffects(goal, limits),
	);
	effects.push(...checkEffects(goal), ...wantedEffects(goal));
	if (allStepsOver(goal) && Object.keys(goal.approvals).length === 0) effects.push(...endEffects(goal, limits));
	return withTimers(goal, time, effects);
}

/** It stands beside what else is due: a note must not hide from `turns` what the goal is about to do. */
function noteEffects(goal: Goal, epoch: number, time: Time): Effect[] {
	// Nothing counts while no daemon is there: this one's time counts from its first note on.
	const isFirst = goal.budget.minutes !== undefined && goal.work.epoch !== epoch && isWorking(goal);
	if (isFirst) return [{ kind: "noteWork" }];
	const at = nextNote(goal);
	return at !== undefined && time.hasCome(at) && !brokenMinutes(goal, time.now) ? [{ kind: "noteWork" }] : [];
}

/** The goal's minutes are used up: what runs is ended, and a person is asked. A word about the goal is not worth asking for. */
function minutesEffects(goal: Goal, time: Time): Effect[] {
	if (goal.end) return [];
	const end = minutesEnd(goal);
	const broken = brokenMinutes(goal, end !== undefined && time.hasCome(end) ? Math.max(end, time.now) : time.now);
	if (!broken) return [];
	const isAsked = Object.values(goal.approvals).some(({ resource }) => resource === "minutes");
	if (isAsked || !(budgetHold(goal) || isWorking(goal))) return [];
	const isReviewed = !goal.review || goal.review.verdict !== undefined || goal.review.waived;
	if (!isAtItsEnd(goal) || finalReviewIsDue(goal) || !isReviewed) return [{ kind: "endAtLimit", broken }];
	const reason = `The budget leaves no room for it: ${broken.reason}`;
	return goal.reflection?.state === "asked" ? [{ kind: "skipReflection", reason }] : [];
}

/** What began: followed when this daemon began it, reconciled when an earlier one did. */
function underWay(goal: Goal, epoch: number): Effect[] {
	const turns = threads(goal).flatMap(({ threadId, turn, assignment }): Effect[] => {
		if (!turn) return [];
		const goesOn = turn.epoch === epoch || agentKind(assignment).outlivesDaemon;
		return goesOn ? [{ kind: "turn", threadId }] : [{ kind: "interruptTurn", threadId }];
	});
	const inBackground = runningInBackground(goal).map(({ toolCallId }): Effect => ({ kind: "background", toolCallId }));
	const overProcesses = processesThatAreOver(goal).map(({ threadId }): Effect => ({ kind: "endAgent", threadId }));
	const begunCalls = calls(goal)
		.filter((call) => isFollowed(goal, call))
		.map(({ toolCallId }): Effect => ({ kind: "call", toolCallId }));
	const begunChecks = checks(goal)
		.filter((check) => check.state === "running")
		.map(({ checkId }): Effect => ({ kind: "check", checkId }));
	return [...inBackground, ...turns, ...begunCalls, ...begunChecks, ...overProcesses];
}

/** What waited for a person or for its turn when its step or its goal went away: it is told so, and nothing begins. */
function leftBehind(goal: Goal): Effect[] {
	return [
		...calls(goal)
			.filter((call) => isOrphaned(goal, call))
			.map(({ toolCallId }): Effect => ({ kind: "dropCall", toolCallId })),
		...calls(goal)
			.filter((call) => isLost(goal, call))
			.map(({ toolCallId }): Effect => ({ kind: "loseCall", toolCallId })),
		...Object.values(goal.approvals)
			.filter((approval) => endOfQuestion(goal, approval) !== undefined)
			.map(({ approvalId }): Effect => ({ kind: "supersede", approvalId })),
	];
}

function planEffects(goal: Goal): Effect[] {
	if (isToBePlanned(goal)) {
		const planner = threads(goal).find((thread) => thread.purpose === "plan" && thread.state === "active");
		if (!planner) return [{ kind: "openPlanner" }];
		if (planner.rejected < rejectedLimit) return [];
		return [
			{
				kind: "failGoal",
				reason: `The planner answered ${rejectedLimit} times without a plan that can be used. Choose another model, or retry to plan again.`,
			},
		];
	}
	if (!goal.plan || goal.plan.approved) return [];
	if (!planNeedsPerson(goal)) return [{ kind: "approvePlan" }];
	const asked = Object.values(goal.approvals).some((approval) => approval.kind === "plan");
	return asked ? [] : [{ kind: "askPlan" }];
}

function planNeedsPerson(goal: Goal): boolean {
	if (goal.settings.planApproval === "never") return false;
	if (goal.settings.planApproval === "always") return true;
	return planSteps(goal).some((step) => step.confidence === "low");
}

function stepEffects(goal: Goal, limits: Limits): Effect[] {
	const steps = planSteps(goal);
	const isOpen = (step: Step) => step.state === "in_progress" || step.state === "verifying";
	const open = steps.filter((step) => isOpen(step) && !stepWaits(goal, step)).length;
	const ready = steps.filter((step) => stepCanStart(goal, step));
	const effects: Effect[] = ready
		.slice(0, Math.max(0, limits.parallelSteps - open))
		.map((step) => ({ kind: stepNeedsPerson(goal, step) ? "askStart" : "startStep", stepId: step.stepId }));
	for (const step of steps) {
		if (isGreenAgain(goal, step)) effects.push({ kind: "verifyAgain", stepId: step.stepId });
		if (stepIsAsked(goal, step.stepId)) continue;
		if (step.state === "pending" && step.attempt >= step.limit && !goal.replan) {
			effects.push({ kind: "askStep", stepId: step.stepId, reason: step.reason ?? `${step.limit} attempts failed.` });
		}
		if (step.state === "verifying") effects.push(...verifyEffects(goal, step, limits));
	}
	return effects;
}

function verifyEffects(goal: Goal, step: Step, limits: Limits): Effect[] {
	if (!checksAreSettled(goal, step)) {
		const check = dueCheck(goal, step);
		return check && !snapshotIsDue(goal) ? [{ kind: "check", checkId: check.checkId }] : [];
	}
	const red = stepChecks(goal, step.stepId).find((check) => check.diagnosis !== undefined && check.state === "red");
	if (red && step.actions) {
		return [{ kind: "askStep", stepId: step.stepId, reason: `The check \`${red.command}\` is red: ${red.diagnosis}` }];
	}
	return red ? [{ kind: "settleStep", stepId: step.stepId }] : reviewEffects(goal, step, limits);
}

/** Its checks are green: where the roster names a reviewer, an independent reviewer has the last word. */
function reviewEffects(goal: Goal, step: Step, limits: Limits): Effect[] {
	const { stepId } = step;
	if (reviewIsDue(goal, step)) return snapshotIsDue(goal) ? [] : [{ kind: "review", stepId }];
	const review = reviewOf(step);
	if (review && reviewIsGivenUp(goal, review)) {
		const reason = `The reviewer answered ${rejectedLimit} times without a verdict that counts.`;
		return [{ kind: "askStep", stepId, reason }];
	}
	if (reviewIsOpen(goal, step)) return [];
	const said = review?.diagnosis || review?.summary || "It gave no reason.";
	// A playbook says what it says: neither another attempt nor another plan would make it different.
	if (review?.verdict === "soft" && step.actions)
		return [{ kind: "askStep", stepId, reason: `The review did not pass it: ${said}` }];
	// While what remains is planned anew, the attempt only fails: the new plan has its own word on the step.
	if (review?.verdict === "hard" && !goal.replan)
		return mayReplan(goal, limits)
			? [{ kind: "replan", stepId, reason: said }]
			: [{ kind: "askStep", stepId, reason: `The review says that the plan leads nowhere: ${said}` }];
	return [{ kind: "settleStep", stepId }];
}

/** Without asking a person first. */
function mayReplan(goal: Goal, limits: Limits): boolean {
	return goal.playbook === undefined && goal.replans < limits.replans;
}

function threadEffects(goal: Goal, time: Time, limits: Limits): Effect[] {
	return threads(goal).flatMap((thread): Effect[] => {
		if (thread.state !== "active") return [];
		if (!readsMessages(thread) && thread.failed && thread.stepId) {
			if (stepIsAsked(goal, thread.stepId) || calls(goal).some((call) => call.threadId === thread.threadId)) return [];
			return [{ kind: "askStep", stepId: thread.stepId, reason: thread.failed.reason }];
		}
		if (isStuck(thread) && thread.stepId && !thread.turn && threadCalls(goal, thread.threadId).length === 0) {
			const isOpen = goal.steps[thread.stepId]?.state === "in_progress";
			if (!isOpen || stepIsAsked(goal, thread.stepId)) return [];
			return [{ kind: "askStep", stepId: thread.stepId, threadId: thread.threadId, reason: stuckReason(thread) }];
		}
		if (!threadIsFree(goal, thread)) return [];
		if (isToBeTold(thread)) return [{ kind: "tellRepeats", threadId: thread.threadId }];
		if (thread.retryAt && !time.hasCome(Date.parse(thread.retryAt))) return [];
		const broken = brokenLimit(goal, thread, priceIn(goal, thread.assignment, limits.priceOf(thread.assignment)));
		if (broken && thread.purpose === "reflect")
			return [{ kind: "skipReflection", reason: `The budget leaves no room for it: ${broken.reason}` }];
		if (broken) return [{ kind: "askBudget", threadId: thread.threadId, broken }];
		const isTooLong = compactionIsDue(goal, thread, limits.windowOf(thread.assignment));
		return [{ kind: "startTurn", threadId: thread.threadId, purpose: isTooLong ? "compaction" : undefined }];
	});
}

function callEffects(goal: Goal, limits: Limits): Effect[] {
	const due = snapshotIsDue(goal);
	/** Sub-agents of each thread, with those that are about to begin. */
	const begins = new Map<ThreadId, number>();
	const isWanted = wantedChecks(goal).length > 0;
	return calls(goal).flatMap((call): Effect[] => {
		if (call.state === "unknown") {
			const asked = Object.values(goal.approvals).some((approval) => approval.toolCallId === call.toolCallId);
			return asked ? [] : [{ kind: "askRecovery", toolCallId: call.toolCallId }];
		}
		if (call.decided) return [{ kind: "call", toolCallId: call.toolCallId }];
		if (call.state === "waiting" || call.state === "started" || !callIsNext(goal, call)) return [];
		if (isDelegation(call)) {
			const before = begins.get(call.threadId) ?? openDelegations(goal, call.threadId);
			if (before >= limits.delegatesAtOnce || sentOnlyHeld(goal, call.threadId)) return [];
			begins.set(call.threadId, before + 1);
		}
		// A call that may write waits until what earlier ones wrote has been looked at, so that it is not blamed for it.
		return call.effect !== "none" && (due || isWanted) ? [] : [{ kind: "call", toolCallId: call.toolCallId }];
	});
}

function checkEffects(goal: Goal): Effect[] {
	return checks(goal).flatMap((check): Effect[] => {
		if (check.state !== "unknown" || !checkWaits(goal, check)) return [];
		const asked = Object.values(goal.approvals).some((approval) => approval.checkId === check.checkId);
		return asked ? [] : [{ kind: "askRecovery", checkId: check.checkId }];
	});
}

/** One after the other, like all checks. */
function wantedEffects(goal: Goal): Effect[] {
	const [first] = wantedChecks(goal);
	if (!first || snapshotIsDue(goal) || goal.files.writers.length > 0) return [];
	return [{ kind: "check", checkId: first.checkId }];
}

function endEffects(goal: Goal, limits: Limits): Effect[] {
	const steps = planSteps(goal);
	const failed = steps.filter((step) => step.state === "failed");
	const cutOff = steps.filter((step) => step.state === "pending" && isUnreachable(goal, step));
	if (failed.length > 0) {
		const names = failed.map((step) => `“${step.title}”`).join(", ");
		const rest = cutOff.length > 0 ? ` ${cutOff.length} steps that need it did not run.` : "";
		return [{ kind: "failGoal", reason: `${failed.length === 1 ? "Step" : "Steps"} ${names} failed.${rest}` }];
	}
	const final = finalChecks(goal);
	if (final.some((check) => check.state === "running" || check.state === "waiting" || check.state === "unknown"))
		return [];
	const due = final.find((check) => check.state === "pending" || check.state === "stale");
	if (due) return snapshotIsDue(goal) ? [] : [{ kind: "check", checkId: due.checkId }];
	const red = final.filter((check) => check.state === "red");
	if (red.length > 0) return [{ kind: "askAboutChecks", checkIds: red.map((check) => check.checkId) }];
	// A check of a step that was skipped meanwhile may still be writing.
	return snapshotIsDue(goal) || goal.files.writers.length > 0 ? [] : lastEffects(goal, limits);
}

/** Everything is done and green: the final review, then the reflection, then the end. */
function lastEffects(goal: Goal, limits: Limits): Effect[] {
	if (finalReviewIsDue(goal)) return [{ kind: "review" }];
	const { review, reflection } = goal;
	if (reviewIsStuck(goal)) {
		// There is no single step to repair, so that what is missing becomes steps of another plan.
		return review?.verdict !== undefined && mayReplan(goal, limits)
			? [{ kind: "replan", reason: review.diagnosis || review.summary || "It gave no reason." }]
			: [{ kind: "askAboutReview" }];
	}
	if (review && !review.waived && review.verdict === undefined && reviewerOf(goal)) return [];
	if (reflectionIsDue(goal)) return [{ kind: "reflect" }];
	if (reflection?.state !== "asked") return [{ kind: "finish" }];
	const isGivenUp = (goal.threads[reflection.threadId]?.rejected ?? 0) >= rejectedLimit;
	return isGivenUp ? [{ kind: "skipReflection", reason: "The model gave no reflection that can be read." }] : [];
}

/** Holds and approvals whose time has come, and the times at which others will. */
function withTimers(goal: Goal, time: Time, effects: readonly Effect[]): Next {
	const timed: Effect[] = [];
	const times: number[] = [];
	const told = (): Next => {
		const toCome = times.filter((at) => !time.hasCome(at));
		return { effects: [...effects, ...timed], wakeAt: toCome.length > 0 ? Math.min(...toCome) : undefined, times };
	};
	if (goal.end) return told();
	for (const at of [minutesEnd(goal), nextNote(goal)]) if (at !== undefined) times.push(at);
	if (holds(goal).some((hold) => hold.cause === "person")) return told();
	const consider = (iso: string | undefined, effect?: Effect) => {
		if (iso === undefined) return;
		const at = Date.parse(iso);
		times.push(at);
		if (effect && time.hasCome(at)) timed.push(effect);
	};
	for (const hold of holds(goal)) consider(hold.wakeAt, { kind: "liftHold", holdId: hold.holdId });
	for (const approval of Object.values(goal.approvals)) {
		const { approvalId, expiresAt, deadline } = approval;
		consider(deadline?.at, { kind: "overdue", approvalId });
		// What was not answered in time is not asked anew.
		if (deadline === undefined) consider(expiresAt, { kind: "expire", approvalId });
	}
	for (const thread of threads(goal)) if (thread.state === "active") consider(thread.retryAt);
	return told();
}
