import type { EventOf, EventType, RecordedEvent } from "../../protocol/events.ts";
import type { Goal } from "../../protocol/goal.ts";
import type { ApprovalId, CheckId, StepId, ThreadId, ToolCallId } from "../../protocol/ids.ts";
import { formatModelRef } from "../../protocol/modelRef.ts";
import type { Target } from "../../protocol/surface.ts";
import { type Actor, actorName, type Output, type Risk } from "../../protocol/values.ts";
import {
	clockSeconds,
	count,
	duration,
	firstLine,
	localTimes,
	money,
	oneLine,
	plainMarkdown,
	plural,
	short,
	summaryText,
	who,
} from "../shared/format.ts";
import type { Mark } from "../shared/icon.tsx";
import { toolIcon } from "../shared/toolIcons.ts";

/**
 * What each event is in the feed. An event makes a row, or changes the row of an earlier one (a call that completed),
 * or is not shown; adding an event is adding a row to this table, and the compiler asks for it.
 */
export const eventRows: { readonly [T in EventType]: Rule<T> } = {
	"goal.launched": makes((e) => ({
		...goal("rocket"),
		text: `launched: ${firstLine(e.title || e.prompt)}`,
		note: `by ${by(e.by)}`,
		body: e.prompt,
	})),
	"goal.completed": makes((e) => ({
		...(e.verified ? goal("pass-filled", "done") : goal("pass")),
		text: e.verified ? "completed" : "completed, unverified",
		note: e.reason,
	})),
	"goal.failed": makes((e) => ({ ...failure("goal"), text: `failed: ${firstLine(e.reason)}`, body: e.reason })),
	"goal.cancelled": makes((e) => ({
		...goal("circle-slash"),
		text: e.reason ? `cancelled: ${e.reason}` : "cancelled",
		note: `by ${by(e.by)}`,
	})),
	"goal.reopened": makes((e) => ({
		...goal("debug-restart"),
		text: e.reason ?? "reopened",
		note: `by ${by(e.by)}`,
	})),
	"goal.deleted": makes((e) => ({ ...goal("trash"), text: "deleted", note: `by ${by(e.by)}` })),

	"plan.proposed": makes((e) => ({
		...shown("goal", "list-tree", "idle", "plan"),
		text: firstLine(e.summary) || "proposed",
		note: `revision ${e.revision}, ${plural(e.steps.length, "step")}`,
		body: e.steps.map((step, index) => `${index + 1} ${step.title}`).join("\n"),
		threadId: e.threadId,
		opens: "overview",
	})),
	"plan.approved": makes((e) => ({
		...shown("goal", "check", "done", "plan"),
		text: "approved",
		note: e.by ? `by ${by(e.by)}` : `revision ${e.revision}`,
	})),
	"plan.returned": makes((e) => ({
		...shown("goal", "reply", "wait", "plan"),
		text: `sent back: ${firstLine(e.note)}`,
		note: `by ${by(e.by)}`,
		body: e.note,
	})),
	"plan.edited": makes((e) => ({
		...shown("goal", "edit", "idle", "plan"),
		text: `edited: ${plural(e.added.length, "step")} added, ${e.changed.length} changed, ${e.removed.length} removed`,
		note: `revision ${e.revision}, by ${by(e.by)}`,
		body: e.steps.map((step, index) => `${index + 1} ${step.title}`).join("\n"),
		opens: "overview",
	})),
	"plan.reopened": makes((e) => ({
		...shown("goal", "reply", "wait", "plan"),
		text: `made anew: ${firstLine(e.reason)}`,
		note: e.by ? `by ${by(e.by)}` : undefined,
		body: e.reason,
		stepId: e.stepId,
	})),

	"step.started": makes((e) => ({
		...shown("goal", "play", "active", "step"),
		text: "started",
		note: e.attempt > 1 ? `attempt ${e.attempt}` : undefined,
		stepId: e.stepId,
		attempt: e.attempt,
		threadId: e.threadId,
		opens: "thread",
	})),
	// The agent's last message, which has a row already.
	"step.reported": "hidden",
	"step.completed": makes((e) => ({
		...shown("goal", e.verified ? "pass-filled" : "pass", e.verified ? "done" : "idle", "step"),
		text: e.verified ? "completed" : "completed, unverified",
		stepId: e.stepId,
		attempt: e.attempt,
	})),
	"attempt.failed": makes((e) => ({
		...failure("attempt"),
		text: `attempt ${e.attempt} failed: ${firstLine(e.diagnosis)}`,
		body: e.diagnosis,
		stepId: e.stepId,
		attempt: e.attempt,
		opens: "thread",
	})),
	"step.failed": makes((e) => ({
		...failure("step"),
		text: `failed: ${firstLine(e.reason)}`,
		body: e.reason,
		stepId: e.stepId,
		attempt: e.attempt,
		opens: "thread",
	})),
	"step.skipped": makes((e) => ({
		...shown("goal", "skipped", "idle", "step"),
		text: "skipped",
		note: e.by ? `by ${by(e.by)}` : undefined,
		stepId: e.stepId,
		attempt: e.attempt,
	})),
	"undo.started": "hidden",
	"undo.completed": "hidden",
	"step.undone": makes((e) => {
		const left = e.files.filter((file) => file.action === "conflict");
		const taken = e.files.filter((file) => file.action !== "conflict" && file.action !== "unchanged");
		return {
			...shown("goal", "discard", left.length > 0 ? "wait" : "idle", "step"),
			text: `undone: ${taken.length === 1 ? "1 file" : `${taken.length} files`} taken back`,
			note: `by ${by(e.by)}${left.length > 0 ? `, ${left.length} left alone` : ""}`,
			body: e.files.map(({ path, action, reason }) => `${path}: ${action}${reason ? `, ${reason}` : ""}`).join("\n"),
			stepId: e.stepId,
			attempt: e.attempt,
		};
	}),
	"step.retried": makes((e) => ({
		...shown("goal", "debug-restart", "idle", "step"),
		text: e.how === "continue" ? "goes on with the action that failed" : "begins again from its top",
		note: e.by ? `by ${by(e.by)}` : undefined,
		stepId: e.stepId,
		attempt: e.attempt,
	})),

	"thread.opened": "hidden",
	"thread.compacted": makes((e) => ({
		...shown("messages", "fold", "idle", "summary"),
		text: e.summary ? firstLine(e.summary.objective) : "the conversation was summed up by the daemon alone",
		note: "what was said before is left out of prompts",
		body: summaryText(e),
		threadId: e.threadId,
		opens: "thread",
	})),
	"thread.closed": "hidden",
	"message.added": makes((e) => ({
		...(e.from === "person"
			? shown("messages", "account", "idle", "you")
			: e.from === "daemon"
				? shown("messages", "comment", "idle", "daemon")
				: shown("messages", "comment", "agent", e.from)),
		text: firstLine(plainMarkdown(e.text)),
		body: plainMarkdown(e.text),
		threadId: e.threadId,
		opens: "thread",
	})),

	"turn.started": "hidden",
	"turn.completed": "hidden",
	"model.substituted": makes((e) => ({
		...shown("errors", "warning", "wait", "model"),
		text: `${e.answered} answered instead of ${formatModelRef(e.asked)}`,
		threadId: e.threadId,
		opens: "thread",
	})),
	"turn.interrupted": makes((e) => ({
		...shown("errors", "warning", "wait", "turn"),
		text: `interrupted: ${firstLine(e.reason)}`,
		threadId: e.threadId,
		opens: "thread",
	})),
	"provider.failed": makes((e) => ({
		...failure("error"),
		text: `${e.provider}: ${firstLine(e.reason)}`,
		note: e.retryAt ? `asked again at ${clockSeconds(e.retryAt)}` : undefined,
		result: e.status ? `status ${e.status}` : e.code,
		body: e.reason,
		threadId: e.threadId,
		opens: "thread",
	})),

	"tool.requested": {
		key: (e) => callKey(e.toolCallId),
		row: (e) => ({
			...shown("tools", toolIcon(e.name), "idle", e.name),
			text: oneLine(e.summary),
			body: e.summary.includes("\n") ? e.summary : undefined,
			threadId: e.threadId,
			stepId: e.stepId,
			attempt: e.attempt,
			toolCallId: e.toolCallId,
			opens: "thread",
		}),
	},
	"tool.started": {
		key: (e) => callKey(e.toolCallId),
		change: (row, e) => ({
			...row,
			startedAt: e.at,
			result: undefined,
			isError: undefined,
			tone: "idle",
			note: e.run > 1 ? `run ${e.run}` : undefined,
		}),
	},
	"tool.completed": {
		key: (e) => callKey(e.toolCallId),
		change: (row, e) => {
			const code = e.exitCode === undefined ? (e.ok ? undefined : "failed") : `exit ${e.exitCode}`;
			return {
				...row,
				startedAt: undefined,
				ended: true,
				tone: e.ok ? "idle" : "fail",
				isError: !e.ok,
				code: e.refused ? undefined : code,
				result: e.refused ? "not run" : duration(e.durationMs),
				note: e.refused ? firstLine(e.refused) : undefined,
				output: e.output.bytes > 0 ? { output: e.output, seq: e.seq } : undefined,
			};
		},
	},
	"tool.interrupted": {
		key: (e) => callKey(e.toolCallId),
		change: interrupted,
	},

	"approval.requested": {
		key: (e) => approvalKey(e.approvalId),
		row: (e) => ({
			...shown("approval", "shield", "wait", "approval"),
			text: oneLine(e.command ?? e.summary),
			risk: e.risk,
			threadId: e.threadId,
			stepId: e.stepId,
			approvalId: e.approvalId,
			checkId: e.checkId,
			opens: "approval",
		}),
	},
	"approval.answered": {
		key: (e) => approvalKey(e.approvalId),
		change: (row, e) => ({
			...row,
			ended: true,
			icon: isYes(e.answer) ? "check" : "circle-slash",
			tone: isYes(e.answer) ? "done" : "idle",
			note: e.reason,
			result: `${answerWord(e.answer)}${e.scope === "goal" ? " for the goal" : ""} by ${by(e.by)}`,
		}),
	},
	"approval.expired": {
		key: (e) => approvalKey(e.approvalId),
		change: (row) => ({ ...row, ended: true, tone: "idle", result: "expired" }),
	},
	"approval.superseded": {
		key: (e) => approvalKey(e.approvalId),
		change: (row, e) => ({ ...row, ended: true, tone: "idle", note: e.reason, result: "superseded" }),
	},
	"grant.added": makes((e) => ({
		...shown("goal", "key", "idle", "grant"),
		text: firstLine(e.subject),
		note: e.scope === "goal" ? "for the goal" : e.scope,
	})),
	"grant.revoked": makes((e) => ({ ...shown("goal", "key", "idle", "grant"), text: `lapsed: ${e.reason}` })),

	"snapshot.taken": "hidden",
	"snapshot.failed": makes((e) => ({
		...shown("errors", "warning", "wait", "changes"),
		text: `not tracked: ${firstLine(e.reason)}`,
		body: e.reason,
	})),
	"file.changed": makes((e) => ({
		...shown("files", "diff-single", "active", changeWords[e.status]),
		text: e.path,
		note:
			e.by === "outside"
				? "outside the goal"
				: e.by === "check" || e.by === "undo"
					? `by ${e.by === "undo" ? "undo" : "a check"}`
					: e.from
						? `from ${e.from}`
						: undefined,
		lines: e.added === undefined && e.removed === undefined ? undefined : [e.added ?? 0, e.removed ?? 0],
		stepId: e.stepId,
		writer: e.toolCallIds[0] as ToolCallId | undefined,
		opens: { kind: "change", path: e.path, before: e.before, after: e.after },
		isLink: true,
	})),
	"todo.updated": makes((e) => {
		const done = e.todos.filter((todo) => todo.state === "completed").length;
		const current = e.todos.find((todo) => todo.state === "in_progress");
		return {
			...shown("todos", "checklist", "idle", "todos"),
			text: current?.content ?? (done === e.todos.length ? "all done" : "updated"),
			result: `${done} of ${e.todos.length} done`,
			body: e.todos.map((todo) => `${todoSigns[todo.state]} ${todo.content}`).join("\n"),
			threadId: e.threadId,
			opens: "thread",
		};
	}),

	"check.started": {
		key: (e) => runKey(e.runId),
		row: (e) => ({
			...shown("checks", "beaker", "idle", "check"),
			text: oneLine(e.command),
			checkId: e.checkId,
			runId: e.runId,
			startedAt: e.at,
			opens: "overview",
		}),
	},
	"check.completed": {
		key: (e) => runKey(e.runId),
		change: (row, e) => ({
			...row,
			startedAt: undefined,
			ended: true,
			icon: e.ok ? "pass" : "error",
			tone: e.ok ? "done" : "fail",
			isError: !e.ok,
			note: `${e.ok ? "green" : "red"}${e.tree ? ` on ${e.tree.slice(0, 6)}` : ""}`,
			code: e.ok ? undefined : `exit ${e.exitCode}`,
			result: duration(e.durationMs),
			output: e.output.bytes > 0 ? { output: e.output, seq: e.seq } : undefined,
		}),
	},
	"check.interrupted": {
		key: (e) => runKey(e.runId),
		change: interrupted,
	},
	"check.reset": "hidden",

	// A report is the agent's last message as well.
	"evidence.added": makes((e) =>
		e.kind === "report"
			? undefined
			: {
					...shown("messages", "verified", "idle", "evidence"),
					text: firstLine(e.text),
					note: e.kind,
					body: e.text,
					stepId: e.stepId,
					threadId: e.threadId,
					opens: "dossier",
				},
	),
	"review.completed": makes((e) => ({
		...shown(
			"messages",
			e.verdict === "pass" ? "pass" : "error",
			e.verdict === "pass" ? "done" : "fail",
			e.verdict === "pass" ? "passed" : "returned",
		),
		isError: e.verdict !== "pass",
		text: firstLine(e.summary || (e.diagnosis ?? "")),
		note: e.verdict === "pass" ? `verified by ${firstLine(e.verifier)}` : undefined,
		body: [e.summary, `Verifier: ${e.verifier}`, `Coverage: ${e.coverage}`, `Gaps: ${e.gaps}`, e.diagnosis]
			.filter(Boolean)
			.join("\n"),
		stepId: e.stepId,
		threadId: e.threadId,
		opens: "thread",
	})),
	"review.reset": makes((e) => ({
		...shown("goal", "debug-restart", "idle", "review"),
		text: "reviewed again",
		note: `by ${by(e.by)}`,
		stepId: e.stepId,
	})),
	"review.waived": makes((e) => ({
		...shown("goal", "pass", "idle", "review"),
		text: "accepted as it is",
		note: `by ${by(e.by)}`,
		body: e.reason,
	})),
	"roster.edited": makes((e) => ({
		...shown("goal", "organization", "idle", "roster"),
		text: `revision ${e.revision}: ${e.assignments.map((one) => `${one.role} ${one.model ?? "as primary"}`).join(", ")}`,
		note: `by ${by(e.by)}, for ${e.apply.replace("-", " ")}`,
		opens: "overview",
	})),
	"budget.exceeded": makes((e) => ({
		...shown("goal", "warning", "wait", "budget"),
		text:
			e.used === null
				? "no price is known, so the limit cannot be held"
				: `reached: ${amount(e.used, e.resource)} of ${amount(e.limit, e.resource)}`,
		opens: "overview",
	})),
	"budget.raised": makes((e) => ({
		...shown("goal", "arrow-up", "idle", "budget"),
		text: `raised to ${Object.entries(e.limits)
			.flatMap(([resource, limit]) => (limit === undefined ? [] : amount(limit, resource)))
			.join(", ")}`,
		note: `by ${by(e.by)}`,
		opens: "overview",
	})),
	"hold.placed": makes((e) => ({
		...holdMark(e.cause),
		text: localTimes(firstLine(e.reason)),
		note: e.wakeAt ? `tries again at ${clockSeconds(e.wakeAt)}` : undefined,
		threadId: e.threadId,
	})),
	"hold.lifted": makes((e) => ({
		...goal("debug-continue"),
		text: "goes on",
		note: e.by ? `by ${by(e.by)}` : undefined,
	})),
	"reflection.skipped": makes((e) => ({
		...shown("messages", "lightbulb", "idle", "reflection"),
		text: "left out",
		note: firstLine(e.reason),
		body: e.reason,
		opens: "dossier",
	})),
	"silence.nudged": makes((e) => ({
		...shown("errors", "warning", "wait", "nudged"),
		text: firstLine(e.what),
		note: `said nothing since ${clockSeconds(e.since)}, and was asked again`,
		stepId: e.stepId,
		threadId: e.threadId,
		opens: "thread",
	})),
	"silence.noticed": makes((e) => ({
		...shown("errors", "warning", "wait", "silent"),
		text: firstLine(e.what),
		note: `has said nothing since ${clockSeconds(e.since)}`,
		stepId: e.stepId,
		threadId: e.threadId,
		opens: e.threadId ? "thread" : undefined,
	})),
	"silence.ended": "hidden",
	"reflection.written": makes((e) => ({
		...shown("messages", "lightbulb", "idle", "reflection"),
		text: firstLine(e.summary),
		body: `${e.summary}\n${e.reflection}`,
		opens: "dossier",
	})),
};

/** What a reader can switch off. `goal` and `approval` rows always stay. */
export const categories = ["tools", "files", "messages", "checks", "errors", "todos"] as const;
export type Category = (typeof categories)[number];

export interface Row extends Mark {
	/** Stays the same while the row changes. */
	readonly key: string;
	readonly seq: number;
	readonly at: string;
	readonly category: Category | "goal" | "approval";
	/** Shown under Errors, too. */
	readonly isError?: boolean;
	readonly word: string;
	readonly text: string;
	/** Quiet, behind the text. */
	readonly note?: string;
	/** Before the result, in the foreground: an exit code. */
	readonly code?: string;
	readonly result?: string;
	/** Lines added and removed. */
	readonly lines?: readonly [number, number];
	/** The text is the link. */
	readonly isLink?: boolean;
	/** What Enter opens. */
	readonly opens?: "thread" | "overview" | "dossier" | "approval" | Pick<Change, "kind" | "path" | "before" | "after">;
	/** More of it, folded. */
	readonly body?: string;
	readonly output?: { readonly output: Output; readonly seq: number };
	/** When it began, while it goes on. */
	readonly startedAt?: string;
	readonly ended?: boolean;
	readonly risk?: Risk;
	readonly threadId?: ThreadId;
	readonly stepId?: StepId;
	readonly attempt?: number;
	readonly toolCallId?: ToolCallId;
	readonly writer?: ToolCallId;
	readonly approvalId?: ApprovalId;
	readonly checkId?: CheckId;
	readonly runId?: string;
}
type Change = Extract<Target, { kind: "change" }>;

export type Rule<T extends EventType> = "hidden" | MakingRule<T> | ChangingRule<T>;
interface MakingRule<T extends EventType> {
	readonly key?: (event: RecordedEvent<T>) => string;
	/** Nothing: this one is not shown. */
	readonly row: (event: RecordedEvent<T>) => Draft | undefined;
}
interface ChangingRule<T extends EventType> {
	readonly key: (event: RecordedEvent<T>) => string;
	readonly change: (row: Row, event: RecordedEvent<T>) => Row;
}
export type Draft = Omit<Row, "key" | "seq" | "at">;

/** The events that rows are made of, for asking the daemon for no others. An opened thread tells where rows belong. */
export const shownTypes = (Object.keys(eventRows) as EventType[]).filter(
	(type) => eventRows[type] !== "hidden" || type === "thread.opened",
);

/** Where a row belongs: one group for each attempt of each role at a step. */
export interface Group {
	readonly key: string;
	readonly title: string;
	readonly position?: number;
	/** Role, model, attempt. */
	readonly about: string;
	readonly threadId?: ThreadId;
}

export function groupOf(goal: Goal, row: Row): Group {
	const thread = row.threadId ? goal.threads[row.threadId] : undefined;
	const stepId = thread?.stepId ?? row.stepId;
	const step = stepId ? goal.steps[stepId] : undefined;
	if (!thread && !stepId) return { key: "goal", title: "Goal", about: "" };
	const attempt = thread?.attempt ?? row.attempt;
	const about = [
		thread?.role,
		thread ? modelName(thread.assignment) : undefined,
		attempt !== undefined ? `attempt ${attempt}` : undefined,
	]
		.filter(Boolean)
		.join(" · ");
	const position = stepId ? (goal.plan?.order.indexOf(stepId) ?? -1) + 1 : 0;
	return {
		key: `${stepId ?? ""}|${thread?.threadId ?? ""}|${attempt ?? ""}`,
		title: thread?.title ?? step?.title ?? stepId ?? (thread?.role === "planner" ? "Plan" : (thread?.role ?? "Goal")),
		position: position > 0 ? position : undefined,
		about,
		threadId: thread?.threadId,
	};
}

export function modelName({ provider, model }: { readonly provider: string; readonly model: string }): string {
	return provider === "builtin" ? "playbook" : `${provider}/${model}`;
}

export function callKey(toolCallId: string): string {
	return `call:${toolCallId}`;
}

export function approvalKey(approvalId: string): string {
	return `approval:${approvalId}`;
}

function runKey(runId: string): string {
	return `run:${runId}`;
}

function makes<T extends EventType>(row: MakingRule<T>["row"]): MakingRule<T> {
	return { row };
}

function shown(category: Row["category"], icon: Mark["icon"], tone: Mark["tone"], word: string) {
	return { category, icon, tone, word };
}

function goal(icon: Mark["icon"], tone: Mark["tone"] = "idle") {
	return shown("goal", icon, tone, "goal");
}

/** A person's pause and a turn to wait for are as they should be; anything else that holds a goal is trouble. */
function holdMark(cause: EventOf<"hold.placed">["cause"]) {
	if (cause === "person") return shown("goal", "debug-pause", "idle", "hold");
	if (cause === "queue" || cause === "workspace") return shown("goal", "circle-large", "idle", "turn");
	return shown("goal", "warning", "wait", "hold");
}

function failure(word: string) {
	return { ...shown("errors", "error", "fail", word), isError: true };
}

/** Nobody knows whether it had its effect; or it certainly had none, and begins again. */
function interrupted(
	row: Row,
	e: { readonly outcome: "unknown" | "notBegun" | "stopped"; readonly reason: string },
): Row {
	if (e.outcome !== "unknown") return { ...row, startedAt: undefined, note: firstLine(e.reason) };
	return {
		...row,
		startedAt: undefined,
		icon: "warning",
		tone: "wait",
		isError: true,
		note: firstLine(e.reason),
		result: "outcome unknown",
	};
}

function by(actor: Actor): string {
	return who(actorName(actor));
}

function isYes(answer: string): boolean {
	return answer !== "deny" && answer !== "return" && answer !== "fail" && answer !== "skip";
}

function answerWord(answer: string): string {
	return answer === "approve" ? "approved" : answer === "deny" ? "denied" : `answered “${answer}”`;
}

function amount(value: number, resource: string): string {
	switch (resource) {
		case "usd":
			return `${money(value)} USD`;
		case "tokens":
			return `${short(value)} tokens`;
		case "minutes":
			return duration(value * 60_000);
		default:
			return `${count(value)} ${resource}`;
	}
}

const changeWords = { added: "added", modified: "changed", deleted: "deleted", renamed: "renamed" } as const;
const todoSigns = { pending: "○", in_progress: "◐", completed: "✓", blocked: "✕" } as const;
