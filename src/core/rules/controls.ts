import type { Approval, Check, Goal, Thread } from "../goal.ts";
import { goneRefusal, type Refused, refused } from "../refusal.ts";
import { budgetResources } from "../values.ts";
import { bothWays, eitherWay, ways } from "../ways.ts";
import { checks } from "./checks.ts";
import { type GoalState, goalState } from "./goalState.ts";
import { holds, personHold, turnHolds } from "./holds.ts";
import { stepRefusal, undoUnderWay } from "./stepControls.ts";
import { planSteps, stuckSteps } from "./steps.ts";
import { readsMessages, threads } from "./threads.ts";

/**
 * What a person may ask of a goal now, and why not: one table for the daemon, which decides by it, and for every user interface
 * that offers it. What is offered is carried out, and what is carried out is offered. Requests about one step are in
 * `allowedSteps.ts`.
 */
export const goalRequests = [
	"pause",
	"pauseNow",
	"resume",
	"cancel",
	"delete",
	"retry",
	"raise",
	"editPlan",
	"replan",
	"editRoster",
	"runChecks",
	"message",
] as const;
export type GoalRequest = (typeof goalRequests)[number];

const over = (state: string) => `The goal is ${state}.`;
const open = "The goal is not over. Cancel it first.";

/** One row a request, one column a state: absent where the state allows it, else the sentence that refuses it. */
const byState: { readonly [R in GoalRequest]: Partial<Record<GoalState, string>> } = {
	pause: pausing(),
	pauseNow: pausing(),
	resume: {
		queued: "The goal is not paused; it waits for its turn.",
		planning: "The goal is not paused; it is being planned.",
		running: "The goal is not paused; it is running.",
		awaiting_approval: `The goal is not paused; it waits for a decision of yours. ${bothWays(ways.waiting)} show it.`,
		completed: `${over("completed")} Rerun a step to work on it again.`,
		failed: `${over("failed")} Retry a step to go on.`,
		cancelled: `${over("cancelled")} Retry a step to go on.`,
	},
	cancel: {
		completed: `${over("completed")} There is nothing to cancel.`,
		failed: `${over("failed")} There is nothing to cancel.`,
		cancelled: "The goal is cancelled already.",
	},
	delete: { queued: open, planning: open, running: open, awaiting_approval: open, paused: open, blocked: open },
	retry: {},
	raise: whenOver("Retry or rerun a step to go on, then raise its budget."),
	editPlan: whenOver("Retry or rerun a step to go on, then edit it."),
	replan: whenOver("Retry or rerun a step to go on."),
	editRoster: whenOver("Rerun a step of it, then edit its roster."),
	runChecks: {
		failed: `${over("failed")} Retry a step to go on.`,
		cancelled: `${over("cancelled")} Retry a step to go on.`,
	},
	message: whenOver("No agent would read it. Retry or rerun a step to go on."),
};

/** What the state alone does not tell. */
const byGoal: { readonly [R in GoalRequest]?: (goal: Goal) => Refused | string | undefined } = {
	pause: (goal) => personHold(goal) && alreadyPaused,
	pauseNow: (goal) => (personHold(goal)?.now ? alreadyPaused : undefined),
	resume: (goal) =>
		liftedByResume(goal).length === 0 ? "Nothing holds the goal that resuming would lift." : undefined,
	retry: retryRefusal,
	raise: (goal) =>
		budgetResources.some((resource) => goal.budget[resource] !== undefined)
			? undefined
			: "The goal has no limits, so there is nothing to raise.",
	editPlan: (goal) => {
		if (goal.playbook) return playbookPlan;
		if (goal.replan) return "What remains is being planned anew. Edit the new plan when it is there.";
		return goal.plan ? undefined : "There is no plan yet. Edit it when the planner has written it.";
	},
	replan: (goal) => {
		if (goal.playbook) return playbookPlan;
		if (!goal.plan || goal.replan) return "The planner is writing a plan already.";
		return Object.values(goal.approvals).some(({ kind }) => kind === "plan")
			? "The plan waits for your approval. Send it back there."
			: undefined;
	},
	runChecks: (goal) => {
		if (checks(goal).some(isSettledCheck)) return undefined;
		return checks(goal).length === 0
			? "This goal has no checks."
			: "No check has a result yet; they run when their step is done.";
	},
	message: (goal) => {
		const readers = threads(goal).filter((thread) => messageRefusal(goal, thread) === undefined);
		return readers.length === 0
			? refused("No thread is active, so no agent would read it.", "unknownThread")
			: undefined;
	},
};

const alreadyPaused = `The goal is paused already. It goes on with ${eitherWay(ways.resume)}.`;
const playbookPlan = "This plan is a playbook's. Edit the playbook, and launch a goal with it.";

/** While an undo is under way nothing begins and no step moves. */
const duringUndo: ReadonlySet<GoalRequest> = new Set([
	"pause",
	"pauseNow",
	"resume",
	"cancel",
	"message",
	"raise",
	"editRoster",
]);

/** Why the goal refuses it now; nothing where it is allowed. */
export function goalRefusal(request: GoalRequest, goal: Goal): Refused | undefined {
	const gone = goneRefusal(goal);
	if (gone) return gone;
	if (goal.undo && !duringUndo.has(request)) return refused(undoUnderWay);
	const why = byState[request][goalState(goal)] ?? byGoal[request]?.(goal);
	return typeof why === "string" ? refused(why) : why;
}

export function allowedOfGoal(goal: Goal): readonly GoalRequest[] {
	return goalRequests.filter((request) => goalRefusal(request, goal) === undefined);
}

/** Why the check is not run again now. */
export function checkRefusal(goal: Goal, check: Check): Refused | undefined {
	if (goal.undo) return refused(undoUnderWay);
	const ofState = byState.runChecks[goalState(goal)];
	if (ofState) return refused(ofState);
	return isSettledCheck(check) ? undefined : refused("It has no result yet; it runs when its step is done.");
}

/** What a goal's state alone allows, for lists that do not know the whole goal. */
export function allowedInState(state: GoalState): readonly GoalRequest[] {
	return goalRequests.filter((request) => byState[request][state] === undefined);
}

/** Why no agent in the thread would read a message. */
export function messageRefusal(goal: Goal, thread: Thread): Refused | undefined {
	if (thread.state === "closed" || goal.end) return refused("That thread has ended, so no agent would read it.");
	return !readsMessages(thread)
		? refused("This thread runs a playbook; it reads no messages. Retry, rerun or skip its step instead.")
		: undefined;
}

/** Why no answer to the approval is taken now. */
export function answerRefusal(goal: Goal, approval: Approval, nowMs?: number): Refused | undefined {
	const gone = goneRefusal(goal);
	if (gone) return gone;
	if (goal.undo && !approval.options.includes("wait")) return refused(undoUnderWay);
	if (goal.end) return refused(`The goal is ${goal.end.state}; its approvals no longer count.`);
	// What an agent asked can be answered until its default was taken.
	if (approval.question === "agent") return undefined;
	const isExpired = approval.expiresAt !== undefined && nowMs !== undefined && Date.parse(approval.expiresAt) <= nowMs;
	return isExpired
		? refused("This approval expired. It is asked anew as soon as the goal goes on.", "expired")
		: undefined;
}

/** Holds that resuming lifts: the person's, else what the daemon found out, never whose turn it is. */
export function liftedByResume(goal: Goal) {
	const held = personHold(goal);
	return held ? [held] : holds(goal).filter((hold) => hold.cause !== "budget" && !turnHolds(goal).includes(hold));
}

/** It has a result that running it again would replace. */
export function isSettledCheck({ state }: Check): boolean {
	return state === "green" || state === "red" || state === "stale";
}

/** Retrying a goal means its one stuck step, or what was planned when it ended. */
function retryRefusal(goal: Goal): Refused | undefined {
	const stuck = stuckSteps(goal);
	if (stuck.length === 0 && goal.end && goal.end.state !== "completed") return undefined;
	if (stuck.length === 1) return stepRefusal("retry", goal, stuck[0]!);
	const names = planSteps(goal).map((step) => step.stepId);
	return refused(`Name the step to retry: ${names.join(", ") || "none yet"}.`, "unknownStep");
}

function pausing(): Partial<Record<GoalState, string>> {
	return {
		completed: `${over("completed")} There is nothing to pause.`,
		failed: `${over("failed")} There is nothing to pause; retry a step to go on.`,
		cancelled: `${over("cancelled")} There is nothing to pause.`,
	};
}

function whenOver(help: string): Partial<Record<GoalState, string>> {
	return Object.fromEntries(
		(["completed", "failed", "cancelled"] as const).map((state) => [state, `${over(state)} ${help}`]),
	);
}
