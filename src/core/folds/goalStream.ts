import type { RecordedEvent } from "../events.ts";
import type { Goal } from "../goal.ts";
import { evolve } from "./evolve.ts";

/**
 * Follows one goal: a snapshot at seq N, then every event from N+1 on, folded with the same `evolve` as the daemon's,
 * each once and in order. Connecting, coming back and closing a gap are one piece of code, used by every client.
 */
export interface GoalStream {
	/** The goal as far as it is known. */
	goal(): Goal | undefined;
	/** Begins, or begins anew after the connection broke. Resolves when the snapshot has been caught up with, or failed. */
	start(): Promise<void>;
	/** Events as they are noticed: some may be missing, known already, or early. */
	receive(events: readonly RecordedEvent[]): void;
	/** Nothing is told afterwards. */
	close(): void;
}

export interface GoalStreamParts {
	/** Subscribes to the goal's events and answers with the goal as it stands. */
	snapshot(): Promise<Goal>;
	/**
	 * Reads the next events of the record, to close a gap. Without it a gap is closed by another snapshot, and whoever
	 * listens learns that events were missed.
	 */
	eventsAfter?(seq: number): Promise<readonly RecordedEvent[]>;
	/** `events` are new and folded already. Undefined: the goal was replaced, so that events may have been missed. */
	onChange(goal: Goal, events: readonly RecordedEvent[] | undefined): void;
	/** `start` failed. The stream waits for the next one. */
	onFailed(cause: unknown): void;
}

export function openGoalStream({ snapshot, eventsAfter, onChange, onFailed }: GoalStreamParts): GoalStream {
	let goal: Goal | undefined;
	/** Counts starts: what an older one still does no longer counts. */
	let current = 0;
	/** What arrives while the record is being caught up with. */
	let early: RecordedEvent[] | undefined;
	let closed = false;

	async function start(): Promise<void> {
		const mine = ++current;
		early = [];
		try {
			await catchUp(mine);
		} catch (cause) {
			if (!counts(mine)) return;
			early = undefined;
			onFailed(cause);
		}
	}

	async function catchUp(mine: number): Promise<void> {
		const found = await snapshot();
		if (!counts(mine)) return;
		if (goal === undefined || eventsAfter === undefined || found.seq < goal.seq) {
			goal = found;
			onChange(goal, undefined);
		}
		while (counts(mine) && eventsAfter && isBehind(found.seq)) {
			const seq = goal.seq;
			const events = await eventsAfter(seq);
			if (!counts(mine)) return;
			if (events[0]?.seq !== seq + 1) throw new MissingEvent(goal, seq + 1);
			fold(events);
		}
		if (!counts(mine)) return;
		const waiting = early ?? [];
		early = undefined;
		receive(waiting);
	}

	/** The record has more than is folded: up to the snapshot, or up to what arrived meanwhile and leaves a gap. */
	function isBehind(snapshotSeq: number): boolean {
		const seq = goal?.seq ?? 0;
		const next = early?.find((event) => event.seq > seq);
		return seq < snapshotSeq || (next !== undefined && next.seq !== seq + 1);
	}

	function counts(mine: number): boolean {
		return !closed && mine === current;
	}

	function receive(events: readonly RecordedEvent[]): void {
		if (closed) return;
		if (early) early.push(...events);
		else if (!fold(events)) void start();
	}

	/** Folds what is new and next. False when there is a gap before it. */
	function fold(events: readonly RecordedEvent[]): boolean {
		// Before the first snapshot nothing can be folded; the snapshot holds it.
		if (!goal) return true;
		const fresh: RecordedEvent[] = [];
		let folded = goal;
		for (const event of events) {
			if (event.seq <= folded.seq) continue;
			if (event.seq !== folded.seq + 1) break;
			folded = evolve(folded, event);
			fresh.push(event);
		}
		goal = folded;
		if (fresh.length > 0) onChange(folded, fresh);
		return (events.at(-1)?.seq ?? 0) <= folded.seq;
	}

	return {
		goal: () => goal,
		start,
		receive,
		close() {
			closed = true;
		},
	};
}

/** The record lacks an event that it must have. */
export class MissingEvent extends Error {
	constructor({ goalId }: Goal, seq: number) {
		super(`The daemon's record of goal ${goalId} has no event ${seq}.`);
		this.name = "MissingEvent";
	}
}
