import type { RecordedEvent } from "../../core/events.ts";
import type { GoalId, ThreadId } from "../../core/ids.ts";
import type { GoalWatch } from "../shared/goalWatch.ts";
import type { Host } from "../shared/host.ts";
import { sentence } from "../shared/sentence.ts";

/** The events of one thread, newest page first, and what comes live. */
export interface ThreadLog {
	events(): readonly RecordedEvent[];
	/** Earlier ones lie before the first. */
	hasEarlier(): boolean;
	loading(): boolean;
	problem(): string | undefined;
	loadEarlier(): void;
	subscribe(listen: () => void): () => void;
	close(): void;
}

const pageSize = 200;
/** Their log entries name a step or an approval, not a thread. */
const beside = ["file.changed", "approval.answered", "approval.expired", "approval.superseded", "attempt.failed"];

export function openThreadLog(host: Host, watch: GoalWatch, goalId: GoalId, threadId: ThreadId): ThreadLog {
	const bySeq = new Map<number, RecordedEvent>();
	const listeners = new Set<() => void>();
	let sorted: readonly RecordedEvent[] = [];
	let first: number | undefined;
	let earlier = false;
	let loading = true;
	let problem: string | undefined;
	let closed = false;
	const stop = watch.subscribe((events) => {
		if (events === undefined) void load();
		// Also while the first page is under way: what comes now may not be in it.
		else if (events.length > 0) add(events);
	});
	if (watch.goal()) void load();

	/** The newest page, or the one before what is here. */
	async function load(before?: number): Promise<void> {
		loading = true;
		problem = undefined;
		tell();
		try {
			const ask = { goalId, threadId, limit: pageSize, descending: true };
			const page = (await host.request("goal/events", before === undefined ? ask : { ...ask, beforeSeq: before }))
				.events;
			const start = page.at(-1)?.seq ?? before ?? 1;
			const range = { goalId, types: beside, afterSeq: start - 1, limit: 1000 };
			const others = await host.request("goal/events", before === undefined ? range : { ...range, beforeSeq: before });
			if (closed) return;
			if (first === undefined || start < first) {
				first = start;
				earlier = page.length === pageSize;
			}
			loading = false;
			add([...page, ...others.events]);
		} catch (cause) {
			if (closed) return;
			loading = false;
			problem = sentence(cause);
			tell();
		}
	}

	function add(events: readonly RecordedEvent[]): void {
		for (const event of events) bySeq.set(event.seq, event);
		sorted = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
		tell();
	}

	function tell(): void {
		for (const listen of [...listeners]) listen();
	}

	return {
		events: () => sorted,
		hasEarlier: () => earlier,
		loading: () => loading,
		problem: () => problem,
		loadEarlier() {
			if (!loading && earlier) void load(first);
		},
		subscribe(listen) {
			listeners.add(listen);
			return () => listeners.delete(listen);
		},
		close() {
			closed = true;
			stop();
			listeners.clear();
		},
	};
}
