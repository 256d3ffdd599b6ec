import type { RecordedEvent } from "../core/events.ts";
import { MissingEvent, openGoalStream } from "../core/folds/goalStream.ts";
import type { Goal } from "../core/goal.ts";
import type { GoalId } from "../core/ids.ts";
import { isRefusal, Refusal } from "../core/refusal.ts";
import type { Notice, Notices } from "../protocol/methods.ts";
import type { DaemonClient } from "./daemonClient.ts";

/**
 * Follows one goal: a snapshot at seq N, then every event from N+1 on, once and in order, whatever happens to the
 * connection or the daemon. Two user interfaces that watch the same goal share one subscription.
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
	onRefused?(cause: Refusal): void;
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
	let ended = false;
	let starting: Promise<void> = Promise.resolve();
	const stream = openGoalStream({
		snapshot: async () => (await client.request("goal/watch", { goalId }, { once: true })).goal,
		eventsAfter: async (afterSeq) =>
			(await client.request("goal/events", { goalId, afterSeq, limit: pageSize }, { once: true })).events,
		onChange: (goal, events = []) => tell(goal, events),
		onFailed(cause) {
			const refusal = cause instanceof MissingEvent ? new Refusal("badAnswer", cause.message) : cause;
			if (!isRefusal(refusal)) return client.report(refusal);
			// A broken connection is followed by a new one, which subscribes again.
			if (refusal.code === "closed") return;
			for (const joined of [...listeners]) each(joined, () => joined.listener.onRefused?.(refusal));
			end();
		},
	});

	const stopNotices = [
		client.onNotice("goal/event", (notice) => {
			if (notice.goalId === goalId) stream.receive(notice.events);
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
		starting = stream.start();
	}

	function tell(goal: Goal, events: readonly RecordedEvent[], only?: Joined): void {
		for (const joined of only ? [only] : [...listeners]) {
			// One that joined late begins with the goal as it stands.
			const news = joined.told ? events : [];
			each(joined, () => {
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
		stream.close();
		forget();
		for (const stop of stopNotices) stop();
		// Only after the answer to a subscription under way, which would otherwise outlive its end in the daemon.
		void starting.then(() => {
			if (client.state !== "connected" || watches.get(client)?.has(goalId)) return;
			client.request("goal/unwatch", { goalId }, { once: true }).catch(() => undefined);
		});
	}

	return {
		add(listener) {
			const joined = { listener, told: false };
			listeners.add(joined);
			queueMicrotask(() => {
				const goal = stream.goal();
				if (goal && !joined.told) tell(goal, [], joined);
			});
			return () => {
				listeners.delete(joined);
				if (listeners.size === 0) end();
			};
		},
	};
}
