import type { RecordedEvent } from "../protocol/events.ts";
import { evolve } from "../protocol/evolve.ts";
import type { Goal } from "../protocol/goal.ts";
import type { GoalId } from "../protocol/ids.ts";
import type { Notice, Notices } from "../protocol/methods.ts";
import { ProtocolError } from "../protocol/peer.ts";
import type { DaemonClient } from "./daemonClient.ts";

/**
 * Follows one goal: a snapshot at seq N, then every event from N+1 on, once and in order, whatever happens to the
 * connection or the daemon. Two surfaces that watch the same goal share one subscription.
 */
export interface GoalListener {
	/**
	 * First with the goal as it stands and no events, then with each run of new events and the goal after them. No events
	 * a second time means that the daemon's record is another one than before: what was shown is to be read anew.
	 */
	onChange(goal: Goal, events: readonly RecordedEvent[]): void;
	/** Streamed text, which is not in the record and may be lost. */
	onDelta?(delta: Notice<Notices, "goal/delta">): void;
	/** The goal cannot be watched: there is none of this id. Nothing follows. */
	onRefused?(cause: ProtocolError): void;
}

/** Returns the end of it. */
export function watchGoal(client: DaemonClient, goalId: GoalId, listener: GoalListener): () => void {
	const all = watches.get(client) ?? new Map<GoalId, SharedWatch>();
	watches.set(client, all);
	const existing = all.get(goalId);
	const watch = existing ?? startWatch(client, goalId, () => all.get(goalId) === watch && all.delete(goalId));
	if (!existing) all.set(goalId, watch);
	return watch.add(listener);
}

const watches = new WeakMap<DaemonClient, Map<GoalId, SharedWatch>>();

/** Events that are fetched at once to close a gap. */
const pageSize = 500;

interface SharedWatch {
	add(listener: GoalListener): () => void;
}

interface Joined {
	readonly listener: GoalListener;
	told: boolean;
}

function startWatch(client: DaemonClient, goalId: GoalId, forget: () => void): SharedWatch {
	const listeners = new Set<Joined>();
	let goal: Goal | undefined;
	/** Counts subscriptions: what an older one still does no longer counts. */
	let generation = 0;
	/** What arrives while the record is being caught up with. */
	let early: RecordedEvent[] | undefined = [];
	let ended = false;
	let syncing: Promise<void> = Promise.resolve();

	const stopNotices = [
		client.onNotice("goal/event", (notice) => {
			if (notice.goalId === goalId) receive(notice.events);
		}),
		client.onNotice("goal/delta", (delta) => {
			if (delta.goalId === goalId)
				for (const joined of [...listeners]) each(joined, () => joined.listener.onDelta?.(delta));
		}),
		client.onState((state) => {
			if (state === "connected") subscribe();
		}),
	];
	if (client.state === "connected") subscribe();

	function subscribe(): void {
		const mine = ++generation;
		early = [];
		syncing = sync(mine).catch((cause) => {
			if (mine !== generation || ended) return;
			// A broken connection is followed by a new one, which subscribes again.
			if (!(cause instanceof ProtocolError)) return client.report(cause);
			if (cause.code === "closed") return;
			for (const joined of [...listeners]) each(joined, () => joined.listener.onRefused?.(cause));
			end();
		});
	}

	async function sync(mine: number): Promise<void> {
		const { goal: snapshot } = await client.request("goal/watch", { goalId }, { once: true });
		if (mine !== generation || ended) return;
		if (goal === undefined || snapshot.seq < goal.seq) {
			goal = snapshot;
			tell([]);
		}
		while (goal.seq < snapshot.seq) {
			if (!(await fetchPage(mine))) return;
		}
		for (;;) {
			const waiting = early ?? [];
			const next = waiting.find((event) => event.seq > goal!.seq);
			if (next === undefined || next.seq === goal.seq + 1) break;
			if (!(await fetchPage(mine))) return;
		}
		const waiting = early ?? [];
		early = undefined;
		apply(waiting);
	}

	/** False when this subscription no longer counts. */
	async function fetchPage(mine: number): Promise<boolean> {
		const afterSeq = goal?.seq ?? 0;
		const { events } = await client.request("goal/events", { goalId, afterSeq, limit: pageSize }, { once: true });
		if (mine !== generation || ended) return false;
		if (events[0]?.seq !== afterSeq + 1) {
			throw new ProtocolError("badAnswer", `The daemon's record of goal ${goalId} has no event ${afterSeq + 1}.`);
		}
		apply(events);
		return true;
	}

	function receive(events: readonly RecordedEvent[]): void {
		if (early) early.push(...events);
		else if (!apply(events)) {
			// Something is missing between: the record has it.
			subscribe();
		}
	}

	/** Folds what is new and next. False when there is a gap before it. */
	function apply(events: readonly RecordedEvent[]): boolean {
		if (!goal || ended) return true;
		const fresh: RecordedEvent[] = [];
		let folded = goal;
		for (const event of events) {
			if (event.seq <= folded.seq) continue;
			if (event.seq !== folded.seq + 1) break;
			folded = evolve(folded, event);
			fresh.push(event);
		}
		goal = folded;
		if (fresh.length > 0) tell(fresh);
		return (events.at(-1)?.seq ?? 0) <= folded.seq;
	}

	function tell(events: readonly RecordedEvent[], only?: Joined): void {
		for (const joined of only ? [only] : [...listeners]) {
			// One that joined late begins with the goal as it stands.
			const news = joined.told ? events : [];
			each(joined, () => {
				if (!goal) return;
				joined.told = true;
				joined.listener.onChange(goal, news);
			});
		}
	}

	/** A listener's bug must not keep events from the others. */
	function each(joined: Joined, call: () => void): void {
		if (!listeners.has(joined)) return;
		try {
			call();
		} catch (cause) {
			client.report(cause);
		}
	}

	function end(): void {
		if (ended) return;
		ended = true;
		forget();
		for (const stop of stopNotices) stop();
		// Only after the answer to a subscription under way, which would otherwise outlive its end in the daemon.
		void syncing.then(() => {
			if (client.state !== "connected" || watches.get(client)?.has(goalId)) return;
			client.request("goal/unwatch", { goalId }, { once: true }).catch(() => undefined);
		});
	}

	return {
		add(listener) {
			const joined = { listener, told: false };
			listeners.add(joined);
			queueMicrotask(() => !joined.told && tell([], joined));
			return () => {
				listeners.delete(joined);
				if (listeners.size === 0) end();
			};
		},
	};
}
