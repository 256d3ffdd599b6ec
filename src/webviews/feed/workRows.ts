import type { ToolCallId } from "../../core/ids.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { answerWords } from "../../core/words/answers.ts";
import { duration } from "../../core/words/duration.ts";
import { callMarks, signs, stepMarks, todoMarks } from "../../core/words/marks.ts";
import { rightsChange } from "../../protocol/changes.ts";
import { clockSeconds, firstLine, oneLine, plainMarkdown, summaryText } from "../shared/format.ts";
import { toolIcon } from "../shared/toolIcons.ts";
import { by, callKey, failure, interrupted, makes, marked, type Rules, shown } from "./row.ts";

type Topic =
	| "step"
	| "attempt"
	| "undo"
	| "thread"
	| "message"
	| "turn"
	| "model"
	| "provider"
	| "tool"
	| "snapshot"
	| "file"
	| "todo";

/** What agents do: steps, threads, turns, calls, and the files that come of them. */
export const workRows: Rules<Topic> = {
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
		...marked("goal", stepMarks[e.verified ? "completed" : "unverified"], "step"),
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
		...marked("goal", stepMarks.skipped, "step"),
		text: stepMarks.skipped.word,
		note: e.by ? `by ${by(e.by)}` : undefined,
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
			...shown("goal", "discard", left.length > 0 ? "wait" : "idle", "step"),
			text: `undone: ${taken.length === 1 ? "1 file" : `${taken.length} files`} taken back`,
			note: `by ${by(e.by)}${left.length > 0 ? `, ${left.length} left alone` : ""}${notCovered.length > 0 ? `, ${notCovered.length} not covered` : ""}`,
			body: [
				...e.files.map(({ path, action, reason }) => `${path}: ${action}${reason ? `, ${reason}` : ""}`),
				...notCovered.map(({ path, reason }) => `${path}: not covered, ${reason}`),
				...(e.keptIn === undefined ? [] : [`What was deleted or written over is kept in ${e.keptIn}`]),
			].join("\n"),
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
	"message.added": makes((e) => {
		const isModel = e.from !== "person" && e.from !== "daemon" && e.from !== "goal";
		// What a model answers as JSON is told in words; the thread has it as it was given.
		const text = plainMarkdown((isModel ? answerWords(e.text) : undefined) ?? e.text);
		return {
			...(e.from === "person"
				? shown("messages", "account", "idle", "you")
				: e.from === "daemon"
					? shown("messages", "comment", "idle", "daemon")
					: shown("messages", "comment", "agent", e.from)),
			text: firstLine(text) || (e.reasoning ? "only reasoning, no answer" : ""),
			body: text || (e.reasoning ?? ""),
			threadId: e.threadId,
			opens: "thread",
		};
	}),

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
	"provider.adapted": makes((e) => ({
		...shown("errors", "info", "idle", "provider"),
		text: e.text,
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
			text: oneLine(e.summary) + (e.writtenAs ? " (the model wrote this call as text)" : ""),
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
			const code = e.exitCode === undefined ? (e.ok ? undefined : callMarks.failed.word) : `exit ${e.exitCode}`;
			return {
				...row,
				startedAt: undefined,
				ended: true,
				tone: e.ok ? "idle" : "fail",
				isError: !e.ok,
				code: e.refused ? undefined : code,
				result: e.refused ? callMarks.refused.word : duration(e.durationMs),
				note: e.refused ? firstLine(e.refused) : undefined,
				output: e.output.bytes > 0 ? { output: e.output, seq: e.seq } : undefined,
			};
		},
	},
	"tool.interrupted": {
		key: (e) => callKey(e.toolCallId),
		change: interrupted,
	},

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
						: e.leftOut
							? "not recorded before"
							: rightsChange(e) && `rights ${rightsChange(e)}`,
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
			body: e.todos.map((todo) => `${signs[todoMarks[todo.state].icon]} ${todo.content}`).join("\n"),
			threadId: e.threadId,
			opens: "thread",
		};
	}),
};

const changeWords = { added: "added", modified: "changed", deleted: "deleted", renamed: "renamed" } as const;
