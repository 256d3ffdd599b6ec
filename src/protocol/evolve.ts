import type { EventOf, EventType, GoalEvent, Position, RecordedEvent } from "./events.ts";
import {
	type Approval,
	type Check,
	type Goal,
	outputTail,
	type Step,
	type Thread,
	type ToolCall,
	type Totals,
	type Writer,
} from "./goal.ts";
import type { CheckId, GoalId, StepId, ThreadId } from "./ids.ts";
import { defaultSettings } from "./settings.ts";
import { actorName, type ModelChoice, type Usage } from "./values.ts";

/** Grows with every change of the fold that makes an older checkpoint wrong. */
export const foldVersion = 3;

/** Failed attempts of a step before a person is asked. */
const attemptLimit = 3;

/** How many answered approvals a goal remembers. */
const settledKept = 50;

/** A goal of which nothing has happened yet. */
export function newGoal(goalId: GoalId): Goal {
	return {
		goalId,
		seq: 0,
		title: "",
		prompt: "",
		workspace: "",
		settings: defaultSettings,
		launchedAt: "",
		updatedAt: "",
		deleted: false,
		planRevision: 0,
		steps: {},
		checks: {},
		threads: {},
		calls: {},
		approvals: {},
		settled: [],
		grants: {},
		holds: {},
		todos: {},
		roster: { revision: 0, assignments: [] },
		budget: {},
		usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, turns: 0, toolCalls: 0, byRole: {}, byModel: {} },
		files: { unaccounted: [], writers: [], skipped: [] },
		counts: { changes: 0, errors: 0 },
	};
}

/**
 * The only way a goal's state changes, in the daemon and in every view of it. Pure: no clock, no ids, no I/O.
 * An event whose subject is gone, or of a type unknown here, only moves the position.
 */
export function evolve(goal: Goal, event: RecordedEvent): Goal {
	const fold = folds[event.type] as Fold<EventType> | undefined;
	const next = fold ? fold(goal, event) : goal;
	return { ...next, seq: event.seq, updatedAt: event.at };
}

type Fold<T extends EventType> = (goal: Goal, event: Position & EventOf<T>) => Goal;

const folds: { readonly [T in EventType]: Fold<T> } = {
	"goal.launched": (goal, e) => ({
		...goal,
		goalId: e.goalId,
		title: e.title,
		prompt: e.prompt,
		workspace: e.workspace,
		settings: e.settings,
		playbook: e.playbook ? { path: e.playbook.path, sha256: e.playbook.sha256 } : undefined,
		launchedAt: e.at,
		budget: e.settings.budget,
		roster: { revision: 1, assignments: e.settings.assignments },
	}),
	"goal.completed": (goal, e) => over(goal, { state: "completed", verified: e.verified, reason: e.reason }),
	"goal.failed": (goal, e) => over(goal, { state: "failed", reason: e.reason }),
	"goal.cancelled": (goal, e) =>
		over(goal, { state: "cancelled", reason: e.reason ?? `Cancelled by ${actorName(e.by)}.` }),
	// What was under way when the goal ended goes on where it was.
	"goal.reopened": (goal) =>
		withThreads({ ...goal, end: undefined }, (thread) => {
			const step = thread.stepId ? goal.steps[thread.stepId] : undefined;
			const goesOn = (step?.state === "in_progress" || step?.state === "verifying") && step.attempt === thread.attempt;
			return goesOn ? { ...thread, state: "active" } : thread;
		}),
	"goal.deleted": (goal) => ({ ...goal, deleted: true }),

	"plan.proposed": (goal, e) => {
		const steps: Record<StepId, Step> = {};
		const checks: Record<CheckId, Check> = {};
		const origin = e.threadId ? "planner" : "playbook";
		for (const step of e.steps) {
			steps[step.stepId] = { ...step, state: "pending", attempt: 0, attempts: [], limit: attemptLimit };
			for (const check of step.checks)
				checks[check.checkId] = { ...check, stepId: step.stepId, origin, state: "pending", runs: 0 };
		}
		for (const check of e.checks) {
			const asked = goal.settings.checks.includes(check.command);
			checks[check.checkId] = { ...check, origin: asked ? "person" : origin, state: "pending", runs: 0 };
		}
		return {
			...goal,
			title: goal.title || e.title || goal.prompt,
			plan: { revision: e.revision, summary: e.summary, approved: false, order: e.steps.map((step) => step.stepId) },
			planRevision: e.revision,
			planNote: undefined,
			steps,
			checks,
		};
	},
	"plan.approved": (goal) => (goal.plan ? { ...goal, plan: { ...goal.plan, approved: true } } : goal),
	"plan.returned": (goal, e) => ({ ...goal, plan: undefined, steps: {}, checks: {}, planNote: e.note }),

	"step.started": (goal, e) =>
		withStep(goal, e.stepId, (step) => ({
			...step,
			state: "in_progress",
			undone: undefined,
			attempt: e.attempt,
			attempts: [...step.attempts, { attempt: e.attempt, state: "in_progress", threadId: e.threadId }],
		})),
	"step.reported": (goal, e) =>
		resetStepChecks(
			withAttempt(goal, e.stepId, e.attempt, { state: "verifying" }, (step) => ({ ...step, state: "verifying" })),
			e.stepId,
		),
	"step.completed": (goal, e) =>
		withAttempt(goal, e.stepId, e.attempt, { state: "completed" }, (step) => ({
			...step,
			state: "completed",
			verified: e.verified,
		})),
	"attempt.failed": (goal, e) =>
		closeThreads(
			withAttempt(goal, e.stepId, e.attempt, { state: "failed", diagnosis: e.diagnosis }, (step) => ({
				...step,
				state: "pending",
				reason: e.diagnosis,
			})),
			(thread) => thread.stepId === e.stepId,
		),
	"step.failed": (goal, e) =>
		closeThreads(
			withAttempt(goal, e.stepId, e.attempt, { state: "failed", diagnosis: e.reason }, (step) => ({
				...step,
				state: "failed",
				reason: e.reason,
			})),
			(thread) => thread.stepId === e.stepId,
		),
	"step.skipped": (goal, e) =>
		closeThreads(
			withAttempt(goal, e.stepId, e.attempt, { state: "skipped" }, (step) => ({ ...step, state: "skipped" })),
			(thread) => thread.stepId === e.stepId,
		),
	"step.retried": (before, e) => {
		// What was red is run again on what the step makes now, before anybody is asked about it.
		const goal = withChecks(before, (check) =>
			check.stepId === undefined && check.state === "red"
				? { ...check, state: "pending", settledFor: undefined }
				: check,
		);
		if (e.how === "continue") {
			const continued = withAttempt(
				goal,
				e.stepId,
				e.attempt,
				{ state: "in_progress", diagnosis: undefined },
				(step) => ({
					...step,
					state: "in_progress",
					reason: undefined,
				}),
			);
			return withThreads(continued, (thread) =>
				thread.stepId === e.stepId && thread.attempt === e.attempt
					? { ...thread, state: "active", failed: undefined }
					: thread,
			);
		}
		const again = withStep(goal, e.stepId, (step) => ({
			...step,
			state: "pending",
			reason: undefined,
			undone: undefined,
			limit: Math.max(step.limit, e.attempt + 1),
			attempts: step.attempts.map((attempt) =>
				attempt.attempt === e.attempt && attempt.state !== "completed" ? { ...attempt, state: "failed" } : attempt,
			),
		}));
		return resetStepChecks(
			closeThreads(again, (thread) => thread.stepId === e.stepId),
			e.stepId,
		);
	},

	"undo.started": (goal, e) => {
		const { undoId, stepIds, files, by } = e;
		const writers = addWriter(goal.files.writers, { id: undoId, undo: true });
		return { ...goal, undo: { undoId, stepIds, files, by }, files: { ...goal.files, writers } };
	},
	"undo.completed": (goal, e) => ({ ...goal, undo: undefined, files: account(goal, e.undoId) }),
	"step.undone": (goal, e) => {
		const left = e.files.filter((file) => file.action === "conflict").length;
		const except = left === 0 ? "" : `, except ${left === 1 ? "one file" : `${left} files`} that had changed since`;
		const reason = `Undone by ${actorName(e.by)}${except}.`;
		const undone = withStep(goal, e.stepId, (step) => ({
			...step,
			state: "skipped",
			verified: undefined,
			undone: true,
			reason,
			// What an attempt came to stays on record; only one that was still open ends here.
			attempts: step.attempts.map((one) => (isOpen(one) ? { ...one, state: "skipped" } : one)),
		}));
		const closed = closeThreads(undone, (thread) => thread.stepId === e.stepId);
		return notVerifiedAnyMore(resetStepChecks(closed, e.stepId), e.stepId);
	},

	"thread.opened": (goal, e) => ({
		...goal,
		threads: {
			...goal.threads,
			[e.threadId]: {
				threadId: e.threadId,
				role: e.role,
				stepId: e.stepId,
				attempt: e.attempt,
				assignment: e.assignment,
				state: "active",
				turns: 0,
				done: 0,
				failures: 0,
				unread: 0,
				rejected: 0,
				newChars: 0,
			},
		},
	}),
	"thread.closed": (goal, e) => withThread(goal, e.threadId, (thread) => ({ ...thread, state: "closed" })),
	"message.added": (goal, e) =>
		withThread(goal, e.threadId, (thread) => ({
			...thread,
			unread: thread.unread + (e.from === "person" ? 1 : 0),
			// What the model itself said is counted in its turn.
			newChars: e.from === thread.role ? thread.newChars : thread.newChars + e.text.length,
			rejected: e.from === "daemon" ? thread.rejected + 1 : thread.rejected,
		})),

	"turn.started": (goal, e) =>
		withThread(goal, e.threadId, (thread) => ({
			...thread,
			turn: { turnId: e.turnId, epoch: e.epoch, reserved: e.reserved },
			unread: 0,
			retryAt: undefined,
		})),
	"turn.completed": (goal, e) =>
		endTurn(goal, e.threadId, e.usage, e.asked, (thread) => ({
			...thread,
			turns: thread.turns + 1,
			failures: 0,
			last: { inputTokens: e.usage.inputTokens, outputTokens: e.usage.outputTokens },
			newChars: 0,
		})),
	"turn.interrupted": (goal, e) => endTurn(goal, e.threadId, e.charged, undefined, (thread) => thread),
	"provider.failed": (goal, e) => {
		const ended = endTurn(goal, e.threadId, e.charged, undefined, (thread) => ({
			...thread,
			failures: thread.failures + 1,
			retryAt: e.retryAt,
		}));
		return { ...ended, counts: { ...ended.counts, errors: ended.counts.errors + 1 } };
	},

	"tool.requested": (goal, e) => ({
		...withThread(goal, e.threadId, (thread) => (thread.rejected > 0 ? { ...thread, rejected: 0 } : thread)),
		calls: {
			...goal.calls,
			[e.toolCallId]: {
				toolCallId: e.toolCallId,
				threadId: e.threadId,
				stepId: e.stepId,
				attempt: e.attempt,
				name: e.name,
				args: e.args,
				effect: e.effect,
				summary: e.summary,
				state: "requested",
				epoch: 0,
				run: 0,
			},
		},
		usage: { ...goal.usage, toolCalls: goal.usage.toolCalls + 1 },
	}),
	"tool.started": (goal, e) => {
		const call = goal.calls[e.toolCallId];
		if (!call) return goal;
		const started: ToolCall = { ...call, state: "started", epoch: e.epoch, run: e.run, edit: e.edit };
		const files =
			call.effect === "none"
				? goal.files
				: { ...goal.files, writers: addWriter(goal.files.writers, { id: e.toolCallId, stepId: call.stepId }) };
		return { ...goal, calls: { ...goal.calls, [e.toolCallId]: started }, files };
	},
	"tool.completed": (goal, e) => {
		const call = goal.calls[e.toolCallId];
		if (!call) return goal;
		const passed = e.ok || call.decided?.answer === "skip" || call.decided?.answer === "verify";
		// A call whose thread ended before it began has not failed: it was never tried.
		const tried = call.state === "started" || goal.threads[call.threadId]?.state === "active";
		const next = withThread(
			{
				...goal,
				calls: without(goal.calls, e.toolCallId),
				files: account(goal, e.toolCallId),
				counts: e.ok || !tried ? goal.counts : { ...goal.counts, errors: goal.counts.errors + 1 },
			},
			call.threadId,
			(thread) => {
				const newChars = thread.newChars + e.output.head.length + e.output.tail.length;
				if (passed) return { ...thread, newChars, done: thread.done + 1 };
				if (!tried) return thread;
				return { ...thread, newChars, failed: { toolCallId: e.toolCallId, reason: e.refused ?? failureOf(call, e) } };
			},
		);
		return untrackedCall(next, call);
	},
	"tool.interrupted": (goal, e) => {
		const call = goal.calls[e.toolCallId];
		if (!call) return goal;
		if (e.outcome === "notBegun") {
			const again: ToolCall = { ...call, state: call.approved ? "approved" : "requested", edit: undefined };
			return { ...goal, calls: { ...goal.calls, [e.toolCallId]: again }, files: account(goal, e.toolCallId) };
		}
		const interrupted: Goal = {
			...goal,
			calls: { ...goal.calls, [e.toolCallId]: { ...call, state: "unknown" } },
			files: account(goal, e.toolCallId),
			counts: { ...goal.counts, errors: goal.counts.errors + 1 },
		};
		return untrackedCall(interrupted, call);
	},

	"approval.requested": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		const approval: Approval = { ...body, requestedAt: at };
		return setSubject({ ...goal, approvals: { ...goal.approvals, [e.approvalId]: approval } }, approval, "waiting");
	},
	"approval.answered": (goal, e) => {
		const approval = goal.approvals[e.approvalId];
		if (!approval) return goal;
		const denied = e.answer === "deny" || e.answer === "return" || e.answer === "fail";
		const settled = settle(goal, e.approvalId, denied ? "denied" : "approved", e.answer, actorName(e.by), e.at);
		return applyAnswer(settled, approval, e.answer, e.reason);
	},
	"approval.expired": (goal, e) => {
		const approval = goal.approvals[e.approvalId];
		if (!approval) return goal;
		return setSubject(settle(goal, e.approvalId, "expired", "expired", "the daemon", e.at), approval, "requested");
	},
	"approval.superseded": (goal, e) => {
		const approval = goal.approvals[e.approvalId];
		if (!approval) return goal;
		return setSubject(
			settle(goal, e.approvalId, "superseded", "superseded", "the daemon", e.at),
			approval,
			"requested",
		);
	},
	"grant.added": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		return { ...goal, grants: { ...goal.grants, [e.grantId]: { ...body, addedAt: at } } };
	},
	"grant.revoked": (goal, e) => ({ ...goal, grants: without(goal.grants, e.grantId) }),

	"snapshot.taken": (goal, e) => ({
		...goal,
		files: {
			...goal.files,
			tree: e.tree,
			at: e.at,
			unaccounted: goal.files.unaccounted.filter((writer) => !e.toolCallIds.includes(writer.id)),
			skipped: e.skipped,
			untracked: undefined,
			retry: undefined,
		},
	}),
	"snapshot.failed": (goal, e) => {
		const unknown = goal.files.unaccounted.filter((writer) => e.toolCallIds.includes(writer.id));
		const unaccounted = goal.files.unaccounted.filter((writer) => !unknown.includes(writer));
		const files = { ...goal.files, untracked: e.reason, retry: e.passing || undefined, unaccounted };
		return unknown.some((writer) => !writer.check) ? overtakeChecks({ ...goal, files }) : { ...goal, files };
	},
	"file.changed": (goal, e) => {
		const changed = { ...goal, counts: { ...goal.counts, changes: goal.counts.changes + 1 } };
		// What a check writes (a build, a report) makes no check stale: two checks that write would chase each other.
		return e.by === "check" ? changed : overtakeChecks(changed);
	},
	"todo.updated": (goal, e) => ({ ...goal, todos: { ...goal.todos, [e.threadId]: e.todos } }),

	"check.started": (goal, e) => {
		const started = withCheck(goal, e.checkId, (check) => ({
			...check,
			state: "running",
			run: { runId: e.runId, epoch: e.epoch, tree: e.tree },
			runs: check.runs + (check.run?.runId === e.runId ? 0 : 1),
		}));
		const writer: Writer = { id: e.runId, stepId: started.checks[e.checkId]?.stepId, check: true };
		return { ...started, files: { ...started.files, writers: addWriter(started.files.writers, writer) } };
	},
	"check.completed": (goal, e) => {
		const ended = withCheck(goal, e.checkId, (check) => ({
			...check,
			state: !e.ok ? "red" : check.run?.overtaken ? "stale" : "green",
			settledFor: check.stepId ? goal.steps[check.stepId]?.attempt : 1,
			exitCode: e.exitCode,
			diagnosis: e.ok ? undefined : outputTail(e.output),
			run: { runId: e.runId, epoch: e.epoch, tree: e.tree },
		}));
		return {
			...ended,
			files: account(ended, e.runId),
			counts: e.ok ? ended.counts : { ...ended.counts, errors: ended.counts.errors + 1 },
		};
	},
	"check.interrupted": (goal, e) => {
		const state = e.outcome === "unknown" ? "unknown" : "pending";
		const ended = withCheck(goal, e.checkId, (check) => ({ ...check, state }));
		return { ...ended, files: account(ended, e.runId) };
	},
	"check.reset": (goal, e) =>
		withCheck(goal, e.checkId, (check) => ({ ...check, state: "pending", settledFor: undefined })),

	"evidence.added": (goal) => goal,
	"review.completed": (goal) => goal,
	"roster.edited": (goal, e) => ({ ...goal, roster: { revision: e.revision, assignments: e.assignments } }),
	"budget.exceeded": (goal) => goal,
	"budget.raised": (goal, e) => ({ ...goal, budget: e.limits }),
	"hold.placed": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		return { ...goal, holds: { ...goal.holds, [e.holdId]: { ...body, placedAt: at } } };
	},
	"hold.lifted": (goal, e) => {
		const hold = goal.holds[e.holdId];
		const lifted = { ...goal, holds: without(goal.holds, e.holdId) };
		if (hold?.cause !== "provider" && hold?.cause !== "quota") return lifted;
		return withThreads(lifted, (thread) =>
			hold.threadId === undefined || thread.threadId === hold.threadId ? { ...thread, retryAt: undefined } : thread,
		);
	},
	"reflection.written": (goal) => goal,
};

function over(goal: Goal, end: NonNullable<Goal["end"]>): Goal {
	return closeThreads({ ...goal, end, holds: {} }, () => true);
}

function isOpen({ state }: Step["attempts"][number]): boolean {
	return state === "in_progress" || state === "verifying";
}

/** A goal that is done stays done when a step of it is undone, but what it said about its result no longer holds. */
function notVerifiedAnyMore(goal: Goal, stepId: StepId): Goal {
	if (goal.end?.state !== "completed") return goal;
	const reason = `Done, but step “${goal.steps[stepId]?.title ?? stepId}” was undone afterwards.`;
	return { ...goal, end: { ...goal.end, verified: false, reason } };
}

function withStep(goal: Goal, stepId: StepId, change: (step: Step) => Step): Goal {
	const step = goal.steps[stepId];
	return step ? { ...goal, steps: { ...goal.steps, [stepId]: change(step) } } : goal;
}

function withAttempt(
	goal: Goal,
	stepId: StepId,
	attempt: number,
	fields: Partial<Step["attempts"][number]>,
	change: (step: Step) => Step,
): Goal {
	return withStep(goal, stepId, (step) => ({
		...change(step),
		attempts: step.attempts.map((one) => (one.attempt === attempt ? { ...one, ...fields } : one)),
	}));
}

function withThread(goal: Goal, threadId: ThreadId, change: (thread: Thread) => Thread): Goal {
	const thread = goal.threads[threadId];
	return thread ? { ...goal, threads: { ...goal.threads, [threadId]: change(thread) } } : goal;
}

function withThreads(goal: Goal, change: (thread: Thread) => Thread): Goal {
	return { ...goal, threads: mapValues(goal.threads, change) };
}

function closeThreads(goal: Goal, which: (thread: Thread) => boolean): Goal {
	return withThreads(goal, (thread) =>
		thread.state === "active" && which(thread) ? { ...thread, state: "closed" } : thread,
	);
}

function withCheck(goal: Goal, checkId: CheckId, change: (check: Check) => Check): Goal {
	const check = goal.checks[checkId];
	return check ? { ...goal, checks: { ...goal.checks, [checkId]: change(check) } } : goal;
}

/** Files changed, or may have: what was green before says nothing about them. */
function overtakeChecks(goal: Goal): Goal {
	return withChecks(goal, (check) => {
		if (check.state === "green") return { ...check, state: "stale" };
		return check.state === "running" && check.run ? { ...check, run: { ...check.run, overtaken: true } } : check;
	});
}

function withChecks(goal: Goal, change: (check: Check) => Check): Goal {
	return { ...goal, checks: mapValues(goal.checks, change) };
}

/** A step that reports, or begins again, has its checks before it. */
function resetStepChecks(goal: Goal, stepId: StepId): Goal {
	return withChecks(goal, (check) =>
		check.stepId === stepId && check.state !== "running"
			? { ...check, state: "pending", settledFor: undefined }
			: check,
	);
}

function endTurn(
	goal: Goal,
	threadId: ThreadId,
	usage: Usage,
	asked: ModelChoice | undefined,
	change: (thread: Thread) => Thread,
): Goal {
	const thread = goal.threads[threadId];
	if (!thread) return goal;
	const model = asked ?? thread.assignment;
	const totals = addUsage(goal.usage, usage, thread.role, `${model.provider}/${model.model}`, asked ? 1 : 0);
	return withThread({ ...goal, usage: totals }, threadId, (one) => change({ ...one, turn: undefined }));
}

function addUsage(totals: Totals, usage: Usage, role: string, model: string, turns: number): Totals {
	const plus = (before: (Usage & { turns: number }) | undefined) => ({
		inputTokens: (before?.inputTokens ?? 0) + usage.inputTokens,
		outputTokens: (before?.outputTokens ?? 0) + usage.outputTokens,
		costUsd: addMoney(before ? before.costUsd : 0, usage.costUsd),
		turns: (before?.turns ?? 0) + turns,
	});
	return {
		...totals,
		...plus(totals),
		byRole: { ...totals.byRole, [role]: plus(totals.byRole[role]) },
		byModel: { ...totals.byModel, [model]: plus(totals.byModel[model]) },
	};
}

/** Unknown stays unknown: a sum with an unknown part is not a number. */
function addMoney(a: number | null, b: number | null): number | null {
	return a === null || b === null ? null : a + b;
}

/** The call writes no more; what it wrote is not looked at yet. Without an effect, or when it never began, nothing is owed. */
function account(goal: Goal, id: string): Goal["files"] {
	const writer = goal.files.writers.find((one) => one.id === id);
	if (!writer) return goal.files;
	const isLookedFor = goal.files.untracked === undefined || goal.files.retry === true;
	return {
		...goal.files,
		writers: goal.files.writers.filter((one) => one.id !== id),
		unaccounted: isLookedFor ? addWriter(goal.files.unaccounted, writer) : goal.files.unaccounted,
	};
}

/** Where nothing is looked at, every call that ends may have changed what a check stands for. */
function untrackedCall(goal: Goal, call: ToolCall): Goal {
	const isUntracked = goal.files.untracked !== undefined && !goal.files.retry;
	return isUntracked && call.effect !== "none" && call.state === "started" ? overtakeChecks(goal) : goal;
}

/** What an approval is about moves with it: its call or its check waits, or is asked about anew. */
function setSubject(goal: Goal, approval: Approval, state: "waiting" | "requested"): Goal {
	if (approval.kind === "recovery" || approval.kind === "step") return goal;
	if (approval.toolCallId) {
		const call = goal.calls[approval.toolCallId];
		return call
			? { ...goal, calls: { ...goal.calls, [call.toolCallId]: { ...call, state, approved: undefined } } }
			: goal;
	}
	if (approval.checkId) {
		return withCheck(goal, approval.checkId, (check) => ({
			...check,
			state: state === "waiting" ? "waiting" : "pending",
			approved: undefined,
		}));
	}
	return goal;
}

function applyAnswer(goal: Goal, approval: Approval, answer: string, reason: string | undefined): Goal {
	if (approval.checkId) {
		const { digest } = approval;
		return withCheck(goal, approval.checkId, (check) => {
			if (answer === "approve") return { ...check, state: "pending", approved: digest };
			if (answer === "rerun" || answer === "verify") return { ...check, state: "pending" };
			const settledFor = check.stepId ? goal.steps[check.stepId]?.attempt : 1;
			return { ...check, state: "red", settledFor, diagnosis: reason ?? "A person decided not to run this check." };
		});
	}
	const call = approval.toolCallId ? goal.calls[approval.toolCallId] : undefined;
	if (!call) return goal;
	return { ...goal, calls: { ...goal.calls, [call.toolCallId]: answeredCall(call, approval, answer, reason) } };
}

function answeredCall(call: ToolCall, approval: Approval, answer: string, reason: string | undefined): ToolCall {
	switch (answer) {
		case "approve":
			return { ...call, state: "approved", approved: approval.digest };
		case "rerun":
			return { ...call, state: "approved", approved: approval.digest, epoch: 0 };
		case "skip":
		case "verify":
			return { ...call, state: "requested", decided: { answer, reason } };
		default:
			return { ...call, state: "requested", decided: { answer: "deny", reason } };
	}
}

function settle(
	goal: Goal,
	approvalId: Approval["approvalId"],
	state: Goal["settled"][number]["state"],
	answer: string,
	by: string,
	at: string,
): Goal {
	return {
		...goal,
		approvals: without(goal.approvals, approvalId),
		settled: [...goal.settled, { approvalId, state, answer, by, at }].slice(-settledKept),
	};
}

function failureOf(call: ToolCall, event: EventOf<"tool.completed">): string {
	const code = event.exitCode === undefined ? "failed" : `ended with exit code ${event.exitCode}`;
	const tail = outputTail(event.output, 400).trim();
	return `\`${call.summary}\` ${code}${tail ? `: ${tail}` : "."}`;
}

function addWriter(writers: readonly Writer[], writer: Writer): readonly Writer[] {
	return writers.some((one) => one.id === writer.id) ? writers : [...writers, writer];
}

function without<K extends string, V>(record: Readonly<Record<K, V>>, key: K): Readonly<Record<K, V>> {
	if (!(key in record)) return record;
	const { [key]: _gone, ...rest } = record;
	return rest as Record<K, V>;
}

function mapValues<K extends string, V>(
	record: Readonly<Record<K, V>>,
	change: (value: V) => V,
): Readonly<Record<K, V>> {
	let changed = false;
	const next: Record<string, V> = {};
	for (const key in record) {
		next[key] = change(record[key]);
		changed ||= next[key] !== record[key];
	}
	return changed ? (next as Record<K, V>) : record;
}

/** Folds a run of events. */
export function evolveAll(goal: Goal, events: Iterable<RecordedEvent>): Goal {
	let folded = goal;
	for (const event of events) folded = evolve(folded, event);
	return folded;
}

/** Gives facts their place behind the goal's last event, as the log will. */
export function record(goal: Goal, epoch: number, at: string, events: readonly GoalEvent[]): readonly RecordedEvent[] {
	return events.map((event, index) => ({ ...event, seq: goal.seq + index + 1, epoch, at }) as RecordedEvent);
}
