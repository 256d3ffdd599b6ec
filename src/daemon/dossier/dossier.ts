import type { RecordedEvent } from "../../protocol/events.ts";
import { evolve, newGoal } from "../../protocol/evolve.ts";
import type { Goal } from "../../protocol/goal.ts";
import type { GoalId } from "../../protocol/ids.ts";
import { readEvent } from "../../protocol/upcast.ts";
import type { EventStore, StoredEvent } from "../store/eventStore.ts";
import { htmlDossier } from "./html.ts";
import { markdownDossier } from "./markdown.ts";

/**
 * The readable account of a goal, derived from its log and from nothing else: the same log gives the same dossier, now
 * or as it stood after any event.
 */
export interface DossierData {
	readonly goal: Goal;
	/** What is told, oldest first: without streamed detail. */
	readonly events: readonly RecordedEvent[];
	/** When it is written, in milliseconds since the epoch. */
	readonly now: number;
}

export async function writeDossier(
	store: EventStore,
	goalId: GoalId,
	format: "md" | "html" | "jsonl",
	atSeq: number | undefined,
	now: number,
): Promise<{ text: string; seq: number }> {
	if (format === "jsonl") return exportLog(store, goalId, atSeq);
	let goal = newGoal(goalId);
	const events: RecordedEvent[] = [];
	for await (const row of rows(store, goalId, atSeq)) {
		if (row.body === undefined) continue;
		const event = readEvent(row);
		goal = evolve(goal, event);
		if (told.has(event.type)) events.push(event);
	}
	const data = { goal, events, now };
	return { text: format === "html" ? htmlDossier(data) : markdownDossier(data), seq: goal.seq };
}

/** What the account tells of; the rest is in the feed and in the export of the log. */
const told = new Set<string>([
	"goal.launched",
	"goal.completed",
	"goal.failed",
	"goal.cancelled",
	"goal.reopened",
	"plan.proposed",
	"plan.approved",
	"plan.returned",
	"step.reported",
	"step.failed",
	"step.skipped",
	"step.retried",
	"attempt.failed",
	"approval.requested",
	"approval.answered",
	"approval.expired",
	"approval.superseded",
	"grant.added",
	"grant.revoked",
	"tool.interrupted",
	"provider.failed",
	"check.completed",
	"file.changed",
	"evidence.added",
	"review.completed",
	"hold.placed",
	"hold.lifted",
	"reflection.written",
	"roster.edited",
]);

/** The log as it is kept, one event a line, with everything that verifying its chain of hashes needs. */
async function exportLog(
	store: EventStore,
	goalId: GoalId,
	atSeq: number | undefined,
): Promise<{ text: string; seq: number }> {
	const lines: string[] = [];
	let seq = 0;
	for await (const row of rows(store, goalId, atSeq)) {
		seq = row.seq;
		lines.push(JSON.stringify(row));
	}
	return { text: `${lines.join("\n")}\n`, seq };
}

const page = 1000;

async function* rows(store: EventStore, goalId: GoalId, atSeq = Number.POSITIVE_INFINITY): AsyncGenerator<StoredEvent> {
	for (let afterSeq = 0; ; ) {
		const found = await store.read(goalId, { afterSeq, limit: page });
		for (const row of found) {
			if (row.seq > atSeq) return;
			yield row;
			afterSeq = row.seq;
		}
		if (found.length < page) return;
	}
}
