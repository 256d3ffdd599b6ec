import type { RecordedEvent } from "../../core/events.ts";
import { openGoalStream } from "../../core/folds/goalStream.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import type { Host } from "./host.ts";

/**
 * A goal as this webview knows it: a snapshot, then every event folded in with the same `evolve` as the daemon's.
 * The sequence has no gaps: where one shows, and after a lost connection, the goal is watched anew.
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
	let problem: string | undefined;
	let closed = false;
	const stream = openGoalStream({
		snapshot: async () => (await host.request("goal/watch", { goalId })).goal,
		onChange(goal, events) {
			problem = undefined;
			if (events === undefined) {
				const turns = new Set(Object.values(goal.threads).map((thread) => thread.turn?.turnId));
				for (const turnId of live.keys()) if (!turns.has(turnId as never)) live.delete(turnId);
			}
			for (const event of events ?? []) endLive(event);
			tell(events);
		},
		onFailed(cause) {
			problem = cause instanceof Error ? cause.message : String(cause);
			tell([]);
		},
	});

	const stop = [
		host.on("goal/event", (notice) => {
			if (notice.goalId === goalId) stream.receive(notice.events);
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
		host.on("webview/connection", (connection) => {
			if (connection.state === "connected") void stream.start();
		}),
	];
	void stream.start();

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
		goal: stream.goal,
		problem: () => problem,
		live: () => live,
		subscribe(listen) {
			listeners.add(listen);
			return () => listeners.delete(listen);
		},
		close() {
			if (closed) return;
			closed = true;
			stream.close();
			for (const one of stop) one();
			listeners.clear();
			void host.request("goal/unwatch", { goalId }).catch(() => undefined);
		},
	};
}
