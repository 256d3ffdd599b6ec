import { agentKind } from "../../core/agentKinds.ts";
import type { ToolCallId } from "../../core/ids.ts";
import type { Image } from "../../core/image.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { receiptOf } from "../../core/rules/receipt.ts";
import { answerWords } from "../../core/words/answers.ts";
import { duration } from "../../core/words/duration.ts";
import { guidanceWords } from "../../core/words/guidance.ts";
import { callMarks, signs, stepMarks, todoMarks } from "../../core/words/marks.ts";
import { receiptWords } from "../../core/words/receipt.ts";
import { rightsChange } from "../../protocol/changes.ts";
import { clockSeconds, firstLine, oneLine, plainMarkdown, plural, summaryText } from "../shared/format.ts";
import { toolIcon } from "../shared/toolIcons.ts";
import { t, tLabel } from "../shared/words.ts";
import { insideNote } from "./insideNote.ts";
import { by, callKey, failure, interrupted, makes, marked, type Rules, shown } from "./row.ts";

type Topic =
	| "step"
	| "attempt"
	| "undo"
	| "thread"
	| "guidance"
	| "agent"
	| "message"
	| "turn"
	| "model"
	| "provider"
	| "server"
	| "tool"
	| "snapshot"
	| "file"
	| "todo";

/**
 * What agents do: steps, threads, turns, calls, and the files that come of them. Long, because it is a table: one row an
 * event.
 */
export const workRows: Rules<Topic> = {
	"step.started": makes((e) => ({
		...shown("goal", "play", "active", t("step")),
		text: t("started"),
		note: e.attempt > 1 ? t("attempt {0}", e.attempt) : undefined,
		stepId: e.stepId,
		attempt: e.attempt,
		threadId: e.threadId,
		opens: "thread",
	})),
	// The agent's last message, which has a row already.
	"step.reported": "hidden",
	"step.completed": makes((e) => ({
		...marked("goal", stepMarks[e.verified ? "completed" : "unverified"], t("step")),
		text: e.verified ? t("completed") : t("completed, unverified"),
		stepId: e.stepId,
		attempt: e.attempt,
	})),
	"attempt.failed": makes((e) => ({
		...failure(t("attempt")),
		text: t("attempt {0} failed: {1}", e.attempt, firstLine(e.diagnosis)),
		body: e.diagnosis,
		stepId: e.stepId,
		attempt: e.attempt,
		opens: "thread",
	})),
	"step.failed": makes((e) => ({
		...failure(t("step")),
		text: t("failed: {0}", firstLine(e.reason)),
		body: e.reason,
		stepId: e.stepId,
		attempt: e.attempt,
		opens: "thread",
	})),
	"step.skipped": makes((e) => ({
		...marked("goal", stepMarks.skipped, t("step")),
		text: tLabel(stepMarks.skipped.word),
		note: e.by ? t("by {0}", by(e.by)) : undefined,
		stepId: e.stepId,
		attempt: e.attempt,
	})),
	"undo.started": "hidden",
	"undo.completed": "hidden",
	"step.undone": makes((e) => {
		const left = e.files.filter((file) => file.action === "conflict");
		const notCovered = e.notCovered ?? [];
		const taken = e.files.filter((file) => file.action !== "conflict" && file.action !== "unchanged");
		return {
			...shown("goal", "discard", left.length > 0 ? "wait" : "idle", t("step")),
			text: taken.length === 1 ? t("undone: 1 file taken back") : t("undone: {0} files taken back", taken.length),
			note: [
				t("by {0}", by(e.by)),
				left.length > 0 ? t("{0} left alone", left.length) : "",
				notCovered.length > 0 ? t("{0} not covered", notCovered.length) : "",
			]
				.filter(Boolean)
				.join(", "),
			body: [
				...e.files.map(({ path, action, reason }) => `${path}: ${action}${reason ? `, ${reason}` : ""}`),
				...notCovered.map(({ path, reason }) => t("{0}: not covered, {1}", path, reason)),
				...(e.keptIn === undefined ? [] : [t("What was deleted or written over is kept in {0}", e.keptIn)]),
			].join("\n"),
			stepId: e.stepId,
			attempt: e.attempt,
		};
	}),
	"step.retried": makes((e) => ({
		...shown("goal", "debug-restart", "idle", t("step")),
		text: e.how === "continue" ? t("goes on with the action that failed") : t("begins again from its top"),
		note: e.by ? t("by {0}", by(e.by)) : undefined,
		stepId: e.stepId,
		attempt: e.attempt,
	})),

	"thread.opened": "hidden",
	"thread.compacted": makes((e) => ({
		...shown("messages", "fold", "idle", t("summary")),
		text: e.summary ? firstLine(e.summary.objective) : t("the conversation was summed up by the daemon alone"),
		note: t("what was said before is left out of prompts"),
		body: summaryText(e),
		threadId: e.threadId,
		opens: "thread",
	})),
	"thread.closed": "hidden",
	"guidance.given": makes((e) => ({
		...shown("messages", "book", "idle", t("instructions")),
		text: guidanceWords(e),
		body: [e.text, ...(e.notes ?? []).map((note) => t("Left out: {0}", note))].join("\n\n"),
		threadId: e.threadId,
		opens: "thread",
	})),
	"message.added": makes((e) => {
		const isModel = e.from !== "person" && e.from !== "daemon" && e.from !== "goal";
		// What a model answers as JSON is told in words; the thread has it as it was given.
		const text = plainMarkdown((isModel ? answerWords(e.text) : undefined) ?? e.text);
		return {
			...(e.from === "person"
				? shown("messages", "account", "idle", t("you"))
				: e.from === "daemon"
					? shown("messages", "comment", "idle", t("daemon"))
					: shown("messages", "comment", "agent", e.from === "goal" ? t("goal") : e.from)),
			text: firstLine(text) || (e.reasoning ? t("only reasoning, no answer") : withoutText(e.images)),
			body: text || (e.reasoning ?? ""),
			// What every thread is shown that is told of the goal stands at its launch.
			images: e.from === "goal" ? undefined : e.images,
			threadId: e.threadId,
			opens: "thread",
		};
	}),

	"agent.started": makes((e) => ({
		...shown("messages", "play", "idle", t("agent")),
		text: [e.name, e.version].filter(Boolean).join(" "),
		note:
			[e.took !== "new" && t("taken up again"), e.sandbox && insideNote(e.sandbox)].filter(Boolean).join(", ") ||
			undefined,
		threadId: e.threadId,
		opens: "thread",
	})),
	"agent.read": "hidden",
	"agent.ended": makes((e) => ({
		...shown(e.died ? "errors" : "messages", e.died ? "warning" : "info", e.died ? "wait" : "idle", t("agent")),
		text: firstLine(e.reason),
		body: e.reason,
		threadId: e.threadId,
		opens: "thread",
	})),
	"turn.started": "hidden",
	// One row for each model that answered in a thread, where its first answer is; another than asked has its own row.
	"turn.completed": {
		key: (e) => `receipt:${e.threadId}:${formatModelRef(e.asked)}:${e.answered}`,
		row(e) {
			const receipt = receiptOf(e.asked, e.answered);
			if (!agentKind(e.asked).priced || receipt === "other") return undefined;
			const asked = formatModelRef(e.asked);
			return {
				...shown("messages", "hubot", "agent", t("model")),
				text: receipt === "untold" ? t("{0} answers", asked) : t("{0} answers", e.answered),
				note:
					receipt === "untold"
						? tLabel(receiptWords[receipt])
						: t("asked {0}: {1}", asked, tLabel(receiptWords[receipt])),
				threadId: e.threadId,
				opens: "thread",
			};
		},
	},
	"model.substituted": makes((e) => ({
		...shown("errors", "warning", "wait", t("model")),
		text: t("{0} answered instead of {1}", e.answered, formatModelRef(e.asked)),
		threadId: e.threadId,
		opens: "thread",
	})),
	"turn.interrupted": makes((e) => ({
		...shown("errors", "warning", "wait", t("turn")),
		text: t("interrupted: {0}", firstLine(e.reason)),
		threadId: e.threadId,
		opens: "thread",
	})),
	"provider.adapted": makes((e) => ({
		...shown("errors", "info", "idle", t("provider")),
		text: e.text,
		threadId: e.threadId,
		opens: "thread",
	})),
	"server.started": makes((e) => ({
		...shown("tools", "plug", "idle", t("server")),
		text: `${e.server}: ${plural(e.tools, "{0} tool", "{0} tools")}`,
		body: e.leftOut?.join("\n"),
	})),
	"server.failed": makes((e) => ({
		...shown("errors", "warning", "wait", t("server")),
		text: t("{0}: {1}", e.server, e.reason),
	})),
	"server.declined": makes((e) => ({
		...shown("tools", "circle-slash", "idle", t("server")),
		text: t("the goal goes on without {0}", e.server),
		note: by(e.by),
	})),
	"provider.failed": makes((e) => ({
		...failure(t("error")),
		text: `${e.provider}: ${firstLine(e.reason)}`,
		note: e.retryAt ? t("asked again at {0}", clockSeconds(e.retryAt)) : undefined,
		result: e.status ? t("status {0}", e.status) : e.code,
		body: e.reason,
		threadId: e.threadId,
		opens: "thread",
	})),

	"tool.requested": {
		key: (e) => callKey(e.toolCallId),
		row: (e) => ({
			...shown("tools", toolIcon(e.name), "idle", e.name),
			text: oneLine(e.summary) + (e.writtenAs ? " (the model wrote this call as text)" : ""),
			note: e.unasked ? t("without asking") : undefined,
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
			note:
				[e.run > 1 ? t("run {0}", e.run) : row.note, e.sandbox && insideNote(e.sandbox)].filter(Boolean).join(", ") ||
				undefined,
		}),
	},
	"tool.completed": {
		key: (e) => callKey(e.toolCallId),
		change: (row, e) => {
			const code =
				e.exitCode === undefined ? (e.ok ? undefined : tLabel(callMarks.failed.word)) : t("exit {0}", e.exitCode);
			return {
				...row,
				startedAt: undefined,
				ended: true,
				tone: e.ok ? "idle" : "fail",
				isError: !e.ok,
				code: e.refused ? undefined : code,
				result: e.refused ? tLabel(callMarks.refused.word) : duration(e.durationMs),
				note: e.refused ? firstLine(e.refused) : row.note,
				images: e.images,
				output: e.output.bytes > 0 ? { output: e.output, seq: e.seq } : undefined,
			};
		},
	},
	"tool.writeStarted": "hidden",
	"tool.interrupted": {
		key: (e) => callKey(e.toolCallId),
		change: interrupted,
	},

	"snapshot.taken": "hidden",
	"snapshot.failed": makes((e) => ({
		...shown("errors", "warning", "wait", t("changes")),
		text: t("not tracked: {0}", firstLine(e.reason)),
		body: e.reason,
	})),
	"file.changed": makes((e) => ({
		...shown("files", "diff-single", "active", changeWords[e.status]()),
		text: e.path,
		note:
			e.by === "outside"
				? t("outside the goal")
				: e.by === "check"
					? t("by a check")
					: e.by === "undo"
						? t("by undo")
						: e.from
							? t("from {0}", e.from)
							: e.leftOut
								? t("not recorded before")
								: rights(e),
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
			...shown("todos", "checklist", "idle", t("todos")),
			text: current?.content ?? (done === e.todos.length ? t("all done") : t("updated")),
			result: t("{0} of {1} done", done, e.todos.length),
			body: e.todos.map((todo) => `${signs[todoMarks[todo.state].icon]} ${todo.content}`).join("\n"),
			threadId: e.threadId,
			opens: "thread",
		};
	}),
};

function withoutText(images: readonly Image[] = []): string {
	return images.length > 0 ? plural(images.length, "{0} image", "{0} images") : "";
}

const changeWords = {
	added: () => t("added"),
	modified: () => t("changed"),
	deleted: () => t("deleted"),
	renamed: () => t("renamed"),
} as const;

function rights(event: Parameters<typeof rightsChange>[0]): string | undefined {
	const change = rightsChange(event);
	return change && t("rights {0}", change);
}
