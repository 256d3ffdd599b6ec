import type { EventBody, RecordedEvent } from "../../core/events.ts";
import { answeredState } from "../../core/folds/approval.ts";
import type { Goal } from "../../core/goal.ts";
import type { ApprovalId, ThreadId } from "../../core/ids.ts";
import type { Image } from "../../core/image.ts";
import { answeredWord } from "../../core/questions/questions.ts";
import { actorName, type ModelChoice } from "../../core/values.ts";
import { answerWords, reviewWords } from "../../core/words/answers.ts";
import { capital } from "../../core/words/capital.ts";
import { guidanceWords } from "../../core/words/guidance.ts";
import { approvalMarks, reviewMarks } from "../../core/words/marks.ts";
import { clock, firstLine, summaryText, who } from "../shared/format.ts";
import type { Shape } from "../shared/icon.tsx";
import { t, tLabel } from "../shared/words.ts";

/** What was said and done in a thread, in its order: messages, calls with their outcome, changed files, decisions. */
export type Entry = { readonly key: string; readonly seq: number; readonly at: string } & (
	| {
			readonly kind: "message";
			readonly from: string;
			readonly text: string;
			/** As the model gave it, where the text tells it in words. */
			readonly raw?: string;
			readonly reasoning?: string;
			readonly images?: readonly Image[];
	  }
	| { readonly kind: "instructions"; readonly title: string; readonly text: string }
	| ({ readonly kind: "tool"; readonly outcome?: ToolOutcome; readonly startedAt?: string } & Pick<
			EventBody<"tool.requested">,
			"toolCallId" | "name" | "summary" | "writtenAs" | "unasked"
	  >)
	| ({ readonly kind: "file" } & EventBody<"file.changed">)
	| {
			readonly kind: "approval";
			readonly approvalId: ApprovalId;
			readonly action: string;
			readonly state: keyof typeof approvalMarks;
			readonly settled?: string;
	  }
	| ({ readonly kind: "note"; readonly text: string; readonly detail?: string } & Shape)
);
type ToolOutcome =
	| ({ readonly unknown: false; readonly seq: number } & EventBody<"tool.completed">)
	| { readonly unknown: true; readonly reason: string };

export interface Transcript {
	readonly entries: readonly Entry[];
	/** Messages of the person that the next turn will read. */
	readonly queued: readonly Extract<Entry, { kind: "message" }>[];
	/** The last answer: which model was asked, and which one said it answered. */
	readonly answered?: { readonly asked: ModelChoice; readonly answered: string };
}

/** `events` are those of the thread, and of files and approvals from the same stretch of the log. */
export function transcribe(events: readonly RecordedEvent[], goal: Goal, threadId: ThreadId): Transcript {
	const entries: Entry[] = [];
	const tools = new Map<string, number>();
	const approvals = new Map<string, number>();
	const thread = goal.threads[threadId];
	let answered: Transcript["answered"];
	let instructed = false;
	for (const event of [...events].sort((a, b) => a.seq - b.seq)) {
		const place = { key: `${event.seq}`, seq: event.seq, at: event.at };
		switch (event.type) {
			case "message.added":
				if (event.threadId !== threadId) break;
				if (event.about === "notRun") note("circle-slash", "idle", firstLine(event.text), event.text);
				else if (event.about === "background") note("terminal", "idle", firstLine(event.text), event.text);
				else if (event.from === "daemon") {
					const title = instructed ? firstLine(event.text) : t("Instructions from the plan");
					entries.push({ ...place, kind: "instructions", title, text: event.text });
					instructed = true;
				} else {
					const { from, text, reasoning, images } = event;
					const words = from === "person" || from === "goal" ? undefined : answerWords(text);
					const raw = words === undefined ? undefined : text;
					entries.push({ ...place, kind: "message", from, text: words ?? text, raw, reasoning, images });
				}
				break;
			case "tool.requested": {
				if (event.threadId !== threadId) break;
				const { toolCallId, name, summary, writtenAs, unasked } = event;
				const call = { toolCallId, name, summary, writtenAs, unasked };
				tools.set(toolCallId, entries.push({ ...place, kind: "tool", ...call }) - 1);
				break;
			}
			case "tool.started":
			case "tool.completed":
			case "tool.interrupted": {
				const index = tools.get(event.toolCallId);
				const entry = index === undefined ? undefined : entries[index];
				if (index === undefined || entry?.kind !== "tool") break;
				if (event.type === "tool.started") entries[index] = { ...entry, startedAt: event.at, outcome: undefined };
				else if (event.type === "tool.completed") entries[index] = { ...entry, outcome: { unknown: false, ...event } };
				else if (event.outcome === "unknown") {
					entries[index] = { ...entry, outcome: { unknown: true, reason: event.reason } };
				}
				break;
			}
			case "file.changed":
				if (belongs(event)) entries.push({ ...place, ...event, kind: "file" });
				break;
			case "approval.requested":
				if (event.threadId !== threadId) break;
				approvals.set(
					event.approvalId,
					entries.push({
						...place,
						kind: "approval",
						approvalId: event.approvalId,
						action: event.command ?? event.summary,
						state: "pending",
					}) - 1,
				);
				break;
			case "approval.answered":
				settle(
					event.approvalId,
					answeredState(event.answer),
					t(
						"{0} by {1}, {2}",
						tLabel(answeredWord(event.answer, event.chosen)),
						who(actorName(event.by)),
						clock(event.at),
					),
				);
				break;
			case "approval.expired":
				settle(event.approvalId, "expired", `${capital(tLabel(approvalMarks.expired.word))}, ${clock(event.at)}`);
				break;
			case "approval.superseded":
				settle(
					event.approvalId,
					"superseded",
					`${capital(tLabel(approvalMarks.superseded.word))}, ${clock(event.at)}: ${event.reason}`,
				);
				break;
			case "turn.completed":
				if (event.threadId === threadId) answered = { asked: event.asked, answered: event.answered };
				break;
			case "guidance.given":
				if (event.threadId !== threadId) break;
				note(
					"book",
					"idle",
					t("Told what the workspace says: {0}", guidanceWords(event)),
					[event.text, ...(event.notes ?? []).map((each) => t("Left out: {0}", each))].join("\n\n"),
				);
				break;
			case "thread.compacted":
				if (event.threadId !== threadId) break;
				note(
					"fold",
					"idle",
					event.summary
						? t("Summed up: from here on the model reads this instead of what was said before the last turn.")
						: t("Summed up by the daemon alone: from here on the model reads this instead of what was said before."),
					summaryText(event),
				);
				break;
			case "agent.ended":
				if (event.threadId === threadId && event.died) note("warning", "wait", event.reason);
				break;
			case "turn.interrupted":
				if (event.threadId === threadId) note("warning", "wait", t("Turn interrupted: {0}", event.reason));
				break;
			case "provider.adapted":
				if (event.threadId === threadId) note("info", "idle", event.text);
				break;
			case "provider.failed":
				if (event.threadId !== threadId) break;
				note(
					"error",
					"fail",
					event.retryAt ? t("{0}; asked again at {1}", event.reason, clock(event.retryAt)) : event.reason,
				);
				break;
			case "step.reported":
				if (thread?.stepId === event.stepId && thread.attempt === event.attempt) {
					note("pass", "idle", t("Says it is done; the checks decide."), event.report);
				}
				break;
			case "attempt.failed":
				if (thread?.stepId === event.stepId && thread.attempt === event.attempt) {
					note("error", "fail", t("Attempt {0} failed.", event.attempt), event.diagnosis);
				}
				break;
			case "review.completed":
				if (event.threadId !== threadId) break;
				note(
					reviewMarks[event.verdict].icon,
					reviewMarks[event.verdict].tone,
					event.verdict === "pass" ? t("Passed.") : t("Review: {0}.", tLabel(reviewMarks[event.verdict].word)),
					reviewWords(event),
				);
				break;
		}

		function note(icon: Shape["icon"], tone: Shape["tone"], text: string, detail?: string): void {
			entries.push({ ...place, kind: "note", icon, tone, text, detail });
		}
	}
	const queued = takeQueued(entries, thread?.unread ?? 0);
	return { entries: entries.filter((entry) => !queued.includes(entry as never)), queued, answered };

	/** By a call of this thread; a change without a known call belongs to its step. */
	function belongs(event: EventBody<"file.changed">): boolean {
		if (event.by !== "agent") return false;
		if (event.toolCallIds.some((call) => tools.has(call))) return true;
		return event.toolCallIds.length === 0 && event.stepId !== undefined && event.stepId === thread?.stepId;
	}

	function settle(approvalId: ApprovalId, state: keyof typeof approvalMarks, settled: string): void {
		const index = approvals.get(approvalId);
		const entry = index === undefined ? undefined : entries[index];
		if (index !== undefined && entry?.kind === "approval") entries[index] = { ...entry, state, settled };
	}
}

function takeQueued(entries: readonly Entry[], unread: number): readonly Extract<Entry, { kind: "message" }>[] {
	const queued: Extract<Entry, { kind: "message" }>[] = [];
	for (let index = entries.length - 1; index >= 0 && queued.length < unread; index--) {
		const entry = entries[index]!;
		if (entry.kind === "message" && entry.from === "person") queued.unshift(entry);
	}
	return queued;
}
