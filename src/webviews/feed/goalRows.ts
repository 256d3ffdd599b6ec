import { formatModelRef } from "../../core/modelRef.ts";
import { duration } from "../../core/words/duration.ts";
import { goalMark } from "../../core/words/markOf.ts";
import { goalMarks, holdMarks, stallMarks } from "../../core/words/marks.ts";
import { priceWords } from "../../core/words/unpriced.ts";
import { clockSeconds, count, firstLine, localTimes, money, plural, short } from "../shared/format.ts";
import { by, failure, goal, makes, marked, type Rules, shown } from "./row.ts";

type Topic = "goal" | "plan" | "roster" | "budget" | "price" | "work" | "hold" | "workspace" | "silence" | "reflection";

/** The goal as a whole: how it stands, its plan, who works on it, what it may use, what holds it. */
export const goalRows: Rules<Topic> = {
	"goal.launched": makes((e) => ({
		...goal("rocket"),
		text: `launched: ${firstLine(e.title || e.prompt)}`,
		note: [`by ${by(e.by)}`, ...(e.notes ?? []).map(firstLine)].join(" · "),
		body: [e.prompt, ...(e.notes ?? [])].join("\n\n"),
	})),
	"goal.completed": makes((e) => ({
		...marked("goal", goalMark({ state: "completed", verified: e.verified }), "goal"),
		text: goalMark({ state: "completed", verified: e.verified }).word,
		note: e.reason,
	})),
	"goal.failed": makes((e) => ({
		...failure("goal"),
		text: `${goalMarks.failed.word}: ${firstLine(e.reason)}`,
		body: e.reason,
	})),
	"goal.cancelled": makes((e) => ({
		...marked("goal", goalMarks.cancelled, "goal"),
		text: e.reason ? `${goalMarks.cancelled.word}: ${e.reason}` : goalMarks.cancelled.word,
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
	"roster.edited": makes((e) => ({
		...shown("goal", "organization", "idle", "roster"),
		text: `revision ${e.revision}: ${e.assignments.map((one) => `${one.role} ${one.model ?? "as primary"}`).join(", ")}`,
		note: `by ${by(e.by)}, for ${e.apply.replace("-", " ")}`,
		opens: "overview",
	})),
	"work.noted": "hidden",
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
	"price.set": makes((e) => ({
		...shown("goal", "tag", "idle", "price"),
		text: `${formatModelRef(e)} costs ${priceWords(e.price)}`,
		note: `by ${by(e.by)}`,
		opens: "overview",
	})),
	"hold.placed": makes((e) => ({
		...marked("goal", holdMarks[e.cause], holdMarks[e.cause].word),
		text: localTimes(firstLine(e.reason)),
		note: e.wakeAt ? `tries again at ${clockSeconds(e.wakeAt)}` : undefined,
		threadId: e.threadId,
	})),
	"workspace.lost": makes((e) => ({
		...marked("goal", holdMarks.folder, holdMarks.folder.word),
		text: firstLine(e.reason),
	})),
	"workspace.identified": makes((e) =>
		e.by
			? { ...shown("goal", "folder-opened", "idle", "folder"), text: "another folder is used", note: `by ${by(e.by)}` }
			: undefined,
	),
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
		...marked("errors", stallMarks.retried, stallMarks.retried.word),
		text: firstLine(e.what),
		note: `said nothing since ${clockSeconds(e.since)}, and was asked again`,
		stepId: e.stepId,
		threadId: e.threadId,
		opens: "thread",
	})),
	"silence.noticed": makes((e) => ({
		...marked("errors", stallMarks.silent, stallMarks.silent.word),
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
