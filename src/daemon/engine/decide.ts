import type { GoalEvent } from "../../protocol/events.ts";
import type { Approval, Goal, Step } from "../../protocol/goal.ts";
import type { ApprovalId, CheckId, GrantId, HoldId, MessageId, StepId, ThreadId } from "../../protocol/ids.ts";
import {
	checks,
	finalChecks,
	holds,
	isOver,
	isPlanned,
	personHold,
	planSteps,
	reviewIsStuck,
	reviewOf,
	stepIsAsked,
	stepIsBusy,
	threads,
	turnHolds,
} from "../../protocol/readiness.ts";
import { type GoalState, goalState } from "../../protocol/state.ts";
import {
	type Actor,
	type ApprovalScope,
	actorPlace,
	type BudgetLimits,
	budgetResources,
} from "../../protocol/values.ts";
import { editPlan } from "../plan/editPlan.ts";
import type { NewId } from "./ports.ts";
import { Refusal } from "./refusal.ts";

/**
 * What a person may do to a goal now. Pure: a request and the goal give the events that carry it out, or a refusal that
 * says why not and what would work.
 */
export type Request =
	| { readonly kind: "pause"; readonly now: boolean }
	| { readonly kind: "resume" }
	| { readonly kind: "cancel"; readonly reason?: string }
	| { readonly kind: "delete" }
	| { readonly kind: "retry"; readonly stepId?: StepId }
	| { readonly kind: "rerun"; readonly stepId?: StepId }
	| { readonly kind: "skip"; readonly stepId?: StepId }
	| {
			readonly kind: "answer";
			readonly approvalId: ApprovalId;
			readonly answer: string;
			readonly scope: ApprovalScope;
			readonly reason?: string;
			readonly digest?: string;
	  }
	| { readonly kind: "raise"; readonly by: BudgetLimits }
	| { readonly kind: "send"; readonly threadId?: ThreadId; readonly text: string }
	| { readonly kind: "editPlan"; readonly markdown: string }
	| { readonly kind: "replan"; readonly reason?: string }
	| { readonly kind: "runChecks"; readonly checkId?: CheckId }
	| { readonly kind: "revoke"; readonly grantId: GrantId };

export interface Asker {
	readonly by: Actor;
	readonly newId: NewId;
	/** Milliseconds since the epoch; without it no approval expires. */
	readonly now?: number;
}

export function decide(request: Request, goal: Goal, asker: Asker): GoalEvent[] {
	if (goal.seq === 0 || goal.deleted)
		throw new Refusal("unknownGoal", "There is no such goal. `mission list` shows the goals.");
	if (goal.undo && !duringUndo.has(request.kind))
		throw new Refusal("notNow", "An undo is under way. Try again when it is done, in a moment.");
	const state = goalState(goal);
	switch (request.kind) {
		case "answer":
			return answer(request, goal, asker);
		case "retry":
		case "rerun":
		case "skip":
			return stepRequest(request.kind, request.stepId, goal, asker);
		case "raise":
			return raise(request.by, goal, asker);
		case "send":
			return send(request, goal, asker);
		case "revoke":
			if (!goal.grants[request.grantId]) return [];
			return [{ type: "grant.revoked", grantId: request.grantId, reason: "Revoked by the person.", by: asker.by }];
		case "editPlan":
			return planEdited(request.markdown, goal, asker);
		case "replan":
			return replanNow(request.reason, goal, asker);
		case "runChecks":
			return runChecks(request.checkId, goal, asker);
		default: {
			const refusal = controlRefusals[request.kind][state];
			if (refusal) throw new Refusal("notNow", refusal);
			return control(request, goal, asker);
		}
	}
}

/** What begins nothing and moves no step. */
const duringUndo: ReadonlySet<Request["kind"]> = new Set(["pause", "resume", "cancel", "send", "raise", "revoke"]);

type Control = "pause" | "resume" | "cancel" | "delete";
const over = (state: string) => `The goal is ${state}.`;

/** One row a control, one column a state: empty where it is allowed, else the sentence that refuses it. */
const controlRefusals: Readonly<Record<Control, Partial<Record<GoalState, string>>>> = {
	pause: {
		completed: `${over("completed")} There is nothing to pause.`,
		failed: `${over("failed")} There is nothing to pause; retry a step to go on.`,
		cancelled: `${over("cancelled")} There is nothing to pause.`,
	},
	resume: {
		queued: "The goal is not paused; it waits for its turn.",
		planning: "The goal is not paused; it is being planned.",
		running: "The goal is not paused; it is running.",
		awaiting_approval: "The goal is not paused; it waits for a decision of yours. `mission approvals` shows it.",
		completed: `${over("completed")} Rerun a step to work on it again.`,
		failed: `${over("failed")} Retry a step to go on.`,
		cancelled: `${over("cancelled")} Retry a step to go on.`,
	},
	cancel: {
		completed: `${over("completed")} There is nothing to cancel.`,
		failed: `${over("failed")} There is nothing to cancel.`,
		cancelled: "The goal is cancelled already.",
	},
	delete: {
		queued: "The goal is not over. Cancel it first.",
		planning: "The goal is not over. Cancel it first.",
		running: "The goal is not over. Cancel it first.",
		awaiting_approval: "The goal is not over. Cancel it first.",
		paused: "The goal is not over. Cancel it first.",
		blocked: "The goal is not over. Cancel it first.",
	},
};

function control(request: Request & { kind: Control }, goal: Goal, { by, newId }: Asker): GoalEvent[] {
	switch (request.kind) {
		case "pause": {
			const held = personHold(goal);
			if (held && (held.now || !request.now))
				throw new Refusal("notNow", "The goal is paused already. `mission resume` goes on.");
			return [
				...(held ? [{ type: "hold.lifted" as const, holdId: held.holdId, by }] : []),
				{
					type: "hold.placed",
					holdId: newId<HoldId>("h"),
					cause: "person",
					reason: pauseReason(goal, request.now, by),
					now: request.now,
				},
			];
		}
		case "resume": {
			const held = personHold(goal);
			const lift = held ? [held] : holds(goal).filter((hold) => !turnHolds(goal).includes(hold));
			if (lift.length === 0) throw new Refusal("notNow", "Nothing holds the goal that resuming would lift.");
			return lift.map((hold) => ({ type: "hold.lifted", holdId: hold.holdId, by }));
		}
		case "cancel":
			return [...supersedeAll(goal, "The goal was cancelled."), { type: "goal.cancelled", reason: request.reason, by }];
		case "delete":
			return [{ type: "goal.deleted", by }];
	}
}

function pauseReason(goal: Goal, now: boolean, by: Actor): string {
	const running = goal.files.writers.length;
	const after =
		now || running === 0
			? ""
			: ` ${running === 1 ? "One command" : `${running} commands`} still under way will end first.`;
	return `Paused ${actorPlace(by)}.${after}`;
}

function supersedeAll(goal: Goal, reason: string): GoalEvent[] {
	return Object.values(goal.approvals).map(({ approvalId }) => ({ type: "approval.superseded", approvalId, reason }));
}

function stepRequest(
	kind: "retry" | "rerun" | "skip",
	stepId: StepId | undefined,
	goal: Goal,
	{ by }: Asker,
): GoalEvent[] {
	const state = goalState(goal);
	const reopened: GoalEvent[] = goal.end ? [{ type: "goal.reopened", by }] : [];
	if (stepId === undefined) {
		const meant = planSteps(goal).filter((one) => isStuck(goal, one));
		if (kind === "retry" && goal.end && goal.end.state !== "completed" && meant.length === 0) return reopened;
		if (meant.length !== 1) throw new Refusal("unknownStep", `Name the step to ${kind}: ${stepNames(goal)}.`);
		return stepRequest(kind, meant[0]!.stepId, goal, { by } as Asker);
	}
	const step = goal.steps[stepId];
	if (!step) throw new Refusal("unknownStep", `There is no step ${stepId}. The steps are: ${stepNames(goal)}.`);
	if (!isPlanned(goal, step))
		throw new Refusal("notNow", `Step “${step.title}” is no longer in the plan. What it changed can be undone.`);
	if (kind === "skip" && isOver(step)) {
		if (step.state !== "failed") throw new Refusal("notNow", `Step “${step.title}” is ${step.state} already.`);
	}
	const isNew = step.state === "pending" && step.attempt === 0;
	if (kind !== "skip" && isNew && goal.end) return reopened;
	if (kind !== "skip" && isNew) {
		if (stepIsAsked(goal, stepId))
			throw new Refusal("notNow", `Step “${step.title}” has not begun. Approve it, or skip it.`);
		throw new Refusal("notNow", `Step “${step.title}” has not begun; it starts by itself when what it needs is done.`);
	}
	if (kind !== "skip" && isUnderWay(goal, step)) throw underWay(goal, step);
	const built = kind === "rerun" ? builtOn(goal, stepId) : [];
	const busy = built.find((one) => isUnderWay(goal, one));
	if (busy) throw underWay(goal, busy);
	if (kind === "retry" && (step.state === "completed" || step.state === "skipped")) {
		throw new Refusal("notNow", `Step “${step.title}” is ${step.state}. Use rerun to work on it again.`);
	}
	if (kind === "skip" && state === "completed")
		throw new Refusal("notNow", "The goal is completed; there is nothing to skip.");
	if (
		kind === "skip" &&
		step.state === "in_progress" &&
		goal.files.writers.some((writer) => writer.stepId === stepId)
	) {
		throw new Refusal("notNow", `Step “${step.title}” runs a command right now. Pause the goal with “now” first.`);
	}
	const asked = Object.values(goal.approvals).filter((approval) => approval.stepId === stepId);
	return [
		...reopened,
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: `The step was told to ${kind}.`,
		})),
		...stepDecision(kind, step, by),
		...built.flatMap((one) => stepDecision("rerun", one, by)),
	];
}

/** Nothing happens to it until a person says what. */
function isStuck(goal: Goal, step: Step): boolean {
	return step.state === "failed" || stepIsAsked(goal, step.stepId) || (goal.end !== undefined && isOpen(step));
}

function isOpen(step: Step): boolean {
	return step.state === "in_progress" || step.state === "verifying";
}

/** It moves by itself, so that beginning it again would pull it from under whoever works on it. */
function isUnderWay(goal: Goal, step: Step): boolean {
	if (stepIsBusy(goal, step.stepId)) return true;
	if (!isOpen(step) || stepIsAsked(goal, step.stepId)) return false;
	const state = goalState(goal);
	return state === "running" || state === "planning" || state === "queued";
}

function underWay(goal: Goal, step: Step): Refusal {
	if (goal.end)
		return new Refusal("notNow", `What ran in step “${step.title}” is still ending. Try again in a moment.`);
	return new Refusal(
		"notNow",
		`Step “${step.title}” is under way. Wait until it ends, or pause the goal with “now” first.`,
	);
}

/** Steps that have begun on the ground of this one, in the order of the plan: they begin again with it. */
function builtOn(goal: Goal, stepId: StepId): readonly Step[] {
	const found = new Set([stepId]);
	// The plan's order need not be the order of needs, so it is gone through until nothing is added.
	for (let before = 0; before !== found.size; ) {
		before = found.size;
		for (const step of planSteps(goal)) if (step.needs.some((need) => found.has(need))) found.add(step.stepId);
	}
	return planSteps(goal).filter(
		(step) =>
			step.stepId !== stepId && found.has(step.stepId) && step.attempt > 0 && (step.state !== "skipped" || step.undone),
	);
}

function stepDecision(answer: string, step: Step, by: Actor): GoalEvent[] {
	const { stepId, attempt } = step;
	switch (answer) {
		case "retry": {
			const review = reviewOf(step);
			// The work is not in question: only somebody who can judge it is missing.
			if (step.state === "verifying" && review && review.verdict === undefined)
				return [{ type: "review.reset", stepId, by }];
			// A playbook goes on with the command that failed; an agent begins anew, with the diagnosis.
			const open = step.state === "in_progress" || step.state === "verifying" || step.state === "failed";
			return [{ type: "step.retried", stepId, attempt, how: step.actions && open ? "continue" : "rerun", by }];
		}
		case "rerun":
			return [{ type: "step.retried", stepId, attempt, how: "rerun", by }];
		case "skip":
			return [{ type: "step.skipped", stepId, attempt, by }];
		default:
			return [{ type: "step.failed", stepId, attempt, reason: step.reason ?? "A person decided that it failed." }];
	}
}

/** Questions about what is planned otherwise now are asked anew, if at all. */
function planEdited(markdown: string, goal: Goal, { by }: Asker): GoalEvent[] {
	const edited = editPlan(goal, markdown, by);
	if (!edited) return [];
	const gone = new Set<string | undefined>([...edited.changed, ...edited.removed]);
	const asked = Object.values(goal.approvals).filter(
		({ kind, stepId }) => kind === "plan" || (stepId !== undefined && gone.has(stepId)),
	);
	return [
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: "The plan was edited.",
		})),
		edited,
	];
}

/** The plan is sent back while it is carried out. */
function replanNow(reason: string | undefined, goal: Goal, { by }: Asker): GoalEvent[] {
	if (goal.playbook)
		throw new Refusal("notNow", "This plan is a playbook's. Edit the playbook, and launch a goal with it.");
	if (goal.end) throw new Refusal("notNow", `The goal is ${goal.end.state}. Retry or rerun a step to go on.`);
	if (!goal.plan || goal.replan) throw new Refusal("notNow", "The planner is writing a plan already.");
	const waiting = Object.values(goal.approvals).find((approval) => approval.kind === "plan");
	if (waiting) throw new Refusal("notNow", "The plan waits for your approval. Send it back there.");
	return replanned(goal, undefined, reason, by);
}

/** What remains is planned anew, because a person wants it. The attempt that led to it comes to nothing. */
function replanned(
	goal: Goal,
	step: Step | undefined,
	reason = "A person wants another plan.",
	by: Actor,
): GoalEvent[] {
	const failed: GoalEvent[] =
		step && isOpen(step)
			? [{ type: "attempt.failed", stepId: step.stepId, attempt: step.attempt, diagnosis: reason }]
			: [];
	if (goal.replan) return failed;
	return [...failed, { type: "plan.reopened", reason, stepId: step?.stepId, by }];
}

/** An attempt that is given up leaves to the next what is known about it, and what the person advises. */
function stepAnswer(given: string, step: Step, by: Actor, advice: string | undefined): GoalEvent[] {
	const { stepId, attempt, reason: diagnosis = "" } = step;
	const begun = stepDecision(given, step, by).map((event) =>
		event.type === "step.retried" ? { ...event, advice } : event,
	);
	const isGivenUp =
		step.state === "in_progress" && begun.some((event) => event.type === "step.retried" && event.how === "rerun");
	return isGivenUp && !step.actions ? [{ type: "attempt.failed", stepId, attempt, diagnosis }, ...begun] : begun;
}

function answer(request: Request & { kind: "answer" }, goal: Goal, asker: Asker): GoalEvent[] {
	const { by } = asker;
	const approval = goal.approvals[request.approvalId];
	if (!approval) throw alreadySettled(request.approvalId, goal);
	if (goal.end) throw new Refusal("notNow", `The goal is ${goal.end.state}; its approvals no longer count.`);
	if (approval.expiresAt !== undefined && asker.now !== undefined && Date.parse(approval.expiresAt) <= asker.now) {
		throw new Refusal("expired", "This approval expired. It is asked anew as soon as the goal goes on.");
	}
	if (request.digest !== undefined && request.digest !== approval.digest) {
		throw new Refusal("changed", "The action changed after you saw it. Look at the approval again and decide anew.");
	}
	const given = canonicalAnswer(request.answer, approval);
	const answered: GoalEvent = {
		type: "approval.answered",
		approvalId: approval.approvalId,
		answer: given,
		scope: request.scope,
		reason: request.reason,
		by,
	};
	return [answered, ...consequences(approval, given, request, goal, asker)];
}

function alreadySettled(approvalId: ApprovalId, goal: Goal): Refusal {
	const settled = goal.settled.find((one) => one.approvalId === approvalId);
	if (!settled)
		return new Refusal(
			"unknownApproval",
			`There is no approval ${approvalId}. \`mission approvals\` shows what waits.`,
		);
	if (settled.state === "superseded") {
		return new Refusal(
			"changed",
			"The action changed after you were asked, so this approval no longer counts. A new one asks about the new action.",
		);
	}
	if (settled.state === "expired") return new Refusal("expired", "This approval expired. It is asked anew.");
	return new Refusal("alreadyAnswered", `Already answered: ${settled.answer}, by ${settled.by}, at ${settled.at}.`);
}

/** What plain `approve` and `deny` mean for each kind. */
const plainAnswers: Readonly<Record<Approval["kind"], { readonly approve: string; readonly deny: string }>> = {
	tool: { approve: "approve", deny: "deny" },
	plan: { approve: "approve", deny: "return" },
	budget: { approve: "raise", deny: "stop" },
	recovery: { approve: "verify", deny: "skip" },
	step: { approve: "retry", deny: "fail" },
	question: { approve: "", deny: "" },
};

function canonicalAnswer(given: string, approval: Approval): string {
	if (approval.options.includes(given)) return given;
	const plain = plainAnswers[approval.kind];
	if (given === "approve") return plain.approve || approval.options[0]!;
	if (given === "deny") return plain.deny || approval.options.at(-1)!;
	throw new Refusal("badAnswer", `“${given}” is no answer to this. Choose one of: ${approval.options.join(", ")}.`);
}

function consequences(
	approval: Approval,
	given: string,
	request: Request & { kind: "answer" },
	goal: Goal,
	{ by, newId }: Asker,
): GoalEvent[] {
	switch (approval.kind) {
		case "tool": {
			if (given !== "approve" || request.scope === "once") return [];
			if (!approval.goalScope) throw new Refusal("badScope", "This can only be approved once.");
			const call = approval.toolCallId ? goal.calls[approval.toolCallId] : undefined;
			const isCommand = approval.command !== undefined;
			return [
				{
					type: "grant.added",
					grantId: newId<GrantId>("g"),
					scope: request.scope,
					kind: isCommand ? "command" : "write",
					subject: isCommand ? approval.command! : (call?.name ?? ""),
					files: approval.files,
					by,
				},
			];
		}
		case "plan": {
			const revision = goal.plan?.revision ?? 1;
			if (given === "approve") return [{ type: "plan.approved", revision, by }];
			if (goal.playbook)
				return [
					{ type: "goal.failed", reason: "Its playbook was not approved. Edit the playbook and launch it again." },
				];
			return [{ type: "plan.returned", revision, note: request.reason ?? "The person wants another plan.", by }];
		}
		case "step": {
			const step = approval.stepId ? goal.steps[approval.stepId] : undefined;
			if (!step) return [];
			if (given === "replan") return replanned(goal, step, request.reason ?? approval.reasons[0], by);
			return stepAnswer(given, { ...step, reason: approval.reasons[0] }, by, request.reason);
		}
		case "budget": {
			const { resource } = approval;
			if (given === "stop" || !resource) return [{ type: "goal.failed", reason: approval.summary }];
			const { [resource]: limit = 0, ...others } = goal.budget;
			// Money that cannot be counted cannot be limited: raising takes that limit away.
			const counted = resource !== "usd" || !/^No price/.test(approval.summary.replace(/^.*?: /, ""));
			const raised = counted ? { [resource]: limit + (goal.settings.budget[resource] ?? limit) } : {};
			return [{ type: "budget.raised", limits: { ...others, ...raised }, by }];
		}
		case "question":
			if (approval.stepId) {
				const step = goal.steps[approval.stepId];
				return step && given === "skip" ? stepDecision("skip", step, by) : [];
			}
			if (given === "fail") return [{ type: "goal.failed", reason: approval.summary }];
			if (given === "accept") return [{ type: "review.waived", reason: request.reason, by }];
			if (given === "replan") return replanned(goal, undefined, request.reason ?? approval.reasons[0], by);
			if (reviewIsStuck(goal)) return [{ type: "review.reset", by }];
			return finalChecks(goal)
				.filter((check) => check.state === "red")
				.map(({ checkId }) => ({ type: "check.reset", checkId }));
		default:
			return [];
	}
}

function raise(by: BudgetLimits, goal: Goal, asker: Asker): GoalEvent[] {
	if (goal.end)
		throw new Refusal(
			"notNow",
			`The goal is ${goal.end.state}. Retry or rerun a step to go on, then raise its budget.`,
		);
	const limits = { ...goal.budget };
	const named = budgetResources.filter((resource) => by[resource] !== undefined);
	if (named.length === 0)
		throw new Refusal("empty", "Say what to raise, and by how much: usd, tokens, minutes or turns.");
	for (const resource of named) {
		const limit = limits[resource];
		if (limit === undefined)
			throw new Refusal("notNow", `The goal has no limit of ${resource}, so there is nothing to raise.`);
		limits[resource] = limit + by[resource]!;
	}
	const asked = Object.values(goal.approvals).filter((approval) => approval.kind === "budget");
	return [
		{ type: "budget.raised", limits, by: asker.by },
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: "The budget was raised.",
		})),
	];
}

function send(request: Request & { kind: "send" }, goal: Goal, { newId }: Asker): GoalEvent[] {
	if (request.text.trim() === "") throw new Refusal("empty", "The message is empty. Write what the agent should know.");
	// Who works is meant, unless only others are there.
	const awake = threads(goal).filter((thread) => thread.state === "active");
	const working = awake.filter(({ purpose }) => purpose === "work" || purpose === "plan");
	const active = working.length > 0 ? working : awake;
	// What is meant for nobody by name is for whoever does the step, not for a helper that is gone tomorrow.
	const meant = active.filter((one) => !one.parentThreadId);
	const thread = request.threadId ? goal.threads[request.threadId] : meant.length === 1 ? meant[0] : undefined;
	if (!thread && request.threadId)
		throw new Refusal("unknownThread", `There is no thread ${request.threadId} in this goal.`);
	if (!thread) {
		throw new Refusal(
			"unknownThread",
			active.length === 0
				? "No thread is active, so nobody would read it."
				: `Name the thread: ${active.map((one) => one.threadId).join(", ")}.`,
		);
	}
	if (thread.state === "closed" || goal.end)
		throw new Refusal("notNow", "That thread has ended, so nobody would read it.");
	if (thread.assignment.provider === "builtin") {
		throw new Refusal(
			"notNow",
			"This thread runs a playbook; it reads no messages. Retry, rerun or skip its step instead.",
		);
	}
	return [
		{
			type: "message.added",
			messageId: newId<MessageId>("m"),
			threadId: thread.threadId,
			from: "person",
			text: request.text,
		},
	];
}

function runChecks(checkId: CheckId | undefined, goal: Goal, { by }: Asker): GoalEvent[] {
	const named = checkId ? [goal.checks[checkId]].filter((check) => check !== undefined) : checks(goal);
	if (checkId && named.length === 0) throw new Refusal("unknownCheck", `There is no check ${checkId} in this goal.`);
	const settled = named.filter((check) => check.state === "green" || check.state === "red" || check.state === "stale");
	if (settled.length === 0)
		throw new Refusal(
			"notNow",
			named.length === 0 ? "This goal has no checks." : "No check has a result yet; they run when their step is done.",
		);
	if (goal.end && goal.end.state !== "completed")
		throw new Refusal("notNow", `The goal is ${goal.end.state}. Retry a step to go on.`);
	return [
		...(goal.end ? [{ type: "goal.reopened" as const, reason: "Its checks are run again.", by }] : []),
		...settled.map((check) => ({ type: "check.reset" as const, checkId: check.checkId, now: true })),
	];
}

function stepNames(goal: Goal): string {
	return (
		planSteps(goal)
			.map((step) => step.stepId)
			.join(", ") || "none yet"
	);
}
