import * as v from "valibot";
import { agentKind } from "../core/agentKinds.ts";
import { AnswerPlace } from "../core/answerPlace.ts";
import { DeadlineAct } from "../core/deadline.ts";
import type { Goal, Step, Thread } from "../core/goal.ts";
import {
	ApprovalIdSchema,
	CheckIdSchema,
	GoalIdSchema,
	GrantIdSchema,
	StepIdSchema,
	ThreadIdSchema,
	type ToolCallId,
	ToolCallIdSchema,
} from "../core/ids.ts";
import { Image } from "../core/image.ts";
import { InputValue } from "../core/inputs.ts";
import { choicesOf } from "../core/questions/questions.ts";
import { processesThatAreOver } from "../core/rules/agentProcesses.ts";
import { isUnderWay } from "../core/rules/calls.ts";
import { allowedInState, allowedOfGoal, type GoalRequest } from "../core/rules/controls.ts";
import { goalState, goalStates, triesAgainAt } from "../core/rules/goalState.ts";
import { stalls } from "../core/rules/movement.ts";
import { progress } from "../core/rules/progress.ts";
import { assignmentFor, isSameChoice, type RosterEntry, rosterOf } from "../core/rules/roster.ts";
import { allowedOfStep } from "../core/rules/stepControls.ts";
import { droppedSteps } from "../core/rules/steps.ts";
import { readsMessages, threads } from "../core/rules/threads.ts";
import { workedMs } from "../core/rules/workingTime.ts";
import {
	ApprovalKind,
	ApprovalScope,
	Asked,
	Autonomy,
	actorName,
	budgetResources,
	ChangeStatus,
	Effort,
	LeftOut,
	NotRun,
	Priority,
	ReviewVerdict,
	Risk,
} from "../core/values.ts";
import { answerValueKinds } from "../core/words/answerValues.ts";
import { stateReason } from "../core/words/stateReason.ts";
import { stepWorker } from "../core/words/stepWorker.ts";
import { threadName } from "../core/words/threadName.ts";

/**
 * What people's scripts see of a goal: the shape that `mission show --json` prints and `goal/get` returns. It stays as
 * it is; more may be added. Everything in it is derived from the goal's events. Long, because each shape is a table of
 * fields, and what makes it stands in the same order below.
 */
const checkState = v.picklist(["pending", "green", "red", "stale"]);

export const CheckView = v.object({
	checkId: CheckIdSchema,
	command: v.string(),
	state: checkState,
	stepId: v.optional(StepIdSchema),
	/** More than the four states: being run, or waiting for a person. */
	activity: v.optional(v.picklist(["running", "waiting", "unknown"])),
	tree: v.optional(v.string()),
	exitCode: v.optional(v.number()),
});
export type CheckView = v.InferOutput<typeof CheckView>;

export const ApprovalView = v.object({
	approvalId: ApprovalIdSchema,
	goalId: GoalIdSchema,
	kind: ApprovalKind,
	/** Which question of the table it is. */
	question: v.optional(v.string()),
	state: v.picklist(["pending", "approved", "denied", "expired", "superseded"]),
	summary: v.string(),
	command: v.optional(v.string()),
	risk: Risk,
	reasons: v.array(v.string()),
	digest: v.string(),
	options: v.array(v.string()),
	/** The ways to answer, as every user interface words them: the label, what happens then, and what may be said with it. */
	choices: v.array(
		v.object({
			answer: v.string(),
			scope: ApprovalScope,
			label: v.string(),
			effect: v.string(),
			reason: v.optional(v.string()),
			/** The value that it needs: a field of the answer with this name. */
			value: v.optional(v.picklist(answerValueKinds)),
			/** Several of the options of an agent's question are sent with it. */
			chooses: v.optional(v.boolean()),
		}),
	),
	goalScope: v.optional(v.string()),
	/** Of an agent's question: what it offers. */
	asked: v.optional(Asked),
	threadId: v.optional(ThreadIdSchema),
	stepId: v.optional(StepIdSchema),
	requestedAt: v.string(),
	expiresAt: v.optional(v.string()),
	/** Nobody having answered by then, it is denied, or its step skipped. */
	deadline: v.optional(v.object({ at: v.string(), act: DeadlineAct })),
	/** A person wants to answer it later. */
	setAside: v.optional(v.object({ at: v.string(), by: v.string() })),
});
export type ApprovalView = v.InferOutput<typeof ApprovalView>;

/** What was asked and is no longer open. */
export const AnsweredApproval = v.object({
	approvalId: ApprovalIdSchema,
	goalId: GoalIdSchema,
	kind: ApprovalKind,
	state: v.picklist(["approved", "denied", "expired", "superseded"]),
	summary: v.string(),
	command: v.optional(v.string()),
	risk: Risk,
	reasons: v.array(v.string()),
	digest: v.string(),
	threadId: v.optional(ThreadIdSchema),
	stepId: v.optional(StepIdSchema),
	requestedAt: v.string(),
	expiresAt: v.optional(v.string()),
	answeredAt: v.string(),
	/** One of the approval's options; `expired` or `superseded` where no person answered. */
	answer: v.string(),
	by: v.string(),
	/** Of an agent's question: the labels that were chosen. */
	chosen: v.optional(v.array(v.string())),
	scope: v.optional(ApprovalScope),
	reason: v.optional(v.string()),
});
export type AnsweredApproval = v.InferOutput<typeof AnsweredApproval>;

/** Something that was asked at any time, in whichever state it is: who answered it, from where, and when. */
export const RecordedApproval = v.object({
	...AnsweredApproval.entries,
	state: ApprovalView.entries.state,
	goalTitle: v.string(),
	toolCallId: v.optional(ToolCallIdSchema),
	deadline: ApprovalView.entries.deadline,
	setAside: ApprovalView.entries.setAside,
	/** The events with which it was asked, and with which it ended. */
	seq: v.number(),
	answeredSeq: v.optional(v.number()),
	/** These three are absent where nobody has answered. */
	answer: v.optional(v.string()),
	by: v.optional(v.string()),
	from: v.optional(AnswerPlace),
	answeredAt: v.optional(v.string()),
});
export type RecordedApproval = v.InferOutput<typeof RecordedApproval>;

/** How many there are in each state. */
export const ApprovalCounts = v.object({
	pending: v.number(),
	setAside: v.number(),
	approved: v.number(),
	denied: v.number(),
	expired: v.number(),
	superseded: v.number(),
});
export type ApprovalCounts = v.InferOutput<typeof ApprovalCounts>;

/** A standing yes: what it covers, where, who gave it, and how often it let something happen. */
export const GrantView = v.object({
	grantId: GrantIdSchema,
	scope: ApprovalScope,
	kind: v.string(),
	subject: v.string(),
	addedAt: v.string(),
	by: v.optional(v.string()),
	/** Of a grant for a whole folder: which. */
	workspace: v.optional(v.string()),
	/** The goal in which it was given; absent where that is not known. */
	goalId: v.optional(GoalIdSchema),
	goalTitle: v.optional(v.string()),
	/** Absent of an MCP server, whose starts are not counted. */
	uses: v.optional(v.number()),
	/** What it let happen last: in which goal, and by which event. */
	lastUse: v.optional(v.object({ goalId: GoalIdSchema, seq: v.number(), at: v.string() })),
});
export type GrantView = v.InferOutput<typeof GrantView>;

/** What an independent reviewer said; without a verdict it is still looking. */
export const ReviewView = v.object({
	threadId: ThreadIdSchema,
	verdict: v.optional(ReviewVerdict),
	verifier: v.optional(v.string()),
	coverage: v.optional(v.string()),
	gaps: v.optional(v.string()),
	summary: v.optional(v.string()),
	diagnosis: v.optional(v.string()),
	/** A person took the result as it was. */
	waived: v.optional(v.boolean()),
});
export type ReviewView = v.InferOutput<typeof ReviewView>;

export const StepView = v.object({
	stepId: StepIdSchema,
	title: v.string(),
	kind: v.string(),
	role: v.string(),
	/** Who does it, in a playbook that hands steps to agents: `playbook`, or role and agent. */
	worker: v.optional(v.string()),
	needs: v.array(StepIdSchema),
	state: v.picklist(["pending", "in_progress", "verifying", "completed", "failed", "skipped"]),
	verified: v.optional(v.boolean()),
	/** What it changed was taken back. */
	undone: v.optional(v.boolean()),
	attempts: v.array(
		v.object({
			attempt: v.number(),
			state: v.string(),
			threadId: ThreadIdSchema,
			diagnosis: v.optional(v.string()),
			review: v.optional(ReviewView),
		}),
	),
	checks: v.array(CheckView),
	/** What a person may ask of it now. */
	allows: v.array(v.string()),
	/** Code of a playbook's step that is not run; absent where there is none. */
	notRun: v.optional(v.array(NotRun)),
});
export type StepView = v.InferOutput<typeof StepView>;

export const AssignmentView = v.object({
	role: v.string(),
	provider: v.string(),
	model: v.string(),
	effort: v.optional(Effort),
	enabled: v.boolean(),
	inherits: v.boolean(),
	source: v.string(),
	/** The preset's name or the role file's path, where the choice or its instructions are from one. */
	from: v.optional(v.string()),
	label: v.picklist(["live", "pending-next-turn", "pending-next-step", "fallback", "idle"]),
});
export type AssignmentView = v.InferOutput<typeof AssignmentView>;

const usagePart = v.object({
	inputTokens: v.number(),
	outputTokens: v.number(),
	costUsd: v.nullable(v.number()),
	cachedInputTokens: v.optional(v.number()),
	cacheWriteTokens: v.optional(v.number()),
	reasoningTokens: v.optional(v.number()),
	/** Of all tokens, those that no provider counted. */
	estimatedTokens: v.optional(v.number()),
	turns: v.number(),
});
const meter = v.object({
	limit: v.nullable(v.number()),
	used: v.nullable(v.number()),
	/** Part of it was not counted by a provider, but estimated. */
	estimated: v.optional(v.boolean()),
});

export const ChangeView = v.object({
	path: v.string(),
	status: ChangeStatus,
	from: v.optional(v.string()),
	stepId: v.optional(StepIdSchema),
	toolCallId: v.optional(v.string()),
	toolCallIds: v.array(v.string()),
	/** Blobs of the goal's shadow repository, before the first change and after the last. */
	before: v.optional(v.string()),
	after: v.optional(v.string()),
	/** Kind and all rights in octal, such as `100600`; `120000` is a symbolic link. Absent where the rights are not known. */
	modeBefore: v.optional(v.string()),
	modeAfter: v.optional(v.string()),
	/** Why what was there before is not known, as in `file.changed`. */
	leftOut: v.optional(LeftOut),
	added: v.optional(v.number()),
	removed: v.optional(v.number()),
	by: v.picklist(["agent", "check", "undo", "outside"]),
});
export type ChangeView = v.InferOutput<typeof ChangeView>;

export const ThreadView = v.object({
	threadId: ThreadIdSchema,
	role: v.string(),
	stepId: v.optional(StepIdSchema),
	attempt: v.optional(v.number()),
	state: v.picklist(["active", "closed"]),
	model: v.string(),
	/** Of a sub-agent: the thread that opened it, and what it is for. */
	parentThreadId: v.optional(ThreadIdSchema),
	title: v.optional(v.string()),
	/** What it is for, as every user interface calls it. */
	name: v.string(),
});
export type ThreadView = v.InferOutput<typeof ThreadView>;

/** A command that an agent runs in the background. */
export const BackgroundView = v.object({
	/** Of the call that began it: by this it is stopped. */
	toolCallId: ToolCallIdSchema,
	command: v.string(),
	threadId: ThreadIdSchema,
	stepId: v.optional(StepIdSchema),
	state: v.picklist(["running", "stopping", "ended"]),
	startedAt: v.string(),
	/** The person who stopped it. */
	stoppedBy: v.optional(v.string()),
	endedAt: v.optional(v.string()),
	exitCode: v.optional(v.number()),
	/** Why it ended, where it did not by itself. */
	reason: v.optional(v.string()),
	/** What it printed last. */
	lastLine: v.optional(v.string()),
});
export type BackgroundView = v.InferOutput<typeof BackgroundView>;

export const GoalView = v.object({
	goalId: GoalIdSchema,
	title: v.string(),
	prompt: v.string(),
	/** Given with the prompt. */
	images: v.optional(v.array(Image)),
	workspace: v.string(),
	priority: Priority,
	state: v.picklist(goalStates),
	stateReason: v.string(),
	/** Of a completed goal: whether checks or a reviewer prove its result. */
	verified: v.optional(v.boolean()),
	/** What a person may ask of it now. */
	allows: v.array(v.string()),
	autonomy: Autonomy,
	playbook: v.optional(v.string()),
	/** What was given for the playbook's inputs. */
	inputs: v.optional(v.array(InputValue)),
	plan: v.object({
		revision: v.number(),
		approved: v.boolean(),
		summary: v.string(),
		steps: v.array(StepView),
		/** Code of a playbook before its first step, which is not run; absent where there is none. */
		notRun: v.optional(v.array(NotRun)),
		/** Steps that changed files and are no longer in the plan; absent where there are none. */
		dropped: v.optional(v.array(StepView)),
	}),
	checks: v.array(CheckView),
	/** Of the whole goal. */
	review: v.optional(ReviewView),
	approvals: v.array(ApprovalView),
	/** The last 50 that are no longer open, newest first. */
	answered: v.optional(v.array(AnsweredApproval)),
	roster: v.object({ revision: v.number(), assignments: v.array(AssignmentView) }),
	budget: v.object({ usd: meter, tokens: meter, minutes: meter, turns: meter }),
	usage: v.object({
		...usagePart.entries,
		toolCalls: v.number(),
		byRole: v.record(v.string(), usagePart),
		byModel: v.record(v.string(), usagePart),
	}),
	threads: v.array(ThreadView),
	/** Commands in the background: those that run first, then the last that are over. Absent where there are none. */
	background: v.optional(v.array(BackgroundView)),
	/** Those changed last, where there are very many; `change/list` has more. */
	changes: v.array(ChangeView),
	untracked: v.optional(v.string()),
	lastSeq: v.number(),
	launchedAt: v.string(),
	updatedAt: v.string(),
});
export type GoalView = v.InferOutput<typeof GoalView>;

/** What lists show of a goal, kept beside its events. */
export const GoalSummary = v.object({
	goalId: GoalIdSchema,
	title: v.string(),
	state: v.picklist(goalStates),
	stateReason: v.string(),
	verified: v.optional(v.boolean()),
	workspace: v.string(),
	priority: Priority,
	stepsDone: v.number(),
	stepsTotal: v.number(),
	pendingApprovals: v.number(),
	/** Those of them that a person wants to answer later. */
	setAside: v.optional(v.number()),
	/** Grants that it has, and those that let something happen in it; absent in lists that an earlier version kept. */
	grants: v.optional(v.number()),
	/** Something under way has given no sign of life since then, ISO 8601. */
	silentSince: v.optional(v.string()),
	/** When what a provider keeps waiting is tried again. */
	triesAgainAt: v.optional(v.string()),
	launchedAt: v.string(),
	updatedAt: v.string(),
	lastSeq: v.number(),
	deleted: v.optional(v.boolean()),
	/** Over, but something that had begun has no outcome yet. */
	unsettled: v.optional(v.boolean()),
	/** What a person may ask of it now (`allowed.ts`); absent in lists that an earlier version kept. */
	allows: v.optional(v.array(v.string())),
});
export type GoalSummary = v.InferOutput<typeof GoalSummary>;

export function summarize(goal: Goal): GoalSummary {
	const { done, total } = progress(goal);
	return {
		goalId: goal.goalId,
		// What was deleted leaves nothing that says what it was.
		title: goal.deleted ? "" : goal.title,
		state: goalState(goal),
		stateReason: goal.deleted ? "" : stateReason(goal),
		verified: goal.end?.verified,
		workspace: goal.deleted ? "" : goal.workspace,
		priority: goal.settings.priority,
		stepsDone: done,
		stepsTotal: total,
		pendingApprovals: Object.keys(goal.approvals).length,
		setAside: Object.values(goal.approvals).filter((approval) => approval.setAside).length || undefined,
		grants: new Set([...Object.keys(goal.grants), ...Object.keys(goal.grantUses ?? {})]).size,
		silentSince: stalls(goal)[0]?.since,
		triesAgainAt: triesAgainAt(goal),
		launchedAt: goal.launchedAt,
		updatedAt: goal.updatedAt,
		lastSeq: goal.seq,
		deleted: goal.deleted || undefined,
		unsettled: isUnsettled(goal) || undefined,
		allows: [...allowedOfGoal(goal)],
	};
}

/** Whether a goal in a list allows a request. Of an entry that does not say, its state tells. */
export function summaryAllows({ allows, state }: GoalSummary, request: GoalRequest): boolean {
	return (allows ?? allowedInState(state)).includes(request);
}

function isUnsettled(goal: Goal): boolean {
	return (
		threads(goal).some((thread) => thread.turn) ||
		processesThatAreOver(goal).length > 0 ||
		goal.files.writers.length > 0 ||
		Object.values(goal.calls).some(isUnderWay)
	);
}

/** `changes` are rows of the store, which the goal itself does not hold; `now` is for the minutes used. */
export function viewGoal(goal: Goal, changes: readonly ChangeView[], now: number): GoalView {
	const dropped = droppedSteps(goal);
	return {
		goalId: goal.goalId,
		title: goal.title,
		prompt: goal.prompt,
		images: goal.images && [...goal.images],
		workspace: goal.workspace,
		priority: goal.settings.priority,
		state: goalState(goal),
		stateReason: stateReason(goal),
		verified: goal.end?.verified,
		allows: [...allowedOfGoal(goal)],
		autonomy: goal.settings.autonomy,
		playbook: goal.playbook?.path,
		inputs: goal.playbook?.inputs,
		plan: {
			revision: goal.plan?.revision ?? 0,
			approved: goal.plan?.approved ?? false,
			summary: goal.plan?.summary ?? "",
			steps: (goal.plan?.order ?? []).flatMap((stepId) => {
				const step = goal.steps[stepId];
				return step ? [viewStep(goal, step)] : [];
			}),
			notRun: goal.plan?.notRun && [...goal.plan.notRun],
			dropped: dropped.length > 0 ? dropped.map((step) => viewStep(goal, step)) : undefined,
		},
		checks: Object.values(goal.checks)
			.filter((check) => !check.stepId)
			.map(viewCheck),
		review: goal.review,
		approvals: viewApprovals(goal),
		roster: { revision: goal.roster.revision, assignments: viewRoster(goal) },
		budget: viewBudget(goal, now),
		usage: goal.usage as GoalView["usage"],
		threads: threads(goal).map((thread) => {
			const { threadId, role, stepId, attempt, state, assignment, parentThreadId, title } = thread;
			const model = `${assignment.provider}/${assignment.model}`;
			return { threadId, role, stepId, attempt, state, model, parentThreadId, title, name: threadName(goal, thread) };
		}),
		background: goal.background && viewBackground(goal),
		changes: [...changes],
		untracked: goal.files.untracked,
		lastSeq: goal.seq,
		launchedAt: goal.launchedAt,
		updatedAt: goal.updatedAt,
	};
}

export function viewApprovals(goal: Goal): ApprovalView[] {
	return Object.values(goal.approvals).map((approval) => {
		const { toolCallId: _call, checkId: _check, files: _files, ...shown } = approval;
		const choices = choicesOf(goal, approval).map(({ answer, scope, label, effect, reason, value, chooses }) => ({
			answer,
			scope,
			label,
			effect,
			reason,
			value,
			chooses,
		}));
		return { ...shown, goalId: goal.goalId, state: "pending", choices };
	});
}

/** `lastLine` knows what those that run printed last. */
export function viewBackground(
	goal: Goal,
	lastLine?: (toolCallId: ToolCallId) => string | undefined,
): BackgroundView[] {
	const all = Object.values(goal.background ?? {}).map(
		({ toolCallId, command, threadId, stepId, startedAt, stopBy, ended }): BackgroundView => ({
			toolCallId,
			command,
			threadId,
			stepId,
			state: ended ? "ended" : stopBy ? "stopping" : "running",
			startedAt,
			stoppedBy: stopBy && actorName(stopBy),
			endedAt: ended?.at,
			exitCode: ended?.exitCode,
			reason: ended?.reason,
			lastLine: ended ? ended.lastLine : lastLine?.(toolCallId),
		}),
	);
	return [...all.filter((one) => one.state !== "ended"), ...all.filter((one) => one.state === "ended").reverse()];
}

function viewStep(goal: Goal, step: Step): StepView {
	return {
		stepId: step.stepId,
		title: step.title,
		kind: step.kind,
		role: step.role,
		worker: stepWorker(goal, step),
		needs: step.needs,
		state: step.state,
		verified: step.verified,
		undone: step.undone,
		attempts: step.attempts.map((attempt) => ({ ...attempt })),
		checks: step.checks.flatMap(({ checkId }) => {
			const check = goal.checks[checkId];
			return check ? [viewCheck(check)] : [];
		}),
		allows: [...allowedOfStep(goal, step)],
		notRun: step.notRun,
	};
}

export function viewCheck(check: Goal["checks"][keyof Goal["checks"]]): CheckView {
	const { checkId, command, stepId, state, exitCode, run } = check;
	const activity = state === "running" || state === "waiting" || state === "unknown" ? state : undefined;
	const settled = state === "green" || state === "red" || state === "stale";
	return { checkId, command, stepId, state: settled ? state : "pending", activity, tree: run?.tree, exitCode };
}

/** Every role with who works in it, and what the roster has come to for those at work. */
export function viewRoster(goal: Goal): AssignmentView[] {
	return rosterOf(goal).map((assignment) => ({
		...assignment,
		label: labelOf(goal, assignment),
	}));
}

/** From the state alone: what works in the role now, and what the roster says should. */
function labelOf(goal: Goal, entry: RosterEntry): AssignmentView["label"] {
	const working = threads(goal).filter(
		(thread) => thread.role === entry.role && thread.state === "active" && !isIdle(goal, thread),
	);
	if (working.some((thread) => thread.next)) return "pending-next-turn";
	const wanted = assignmentFor(goal, entry.role);
	const isOther = (thread: Thread) => !isSameChoice(thread.assignment, wanted) || thread.instructions !== undefined;
	if (working.some((thread) => agentKind(thread.assignment).takesRoles && isOther(thread))) return "pending-next-step";
	if (working.some((thread) => thread.substitute !== undefined)) return "fallback";
	return working.length > 0 ? "live" : "idle";
}

function isIdle(goal: Goal, thread: ReturnType<typeof threads>[number]): boolean {
	if (!readsMessages(thread)) return thread.failed !== undefined;
	return goal.end !== undefined;
}

function viewBudget(goal: Goal, now: number): GoalView["budget"] {
	const isEstimated = goal.usage.estimatedTokens !== undefined;
	const used = {
		usd: goal.usage.costUsd,
		tokens: goal.usage.inputTokens + goal.usage.outputTokens,
		minutes: Math.round((workedMs(goal, now) / 60_000) * 100) / 100,
		turns: goal.usage.turns,
	};
	return Object.fromEntries(
		budgetResources.map((resource) => [
			resource,
			{
				limit: goal.budget[resource] ?? null,
				used: used[resource],
				...(isEstimated && (resource === "tokens" || resource === "usd") && { estimated: true }),
			},
		]),
	) as GoalView["budget"];
}
