import type { RecordedEvent } from "../../protocol/events.ts";
import { evolve } from "../../protocol/evolve.ts";
import type { Goal } from "../../protocol/goal.ts";
import type { GoalId } from "../../protocol/ids.ts";
import type { Host } from "./host.ts";

/**
 * A goal as this surface knows it: a snapshot, then every event folded in with the same `evolve` as the daemon's.
 * The sequence has no gaps: where one shows, and after a lost connection, the goal is watched anew, which is the same
 * code as watching it for the first time.
 */
export interface GoalWatch {
	readonly goalId: GoalId;
	goal(): Goal | undefined;
	/** Why there is no goal: the daemon's sentence. */
	problem(): string | undefined;
	/** `events` are new and already folded; undefined when a snapshot replaced the goal and events may have been missed. */
	subscribe(listen: (events: readonly RecordedEvent[] | undefined) => void): () => void;
	/** Text of turns under way, by turn. Unlogged and possibly incomplete. */
	live(): ReadonlyMap<string, LiveText>;
	close(): void;
}

export interface LiveText {
	readonly turnId: string;
	readonly threadId: string;
	readonly text: string;
	readonly reasoning: boolean;
	/** When its first piece came, in milliseconds since the epoch. */
	readonly since: number;
}

const maxEnded = 100;

export function watchGoal(host: Host, goalId: GoalId): GoalWatch {
	const listeners = new Set<(events: readonly RecordedEvent[] | undefined) => void>();
	const live = new Map<string, LiveText>();
	/** Text is gathered on its way, so its last piece may come behind the event that ended the turn. */
	const ended = new Set<string>();
	let goal: Goal | undefined;
	let problem: string | undefined;
	let early: RecordedEvent[] = [];
	let watching: object | undefined;
	let closed = false;

	const stop = [
		host.on("goal/event", (notice) => {
			if (notice.goalId !== goalId) return;
			if (watching) early.push(...notice.events);
			else take(notice.events);
		}),
		host.on("goal/delta", (notice) => {
			if (notice.goalId !== goalId || ended.has(notice.turnId)) return;
			const before = live.get(notice.turnId);
			const reasoning = notice.reasoning ?? false;
			const goesOn = before && before.reasoning === reasoning;
			live.set(notice.turnId, {
				turnId: notice.turnId,
				threadId: notice.threadId,
				text: goesOn ? before.text + notice.text : notice.text,
				reasoning,
				since: before?.since ?? Date.now(),
			});
			tell([]);
		}),
		host.on("surface/connection", (connection) => {
			if (connection.state === "connected") void watch();
		}),
	];
	void watch();

	async function watch(): Promise<void> {
		const attempt = {};
		watching = attempt;
		early = [];
		try {
			const snapshot = await host.request("goal/watch", { goalId });
			if (closed || watching !== attempt) return;
			goal = snapshot.goal;
			problem = undefined;
			watching = undefined;
			const turns = new Set(Object.values(goal.threads).map((thread) => thread.turn?.turnId));
			for (const turnId of live.keys()) if (!turns.has(turnId as never)) live.delete(turnId);
			tell(undefined);
			take(early);
		} catch (cause) {
			if (closed || watching !== attempt) return;
			watching = undefined;
			problem = cause instanceof Error ? cause.message : String(cause);
			tell([]);
		}
	}

	function take(events: readonly RecordedEvent[]): void {
		if (!goal) return;
		const fresh: RecordedEvent[] = [];
		for (const event of events) {
			if (event.seq <= goal.seq) continue;
			if (event.seq > goal.seq + 1) {
				if (fresh.length > 0) tell(fresh);
				void watch();
				return;
			}
			goal = evolve(goal, event);
			endLive(event);
			fresh.push(event);
		}
		if (fresh.length > 0) tell(fresh);
	}

	/** What was streamed is in the log now, or will never be. */
	function endLive(event: RecordedEvent): void {
		if (event.type === "message.added") {
			for (const text of live.values()) if (text.threadId === event.threadId) live.delete(text.turnId);
		} else if (
			event.type === "turn.completed" ||
			event.type === "turn.interrupted" ||
			event.type === "provider.failed"
		) {
			live.delete(event.turnId);
			ended.add(event.turnId);
			if (ended.size > maxEnded) ended.delete(ended.values().next().value!);
		}
	}

	function tell(events: readonly RecordedEvent[] | undefined): void {
		for (const listen of [...listeners]) listen(events);
	}

	return {
		goalId,
		goal: () => goal,
		problem: () => problem,
		live: () => live,
		subscribe(listen) {
			listeners.add(listen);
			return () => listeners.delete(listen);
		},
		close() {
			if (closed) return;
			closed = true;
			for (const one of stop) one();
			listeners.clear();
			void host.request("goal/unwatch", { goalId }).catch(() => undefined);
		},
	};
}
