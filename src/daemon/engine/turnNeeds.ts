import type { Goal, Step, Thread } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { calls, isUnderWay, turnWorks } from "../../core/rules/calls.ts";
import { checks } from "../../core/rules/checks.ts";
import { goalHold, turnHolds } from "../../core/rules/holds.ts";
import { stepIsBusy, stepWaits } from "../../core/rules/movement.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { threadIsFree, threads } from "../../core/rules/threads.ts";
import type { Effect } from "./next.ts";

/** What a goal needs to go on, among the others of its daemon: a place among those at work, and its folder for a step. */
export interface Need {
	readonly place: boolean;
	readonly folder: boolean;
	/** It would begin a step. */
	readonly starts: boolean;
	readonly begun: boolean;
	readonly begunInFolder: boolean;
}

export function needsOf(goal: Goal, effects: readonly Effect[], now: number): Need {
	const isHeld = goal.end !== undefined || goalHold(goal) !== undefined;
	const begunInFolder =
		goal.files.writers.length > 0 || threads(goal).some((thread) => thread.stepId && turnWorks(goal, thread));
	const begun =
		begunInFolder ||
		threads(goal).some((thread) => turnWorks(goal, thread)) ||
		calls(goal).some(isUnderWay) ||
		checks(goal).some((check) => check.state === "running");
	const retries = threads(goal).some((thread) => threadIsFree(goal, thread) && waitsShortly(thread, now));
	const starts = effects.some((effect) => effect.kind === "startStep");
	const works =
		starts ||
		effects.some((effect) => effect.kind === "check") ||
		planSteps(goal).some((step) => isWorkedOn(goal, step, now));
	// A look alone is no work for a goal that lets another go first.
	const acts = effects.some((effect) => takesTurn(effect) && (effect.kind !== "snapshot" || works || !yieldsTo(goal)));
	return {
		place: begun || (!isHeld && (retries || acts)),
		folder: begunInFolder || (!isHeld && works),
		starts,
		begun,
		begunInFolder,
	};
}

export function takesTurn(effect: Effect): boolean {
	return !free.has(effect.kind);
}

/** It has ended a step, and lets another goal go first. */
export function yieldsTo(goal: Goal): GoalId | undefined {
	return turnHolds(goal).find((hold) => hold.startsOnly)?.waitsFor?.[0];
}

/** Effects that take neither a place nor a folder: they ask a person, or put in order what is over. */
const free: ReadonlySet<Effect["kind"]> = new Set<Effect["kind"]>([
	"approvePlan",
	"askPlan",
	"askStart",
	"askStep",
	"tellRepeats",
	"verifyAgain",
	"askRecovery",
	"askAboutChecks",
	"askAboutReview",
	"replan",
	"skipReflection",
	"askBudget",
	"endAtLimit",
	"noteWork",
	"liftHold",
	"expire",
	"overdue",
	"supersede",
	"dropCall",
	"loseCall",
	// Of one that is open it counts whether its agent is at work.
	"turn",
	"endAgent",
	"background",
	"failGoal",
	"folder",
]);

/** A goal that asks its provider again within this time keeps its turn. */
const shortWaitMs = 60_000;

/** The step is under way, and goes on without a person, and without a provider that keeps it waiting for long. */
function isWorkedOn(goal: Goal, step: Step, now: number): boolean {
	if ((step.state !== "in_progress" && step.state !== "verifying") || stepWaits(goal, step)) return false;
	if (stepIsBusy(goal, step.stepId)) return true;
	const waits = threads(goal).filter((thread) => thread.stepId === step.stepId && threadIsFree(goal, thread));
	return waits.length === 0 || waits.some((thread) => waitMs(thread, now) <= shortWaitMs);
}

function waitMs(thread: Thread, now: number): number {
	return thread.retryAt ? Date.parse(thread.retryAt) - now : 0;
}

function waitsShortly(thread: Thread, now: number): boolean {
	const ms = waitMs(thread, now);
	return ms > 0 && ms <= shortWaitMs;
}
