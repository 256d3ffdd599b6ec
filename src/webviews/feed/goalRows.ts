import { formatModelRef } from "../../core/modelRef.ts";
import { duration } from "../../core/words/duration.ts";
import { goalMark } from "../../core/words/markOf.ts";
import { goalMarks, holdMarks, stallMarks } from "../../core/words/marks.ts";
import { priceWords } from "../../core/words/unpriced.ts";
import { clockSeconds, count, firstLine, localTimes, money, oneLine, plural, short } from "../shared/format.ts";
import { t, tLabel } from "../shared/words.ts";
import { insideNote } from "./insideNote.ts";
import { by, failure, goal, makes, marked, type Rules, shown } from "./row.ts";

type Topic =
	| "goal"
	| "plan"
	| "roster"
	| "budget"
	| "price"
	| "work"
	| "hold"
	| "workspace"
	| "background"
	| "silence"
	| "reflection";

/** The goal as a whole: how it stands, its plan, who works on it, what it may use, what holds it. */
export const goalRows: Rules<Topic> = {
	"goal.launched": makes((e) => ({
		...goal("rocket"),
		text: t("launched: {0}", firstLine(e.title || e.prompt)),
		note: [t("by {0}", by(e.by)), ...(e.notes ?? []).map(firstLine)].join(" · "),
		body: [e.prompt, ...(e.notes ?? [])].join("\n\n"),
		images: e.images,
	})),
	"goal.completed": makes((e) => ({
		...marked("goal", goalMark({ state: "completed", verified: e.verified }), t("goal")),
		text: tLabel(goalMark({ state: "completed", verified: e.verified }).word),
		note: e.reason,
	})),
	"goal.failed": makes((e) => ({
		...failure(t("goal")),
		text: `${tLabel(goalMarks.failed.word)}: ${firstLine(e.reason)}`,
		body: e.reason,
	})),
	"goal.cancelled": makes((e) => ({
		...marked("goal", goalMarks.cancelled, t("goal")),
		text: e.reason ? `${tLabel(goalMarks.cancelled.word)}: ${e.reason}` : tLabel(goalMarks.cancelled.word),
		note: t("by {0}", by(e.by)),
	})),
	"goal.reopened": makes((e) => ({
		...goal("debug-restart"),
		text: e.reason ?? t("reopened"),
		note: t("by {0}", by(e.by)),
	})),
	"goal.deleted": makes((e) => ({ ...goal("trash"), text: t("deleted"), note: t("by {0}", by(e.by)) })),

	"plan.proposed": makes((e) => ({
		...shown("goal", "list-tree", "idle", t("plan")),
		text: firstLine(e.summary) || t("proposed"),
		note: t("revision {0}, {1}", e.revision, plural(e.steps.length, "{0} step", "{0} steps")),
		body: e.steps.map((step, index) => `${index + 1} ${step.title}`).join("\n"),
		threadId: e.threadId,
		opens: "overview",
	})),
	"plan.approved": makes((e) => ({
		...shown("goal", "check", "done", t("plan")),
		text: t("approved"),
		note: e.by ? t("by {0}", by(e.by)) : t("revision {0}", e.revision),
	})),
	"plan.returned": makes((e) => ({
		...shown("goal", "reply", "wait", t("plan")),
		text: t("sent back: {0}", firstLine(e.note)),
		note: t("by {0}", by(e.by)),
		body: e.note,
	})),
	"plan.edited": makes((e) => ({
		...shown("goal", "edit", "idle", t("plan")),
		text: t(
			"edited: {0} added, {1} changed, {2} removed",
			plural(e.added.length, "{0} step", "{0} steps"),
			e.changed.length,
			e.removed.length,
		),
		note: t("revision {0}, by {1}", e.revision, by(e.by)),
		body: e.steps.map((step, index) => `${index + 1} ${step.title}`).join("\n"),
		opens: "overview",
	})),
	"plan.reopened": makes((e) => ({
		...shown("goal", "reply", "wait", t("plan")),
		text: t("made anew: {0}", firstLine(e.reason)),
		note: e.by ? t("by {0}", by(e.by)) : undefined,
		body: e.reason,
		stepId: e.stepId,
	})),
	"roster.edited": makes((e) => ({
		...shown("goal", "organization", "idle", t("roster")),
		text: t(
			"revision {0}: {1}",
			e.revision,
			e.assignments.map((one) => `${one.role} ${one.model ?? t("as primary")}`).join(", "),
		),
		note: t("by {0}, for {1}", by(e.by), e.apply.replace("-", " ")),
		opens: "overview",
	})),
	"work.noted": "hidden",
	"budget.exceeded": makes((e) => ({
		...shown("goal", "warning", "wait", t("budget")),
		text:
			e.used === null
				? t("no price is known, so the limit cannot be held")
				: t("reached: {0} of {1}", amount(e.used, e.resource), amount(e.limit, e.resource)),
		opens: "overview",
	})),
	"budget.raised": makes((e) => ({
		...shown("goal", "arrow-up", "idle", t("budget")),
		text: t(
			"raised to {0}",
			Object.entries(e.limits)
				.flatMap(([resource, limit]) => (limit === undefined ? [] : amount(limit, resource)))
				.join(", "),
		),
		note: t("by {0}", by(e.by)),
		opens: "overview",
	})),
	"price.set": makes((e) => ({
		...shown("goal", "tag", "idle", t("price")),
		text: t("{0} costs {1}", formatModelRef(e), priceWords(e.price)),
		note: t("by {0}", by(e.by)),
		opens: "overview",
	})),
	"hold.placed": makes((e) => ({
		...marked("goal", holdMarks[e.cause], tLabel(holdMarks[e.cause].word)),
		text: localTimes(firstLine(e.reason)),
		note: e.wakeAt ? t("tries again at {0}", clockSeconds(e.wakeAt)) : undefined,
		threadId: e.threadId,
	})),
	"workspace.lost": makes((e) => ({
		...marked("goal", holdMarks.folder, tLabel(holdMarks.folder.word)),
		text: firstLine(e.reason),
	})),
	"workspace.identified": makes((e) =>
		e.by
			? {
					...shown("goal", "folder-opened", "idle", t("folder")),
					text: t("another folder is used"),
					note: t("by {0}", by(e.by)),
				}
			: undefined,
	),
	"hold.lifted": makes((e) => ({
		...goal("debug-continue"),
		text: t("goes on"),
		note: e.by ? t("by {0}", by(e.by)) : undefined,
	})),
	"reflection.skipped": makes((e) => ({
		...shown("messages", "lightbulb", "idle", t("reflection")),
		text: t("left out"),
		note: firstLine(e.reason),
		body: e.reason,
		opens: "dossier",
	})),
	"silence.nudged": makes((e) => ({
		...marked("errors", stallMarks.retried, tLabel(stallMarks.retried.word)),
		text: firstLine(e.what),
		note: t("said nothing since {0}, and was asked again", clockSeconds(e.since)),
		stepId: e.stepId,
		threadId: e.threadId,
		opens: "thread",
	})),
	"background.started": makes((e) => ({
		...shown("tools", "terminal", "idle", t("background")),
		text: oneLine(e.command),
		note: [t("runs in the background"), e.sandbox && insideNote(e.sandbox)].filter(Boolean).join(", "),
		threadId: e.threadId,
		stepId: e.stepId,
	})),
	"background.stopRequested": makes((e) => ({
		...shown("tools", "terminal", "idle", t("background")),
		text: t("stopped by {0}", by(e.by)),
		threadId: e.threadId,
		stepId: e.stepId,
	})),
	"background.ended": makes((e) => ({
		...shown("tools", "terminal", "idle", t("background")),
		text: e.exitCode === undefined ? t("ended") : t("ended with exit code {0}", e.exitCode),
		note: e.reason,
		threadId: e.threadId,
		stepId: e.stepId,
	})),
	"silence.noticed": makes((e) => ({
		...marked("errors", stallMarks.silent, tLabel(stallMarks.silent.word)),
		text: firstLine(e.what),
		note: t("has said nothing since {0}", clockSeconds(e.since)),
		stepId: e.stepId,
		threadId: e.threadId,
		opens: e.threadId ? "thread" : undefined,
	})),
	"silence.ended": "hidden",
	"reflection.written": makes((e) => ({
		...shown("messages", "lightbulb", "idle", t("reflection")),
		text: firstLine(e.summary),
		body: `${e.summary}\n${e.reflection}`,
		opens: "dossier",
	})),
};

function amount(value: number, resource: string): string {
	switch (resource) {
		case "usd":
			return `${money(value)} USD`;
		case "tokens":
			return t("{0} tokens", short(value));
		case "minutes":
			return duration(value * 60_000);
		default:
			return `${count(value)} ${resource}`;
	}
}
