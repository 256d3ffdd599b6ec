import { placeOf } from "../../core/answerPlace.ts";
import type { RecordedEvent } from "../../core/events.ts";
import { answeredState } from "../../core/folds/approval.ts";
import type { GoalId } from "../../core/ids.ts";
import { endStates } from "../../core/rules/goalState.ts";
import { readEvent } from "../../core/upcast.ts";
import { actorName } from "../../core/values.ts";
import { type ApprovalFilter, type ApprovalState, type Filtered, matcherOf } from "../../core/words/approvalFilter.ts";
import type { ApprovalCounts, GoalSummary, RecordedApproval } from "../../protocol/view.ts";
import type { EventReader } from "./eventStore.ts";

/**
 * All that goals ever asked, in every state. Of each only what is searched and sorted by is kept in memory; the rows that
 * are shown are read from the log. A goal is read once, and after that only what came since.
 */
export interface ApprovalHistory {
	/** What waits first, then what was set aside, then what is over, newest first. */
	list(
		goals: readonly GoalSummary[],
		filter: ApprovalFilter,
		limit: number,
	): Promise<{
		readonly approvals: readonly RecordedApproval[];
		readonly total: number;
		readonly counts: ApprovalCounts;
	}>;
	/** The goal's events were erased. */
	forget(goalId: GoalId): void;
}

/** What is known of one: where it stands in the log, and what it is found by. */
interface Entry {
	readonly askedSeq: number;
	readonly askedAt: string;
	readonly risk: Filtered["risk"];
	state: ApprovalState;
	setAside?: { readonly at: string; readonly by: string };
	endSeq?: number;
	endAt?: string;
	words: string;
}

interface Known {
	seq: number;
	readonly entries: Map<string, Entry>;
	ready: Promise<void>;
}

interface Found extends Filtered {
	readonly entry: Entry;
	readonly summary: GoalSummary;
}

const types = [
	"approval.requested",
	"approval.answered",
	"approval.setAside",
	"approval.expired",
	"approval.superseded",
];
const page = 1000;
/** Of what was asked and answered this much is searched. */
const maxWords = 400;

export function openApprovalHistory(store: EventReader): ApprovalHistory {
	const goals = new Map<GoalId, Known>();

	async function readOn(known: Known, goalId: GoalId): Promise<void> {
		for (;;) {
			const rows = await store.read(goalId, { types, afterSeq: known.seq, limit: page });
			for (const row of rows) {
				known.seq = row.seq;
				if (row.body !== undefined) take(known.entries, readEvent(row));
			}
			if (rows.length < page) return;
		}
	}

	async function entriesOf({ goalId, lastSeq }: GoalSummary): Promise<ReadonlyMap<string, Entry>> {
		const known = goals.get(goalId) ?? { seq: 0, entries: new Map(), ready: Promise.resolve() };
		goals.set(goalId, known);
		// One reading at a time, so that nothing is read twice.
		known.ready = known.ready
			.catch(() => undefined)
			.then(async () => {
				if (known.seq >= lastSeq) return;
				await readOn(known, goalId);
				known.seq = Math.max(known.seq, lastSeq);
			});
		await known.ready;
		return known.entries;
	}

	async function eventAt<T extends RecordedEvent["type"]>(
		goalId: GoalId,
		seq: number | undefined,
		type: T,
	): Promise<RecordedEvent<T> | undefined> {
		if (seq === undefined) return undefined;
		const [row] = await store.read(goalId, { afterSeq: seq - 1, limit: 1 });
		const event = row?.body === undefined ? undefined : readEvent(row);
		return event?.type === type ? (event as RecordedEvent<T>) : undefined;
	}

	async function whole({ entry, summary, state }: Found): Promise<readonly RecordedApproval[]> {
		const { goalId, title } = summary;
		const asked = await eventAt(goalId, entry.askedSeq, "approval.requested");
		if (!asked) return [];
		const answered = await eventAt(goalId, entry.endSeq, "approval.answered");
		const withdrawn = answered ? undefined : await eventAt(goalId, entry.endSeq, "approval.superseded");
		const { approvalId, kind, summary: what, command, risk, reasons, digest, threadId, stepId, toolCallId } = asked;
		return [
			{
				approvalId,
				goalId,
				goalTitle: title,
				kind,
				state: state === "setAside" ? "pending" : state,
				summary: what,
				command,
				risk,
				reasons,
				digest,
				threadId,
				stepId,
				toolCallId,
				requestedAt: asked.at,
				expiresAt: asked.expiresAt,
				deadline: asked.deadline,
				setAside: state === "setAside" ? entry.setAside : undefined,
				seq: entry.askedSeq,
				answeredSeq: entry.endSeq,
				answeredAt: entry.endAt,
				answer: answered?.answer,
				by: answered && actorName(answered.by),
				from: answered && placeOf(answered.by),
				chosen: answered?.chosen,
				scope: answered?.scope,
				reason: answered?.reason ?? withdrawn?.reason,
			},
		];
	}

	return {
		async list(summaries, filter, limit) {
			const matches = matcherOf(filter);
			const found: Found[] = [];
			const counts = { pending: 0, setAside: 0, approved: 0, denied: 0, expired: 0, superseded: 0 };
			for (const summary of summaries) {
				const { goalId, title } = summary;
				const isOver = endStates.includes(summary.state);
				for (const entry of (await entriesOf(summary)).values()) {
					const waits = entry.state === "pending" || entry.state === "setAside";
					const { risk, words } = entry;
					const state = waits && isOver ? "superseded" : entry.state;
					const one = { goalId, goalTitle: title, state, risk, words, entry, summary };
					if (!matches(one)) continue;
					counts[state]++;
					found.push(one);
				}
			}
			found.sort(byPlace);
			const approvals: RecordedApproval[] = [];
			for (const one of found.slice(0, limit)) approvals.push(...(await whole(one)));
			return { approvals, total: found.length, counts };
		},
		forget: (goalId) => void goals.delete(goalId),
	};
}

function take(entries: Map<string, Entry>, event: RecordedEvent): void {
	if (event.type === "approval.requested") {
		const { seq, at, risk, summary, command, reasons } = event;
		const words = wordsOf([command ?? summary, summary, ...reasons]);
		entries.set(event.approvalId, { askedSeq: seq, askedAt: at, risk, state: "pending", words });
		return;
	}
	const entry = "approvalId" in event ? entries.get(event.approvalId as string) : undefined;
	if (!entry) return;
	switch (event.type) {
		case "approval.answered":
			end(entry, event, answeredState(event.answer));
			entry.words = `${entry.words} ${wordsOf([event.reason ?? "", actorName(event.by)])}`;
			break;
		case "approval.expired":
			end(entry, event, "expired");
			break;
		case "approval.superseded":
			end(entry, event, "superseded");
			break;
		case "approval.setAside":
			entry.state = event.aside ? "setAside" : "pending";
			entry.setAside = event.aside ? { at: event.at, by: actorName(event.by) } : undefined;
			break;
		default:
	}
}

function end(entry: Entry, { seq, at }: RecordedEvent, state: ApprovalState): void {
	entry.state = state;
	entry.endSeq = seq;
	entry.endAt = at;
}

function wordsOf(texts: readonly string[]): string {
	return [...new Set(texts)].join(" ").slice(0, maxWords).toLowerCase();
}

const places: Partial<Record<ApprovalState, number>> = { pending: 0, setAside: 1 };

/** What waits longest first; what is over, newest first. */
function byPlace(a: Found, b: Found): number {
	const place = places[a.state] ?? 2;
	const order = place - (places[b.state] ?? 2);
	if (order !== 0) return order;
	if (place < 2) return compare(a.entry.askedAt, b.entry.askedAt);
	return compare(timeOf(b), timeOf(a)) || b.entry.askedSeq - a.entry.askedSeq;
}

/** Moments in ISO 8601 in the order of time. */
function compare(a: string, b: string): number {
	return a < b ? -1 : Number(a > b);
}

function timeOf({ entry, summary }: Found): string {
	return entry.endAt ?? summary.updatedAt;
}
