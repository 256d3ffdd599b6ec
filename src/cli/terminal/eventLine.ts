import { agentKind } from "../../core/agentKinds.ts";
import type { EventOf, EventType, RecordedEvent } from "../../core/events.ts";
import { answeredState } from "../../core/folds/approval.ts";
import type { Goal } from "../../core/goal.ts";
import type { Image } from "../../core/image.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { answeredWord } from "../../core/questions/questions.ts";
import type { RanInside } from "../../core/sandbox.ts";
import { actorName, type Output } from "../../core/values.ts";
import { answerWords } from "../../core/words/answers.ts";
import { uncapital } from "../../core/words/capital.ts";
import { duration } from "../../core/words/duration.ts";
import { guidanceWords } from "../../core/words/guidance.ts";
import { insideWords } from "../../core/words/inside.ts";
import { goalMark } from "../../core/words/markOf.ts";
import {
	approvalMarks,
	callMarks,
	checkMarks,
	goalMarks,
	type Mark,
	reviewMarks,
	stallMarks,
	stepMarks,
} from "../../core/words/marks.ts";
import { threadName } from "../../core/words/threadName.ts";
import { tokenParts } from "../../core/words/tokenParts.ts";
import { priceWords } from "../../core/words/unpriced.ts";
import { rightsChange } from "../../protocol/changes.ts";
import { clock, count, money, oneLine } from "./layout.ts";
import { paint } from "./output.ts";
import { colours } from "./states.ts";

/**
 * An event as one line for people: when, what kind of thing, what, and how it ended. An event of a type that this version
 * does not know is shown by its type. What an event refers to by id (a call, a step) is remembered from the events before.
 * Long, because it is a table: one row an event.
 */
export interface EventLines {
	/** Nothing in it for a person who follows: it is there for those who look into the machine. */
	isPlumbing(event: RecordedEvent): boolean;
	/** What is known of the goal already, when the events before are not printed. */
	learn(goal: Goal): void;
	line(event: RecordedEvent, columns?: number): string;
}

export function eventLines(): EventLines {
	const names: Names = new Map();
	return {
		learn(goal) {
			for (const step of Object.values(goal.steps)) names.set(step.stepId, step.title);
			for (const call of Object.values(goal.calls)) names.set(call.toolCallId, call.summary);
			for (const thread of Object.values(goal.threads)) names.set(thread.threadId, threadName(goal, thread));
			for (const approval of Object.values(goal.approvals)) names.set(approval.approvalId, approval.summary);
			for (const hold of Object.values(goal.holds)) names.set(hold.holdId, hold.reason);
		},
		isPlumbing,
		line(event, columns) {
			const row = rows[event.type] as ((event: RecordedEvent, names: Names) => Line) | undefined;
			const [kind, text, result = "", tone] = row?.(event, names) ?? ["", event.type];
			const coloured = tone ? paint[tone] : (same: string) => same;
			const end = result ? `  ${result}` : "";
			const room = columns === undefined ? undefined : columns - clock(event.at).length - kindWidth - 4;
			const body = oneLine(text + end, room);
			return `${paint.dim(clock(event.at))}  ${coloured(kind.padEnd(kindWidth))}  ${tone === "dim" ? paint.dim(body) : body}`;
		},
	};
}

function isPlumbing(event: RecordedEvent): boolean {
	switch (event.type) {
		case "turn.started":
		case "thread.closed":
		case "silence.ended":
		case "work.noted":
		case "agent.read":
		case "tool.writeStarted":
			return true;
		case "thread.opened":
			return !agentKind(event.assignment).readsMessages;
		case "turn.completed":
			return !agentKind(event.asked).priced;
		case "snapshot.taken":
			return event.skipped.length === 0;
		case "evidence.added":
			// The step's report, which its own event tells already.
			return event.kind === "report" && event.stepId !== undefined;
		default:
			return false;
	}
}

/** The colour of a state. Its line is not dimmed: that is for what few read. */
function toneOf({ tone }: Mark): keyof typeof paint | undefined {
	return tone === "idle" ? undefined : colours[tone];
}

/** Kind, text, how it ended, colour of the kind. */
type Line = readonly [kind: string, text: string, result?: string, tone?: keyof typeof paint];
type Names = Map<string, string>;
const kindWidth = 9;

const rows: { readonly [T in EventType]: (event: RecordedEvent<T>, names: Names) => Line } = {
	"goal.launched": (e) => [
		"goal",
		[`${e.title || e.prompt} in ${e.workspace}${withImages(e)}`, ...(e.notes ?? [])].join(". "),
		`launched by ${actorName(e.by)}`,
		"bold",
	],
	"goal.completed": (e) => {
		const mark = goalMark({ state: "completed", verified: e.verified });
		return ["goal", e.reason ?? "", mark.word, toneOf(mark)];
	},
	"goal.failed": (e) => ["goal", e.reason, goalMarks.failed.word, toneOf(goalMarks.failed)],
	"goal.cancelled": (e) => [
		"goal",
		e.reason ?? "",
		`${goalMarks.cancelled.word} by ${actorName(e.by)}`,
		toneOf(goalMarks.cancelled),
	],
	"goal.reopened": (e) => ["goal", e.reason ?? "", `reopened by ${actorName(e.by)}`, "bold"],
	"goal.deleted": (e) => ["goal", "", `deleted by ${by(e.by)}`, "yellow"],
	"plan.proposed": (e, names) => {
		for (const step of e.steps) names.set(step.stepId, step.title);
		return ["plan", e.summary || e.steps.map((step) => step.title).join(", "), count(e.steps.length, "step"), "cyan"];
	},
	"plan.approved": (e) => [
		"plan",
		`revision ${e.revision}`,
		e.by ? `approved by ${actorName(e.by)}` : "approved",
		"cyan",
	],
	"plan.returned": (e) => ["plan", e.note, `sent back by ${actorName(e.by)}`, "yellow"],
	"plan.edited": (e, names) => {
		for (const step of e.steps) names.set(step.stepId, step.title);
		return ["plan", editedWords(e), `revision ${e.revision}, edited by ${actorName(e.by)}`, "cyan"];
	},
	"plan.reopened": (e) => ["plan", e.reason, `made anew${e.by ? ` for ${actorName(e.by)}` : ""}`, "yellow"],
	"step.started": (e, names) => [
		"step",
		name(names, e.stepId),
		e.attempt > 1 ? `attempt ${e.attempt}` : "started",
		"cyan",
	],
	"step.reported": (e, names) => ["step", name(names, e.stepId), `says it is done: ${e.report}`, "cyan"],
	"step.completed": (e, names) => [
		"step",
		name(names, e.stepId),
		e.verified ? "completed" : "completed, unverified",
		toneOf(stepMarks[e.verified ? "completed" : "unverified"]),
	],
	"attempt.failed": (e, names) => [
		"step",
		name(names, e.stepId),
		`attempt ${e.attempt} failed: ${e.diagnosis}`,
		"yellow",
	],
	"step.failed": (e, names) => [
		"step",
		name(names, e.stepId),
		`${stepMarks.failed.word}: ${e.reason}`,
		toneOf(stepMarks.failed),
	],
	"step.skipped": (e, names) => [
		"step",
		name(names, e.stepId),
		e.by ? `${stepMarks.skipped.word} by ${actorName(e.by)}` : stepMarks.skipped.word,
		toneOf(stepMarks.skipped),
	],
	"undo.started": (e, names) => ["undo", e.stepIds.map((stepId) => name(names, stepId)).join(", "), "begun", "dim"],
	"undo.completed": (e) => [
		"undo",
		"",
		[
			e.left.length > 0 ? `done, ${count(e.left.length, "file")} left` : "done",
			e.keptIn === undefined ? "" : `what it took away is kept in ${e.keptIn}`,
		]
			.filter(Boolean)
			.join("; "),
		"dim",
	],
	"step.undone": (e, names) => {
		const left = e.files.filter((file) => file.action === "conflict").length;
		const taken = e.files.filter((file) => file.action !== "conflict" && file.action !== "unchanged").length;
		const notCovered = e.notCovered?.length ?? 0;
		const rest = `${left > 0 ? `, ${left} left alone` : ""}${notCovered > 0 ? `, ${notCovered} not covered` : ""}`;
		return ["step", name(names, e.stepId), `undone by ${actorName(e.by)}: ${count(taken, "file")}${rest}`, "yellow"];
	},
	"step.retried": (e, names) => [
		"step",
		name(names, e.stepId),
		e.how === "continue" ? "goes on" : "begins anew",
		"cyan",
	],
	"thread.opened": (e, names) => {
		names.set(e.threadId, e.role);
		return ["thread", e.title ? `${e.role}: ${e.title}` : e.role, formatModelRef(e.assignment), "dim"];
	},
	"thread.compacted": (e, names) => [
		"thread",
		name(names, e.threadId),
		e.summary ? `summed up: ${e.summary.objective}` : `summed up by the daemon: ${e.problem ?? ""}`,
		"cyan",
	],
	"thread.closed": (e, names) => ["thread", name(names, e.threadId), "closed", "dim"],
	"guidance.given": (e, names) => ["thread", name(names, e.threadId), `told ${guidanceWords(e)}`, "dim"],
	"message.added": (e) => [
		"message",
		`${e.from}: ${wordsOf(e) || (e.reasoning ? "(only reasoning, no answer)" : "")}${withImages(e)}`,
	],
	"turn.started": (e) => ["turn", formatModelRef(e.asked), e.purpose ? "asked for a summary" : "asked", "dim"],
	"turn.completed": (e) => {
		const parts = [...(e.usage.estimated ? ["estimated"] : []), ...tokenParts(e.usage)];
		const about = parts.length > 0 ? ` (${parts.join(", ")})` : "";
		const tokens = `${count(e.usage.inputTokens + e.usage.outputTokens, "token")}${about}, ${money(e.usage.costUsd)}`;
		return ["turn", e.answered, tokens, "dim"];
	},
	"model.substituted": (e) => ["model", `${e.answered} answered instead of ${formatModelRef(e.asked)}`, "", "yellow"],
	"turn.interrupted": (e) => ["turn", e.reason, "interrupted", "yellow"],
	"provider.adapted": (e) => ["provider", e.text, "", "yellow"],
	"server.started": (e) => [
		"server",
		`${e.server}: ${e.tools} tools`,
		e.leftOut ? `${e.leftOut.length} left out` : "",
		"dim",
	],
	"server.failed": (e) => ["server", `${e.server}: ${e.reason}`, "not there", "yellow"],
	"server.declined": (e) => ["server", `goes on without ${e.server}, as ${actorName(e.by)} says`, "", "dim"],
	"provider.failed": (e) => [
		"provider",
		`${e.provider}: ${e.reason}`,
		e.retryAt ? `again at ${clock(e.retryAt)}` : "",
		"red",
	],
	"agent.started": (e) => [
		"agent",
		[e.name, e.version, ...Object.entries(e.settings).map(([name, value]) => `${name} ${value}`)]
			.filter(Boolean)
			.join(", "),
		[e.took === "new" ? "started" : "taken up again", e.sandbox && insideWords(e.sandbox)].filter(Boolean).join(" "),
		"dim",
	],
	"agent.read": (e, names) => ["agent", name(names, e.threadId), `read to ${e.readTo}`, "dim"],
	"agent.ended": (e) => ["agent", e.reason, e.died ? "died" : "ended", e.died ? "yellow" : "dim"],
	"tool.requested": (e, names) => {
		names.set(e.toolCallId, e.summary);
		if (e.unasked) return ["action", e.summary, "without asking", "yellow"];
		return ["action", e.summary, e.writtenAs ? "written as text" : "", "dim"];
	},
	"tool.started": (e, names) => ["action", brief(name(names, e.toolCallId)), runs(e)],
	"tool.completed": (e, names) => {
		const text = brief(name(names, e.toolCallId));
		if (e.refused !== undefined)
			return ["action", text, `${callMarks.refused.word}: ${e.refused}`, toneOf(callMarks.refused)];
		return ["action", text, ended(e), toneOf(callMarks[e.ok ? "done" : "failed"])];
	},
	"tool.writeStarted": (e) => ["action", e.path, "writes", "dim"],
	"tool.interrupted": (e, names) => ["action", name(names, e.toolCallId), interruption(e), "red"],
	"approval.requested": (e, names) => {
		names.set(e.approvalId, e.summary);
		return [
			"approval",
			e.command ?? e.summary,
			`${approvalMarks.pending.word}: ${answerCommand(e)}`,
			toneOf(approvalMarks.pending),
		];
	},
	"approval.answered": (e, names) => [
		"approval",
		name(names, e.approvalId),
		`${uncapital(answeredWord(e.answer, e.chosen, e.scope))} by ${actorName(e.by)}${e.answer === "text" ? `: ${e.reason}` : ""}`,
		toneOf(approvalMarks[answeredState(e.answer)]),
	],
	"approval.setAside": (e, names) => [
		"approval",
		name(names, e.approvalId),
		`${e.aside ? approvalMarks.setAside.word : "taken up again"} by ${actorName(e.by)}`,
		"dim",
	],
	"approval.expired": (e, names) => [
		"approval",
		name(names, e.approvalId),
		approvalMarks.expired.word,
		toneOf(approvalMarks.expired),
	],
	"approval.superseded": (e, names) => ["approval", name(names, e.approvalId), e.reason, "dim"],
	"grant.added": (e) => ["grant", `${e.kind} ${e.subject}`, `for this ${e.scope}, by ${actorName(e.by)}`, "yellow"],
	"grant.revoked": (e) => ["grant", e.reason, "revoked", "yellow"],
	"snapshot.taken": (e) => [
		"files",
		"looked at",
		e.skipped.length > 0 ? `without ${count(e.skipped.length, "path")}` : "",
		"dim",
	],
	"snapshot.failed": (e) => ["files", e.reason, "changes are not tracked", "yellow"],
	"file.changed": (e) => {
		const from = e.from ? `${e.from} → ` : "";
		return [
			"file",
			`${from}${e.path}`,
			`${e.status}${lines(e)}${rightsChange(e) ? `, rights ${rightsChange(e)}` : ""}${e.leftOut ? ", not recorded before" : ""}${e.by === "outside" ? ", outside the goal" : e.by === "undo" ? ", by undo" : ""}`,
			"cyan",
		];
	},
	"todo.updated": (e) => {
		const done = e.todos.filter((todo) => todo.state === "completed").length;
		const now = e.todos.find((todo) => todo.state === "in_progress");
		return ["todo", now?.content ?? "", `${done} of ${e.todos.length} done`, "dim"];
	},
	"check.started": (e) => ["check", e.command, runs(e)],
	"check.completed": (e) => {
		const mark = checkMarks[e.ok ? "green" : "red"];
		return ["check", e.command, `${mark.word}, ${ended(e)}`, toneOf(mark)];
	},
	"check.interrupted": (e) => ["check", e.checkId, interruption(e), "red"],
	"check.reset": (e) => ["check", e.checkId, "is run again", "dim"],
	"evidence.added": (e) => ["evidence", e.text, e.kind],
	"review.completed": (e, names) => [
		"review",
		[
			`${subject(names, e.stepId)}: ${[e.summary, e.verdict === "pass" ? undefined : e.diagnosis].filter(Boolean).join(" ")}`,
			e.coverage && `covered: ${e.coverage}`,
			e.gaps && `not covered: ${e.gaps}`,
		]
			.filter(Boolean)
			.join("; "),
		e.verifier ? `${reviewMarks[e.verdict].word}, by ${e.verifier}` : reviewMarks[e.verdict].word,
		toneOf(reviewMarks[e.verdict]),
	],
	"review.reset": (e, names) => ["review", subject(names, e.stepId), `again, for ${actorName(e.by)}`, "yellow"],
	"review.waived": (e) => ["review", e.reason ?? "", `result accepted by ${actorName(e.by)}`, "yellow"],
	"roster.edited": (e) => ["roster", `revision ${e.revision}`, `edited by ${actorName(e.by)}`, "cyan"],
	"work.noted": () => ["goal", "at work", "", "dim"],
	"budget.exceeded": (e) => ["budget", e.reason ?? `${e.used} of ${e.limit} ${e.resource}`, "exceeded", "red"],
	"budget.raised": (e) => ["budget", limits(e.limits), `raised by ${actorName(e.by)}`, "cyan"],
	"price.set": (e) => [
		"price",
		`${formatModelRef(e)} costs ${priceWords(e.price)}`,
		`set by ${actorName(e.by)}`,
		"cyan",
	],
	"hold.placed": (e, names) => {
		names.set(e.holdId, e.reason);
		return ["hold", e.reason, e.wakeAt ? `until ${clock(e.wakeAt)}` : "", "yellow"];
	},
	"workspace.lost": (e, names) => {
		names.set(e.holdId, e.reason);
		return ["folder", e.reason, "", "yellow"];
	},
	"workspace.identified": (e) => ["folder", e.by ? `another is used, as ${actorName(e.by)} says` : "known", "", "dim"],
	"hold.lifted": (e, names) => ["hold", name(names, e.holdId), "lifted", "yellow"],
	"silence.nudged": (e) => [
		stallMarks.silent.word,
		brief(e.what),
		`said nothing since ${clock(e.since)}, ${stallMarks.retried.word}`,
		toneOf(stallMarks.retried),
	],
	"background.started": (e, names) => {
		names.set(e.toolCallId, e.command);
		return ["action", brief(e.command), `${runs({ sandbox: e.sandbox })} in the background`, "dim"];
	},
	"background.stopRequested": (e, names) => [
		"action",
		brief(name(names, e.toolCallId)),
		`is stopped by ${actorName(e.by)}`,
		"yellow",
	],
	"background.ended": (e, names) => [
		"action",
		brief(name(names, e.toolCallId)),
		`ended in the background${e.exitCode === undefined ? "" : `, exit ${e.exitCode}`}`,
		"dim",
	],
	"silence.noticed": (e) => [
		stallMarks.silent.word,
		brief(e.what),
		`has said nothing since ${clock(e.since)}`,
		toneOf(stallMarks.silent),
	],
	"silence.ended": (e) => ["silent", e.subject, "gives a sign of life", "dim"],
	"reflection.written": (e) => ["reflect", [e.summary, e.reflection].filter(Boolean).join(" ")],
	"reflection.skipped": (e) => ["reflect", e.reason, "left out", "dim"],
};

function editedWords({ added, changed, removed }: RecordedEvent<"plan.edited">): string {
	const parts = [
		added.length > 0 && `added ${added.join(", ")}`,
		changed.length > 0 && `changed ${changed.join(", ")}`,
		removed.length > 0 && `removed ${removed.join(", ")}`,
	].filter(Boolean);
	return parts.join("; ") || "steps as before";
}

function subject(names: Names, stepId: string | undefined): string {
	return stepId === undefined ? "the whole goal" : name(names, stepId);
}

/** How a person answers: plain yes or no, or one of the approval's own options. */
export function answerCommand({
	approvalId,
	options,
	asked,
}: {
	readonly approvalId: string;
	readonly options: readonly string[];
	readonly asked?: object;
}): string {
	if (asked) return `mission answer ${approvalId} --option|--text`;
	const isPlain = options.every((option) => option === "approve" || option === "deny");
	return isPlain ? `mission approve ${approvalId}` : `mission answer ${approvalId} --option ${options.join("|")}`;
}

/** What a model answers as JSON is told in words; `--json` has it as it is. */
function wordsOf({ from, text }: RecordedEvent<"message.added">): string {
	const isModel = from !== "person" && from !== "daemon" && from !== "goal";
	return (isModel ? answerWords(text)?.replaceAll("**", "") : undefined) ?? text;
}

function withImages({ images = [] }: { readonly images?: readonly Image[] }): string {
	return images.length > 0 ? ` (with ${images.map(({ name }) => name).join(", ")})` : "";
}

function name(names: Names, id: string): string {
	return names.get(id) ?? id;
}

/** A command that was shown in full when it was asked for needs only to be recognised. */
function brief(text: string): string {
	return oneLine(text, 72);
}

/** A deleted goal's events keep their place and lose their contents. */
function by(actor: EventOf<"goal.deleted">["by"] | undefined): string {
	return actor ? actorName(actor) : "an unknown client";
}

function ended(e: {
	readonly exitCode?: number;
	readonly durationMs: number;
	readonly output: Output;
	readonly ok: boolean;
}): string {
	const code = e.exitCode === undefined ? callMarks[e.ok ? "done" : "failed"].word : `exit ${e.exitCode}`;
	const said = e.ok ? "" : lastLine(e.output.tail || e.output.head);
	return `${code} in ${duration(e.durationMs)}${said ? `: ${said}` : ""}`;
}

function interruption({ outcome, reason }: { readonly outcome: string; readonly reason: string }): string {
	return outcome === "unknown" ? `${callMarks.unknown.word}: ${reason}` : reason;
}

function lastLine(text: string): string {
	return text.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

function lines(e: { readonly added?: number; readonly removed?: number }): string {
	return e.added === undefined && e.removed === undefined ? "" : ` +${e.added ?? 0} −${e.removed ?? 0}`;
}

function limits(given: Readonly<Record<string, number | undefined>>): string {
	const named = Object.entries(given).filter(([, limit]) => limit !== undefined);
	return named.map(([resource, limit]) => `${limit} ${resource}`).join(", ");
}

function runs({ run = 1, sandbox }: { readonly run?: number; readonly sandbox?: RanInside }): string {
	return [run > 1 ? `run ${run}` : "runs", sandbox && insideWords(sandbox)].filter(Boolean).join(" ");
}
