import type { GoalId } from "../../core/ids.ts";

/**
 * The ports behind which goals are kept. Each is small, so that whoever reads the log need not know of checkpoints; an
 * adapter is all of them at once (`Store`), and passes the contract suite in test/unit/store.
 */
export interface EventReader {
	/**
	 * Events after `query.afterSeq`, oldest first (newest first with `descending`), at most `query.limit`. A goal that is
	 * not known has none. Long reads pause for appends.
	 */
	read(goalId: GoalId, query: EventQuery): Promise<readonly StoredEvent[]>;
}

/** The log of each goal: append-only and gapless. The first event has seq 1. */
export interface EventStore extends EventReader {
	/**
	 * Appends `events` to the goal in one transaction, with the summary that lists show of it.
	 * Resolves with the seq of the last event once the events are durable.
	 * Rejects with `StoreError` "conflict" when the goal's last seq is not `expectedSeq`, "fenced" when `epoch` is not
	 * the goal's current epoch, "unknownGoal" when it was never claimed; "full" or "unavailable" when the disk refuses.
	 * After a rejection nothing of the batch is stored.
	 */
	append(
		goalId: GoalId,
		expectedSeq: number,
		epoch: number,
		events: readonly NewEvent[],
		summary: string,
	): Promise<number>;
	/** Creates the goal when it is new, and makes the caller its one writer: epochs count from 1 and only grow. */
	claim(goalId: GoalId): Promise<{ readonly epoch: number; readonly lastSeq: number }>;
}

/** The list of goals, written in the same transaction as their events. */
export interface GoalIndex {
	/** Every goal that has events, with the summary of its last append, newest change first. */
	goals(): Promise<readonly GoalRow[]>;
}

/** A goal as it was folded, so that opening it costs no whole log. Losing one costs only time. */
export interface Checkpoints {
	/** The newest checkpoint of the goal's fold, if there is one. */
	checkpoint(goalId: GoalId): Promise<Checkpoint | undefined>;
	/** Replaces the goal's checkpoint. */
	saveCheckpoint(goalId: GoalId, checkpoint: Checkpoint): Promise<void>;
}

/** Launches that were asked for, so that the same one twice is one goal. */
export interface Requests {
	/** The goal id of an earlier launch with this request id, or records `goalId` for it. Call before the first append. */
	requestOnce(requestId: string, goalId: GoalId): Promise<GoalId>;
}

export interface Search {
	/**
	 * Full-text search in the values of the bodies of a goal's events: the seqs, newest first, of those with words
	 * beginning with every word of `text`. Rows are indexed lazily; `search` indexes what is missing first.
	 */
	search(goalId: GoalId, text: string, limit: number): Promise<readonly number[]>;
}

export interface Store extends EventStore, GoalIndex, Checkpoints, Requests, Search {
	/**
	 * Erases the bodies and salts of the goal's events, its checkpoint and what search knows of it. Headers stay, so that
	 * the chain still verifies. Ends early when the process does: call it again.
	 */
	erase(goalId: GoalId): Promise<void>;
	/** Resolves when everything queued is durable and the store is closed. Safe to call twice. */
	close(): Promise<void>;
}

/** What an adapter implements: a store whose events come with their proof, which `withChain` makes (chainedStore.ts). */
export interface RowStore extends Omit<Store, "append"> {
	append(
		goalId: GoalId,
		expectedSeq: number,
		epoch: number,
		events: readonly ProvenEvent[],
		summary: string,
	): Promise<number>;
}

/** An event as the engine hands it over. `body` is its JSON, without type. */
export interface NewEvent {
	/** Milliseconds since the epoch, by the daemon's clock. */
	readonly at: number;
	readonly type: string;
	readonly body: string;
	readonly threadId?: string;
	readonly stepId?: string;
}

/** With its place in the chain of hashes; hex, see src/chain/chain.ts. */
export interface ProvenEvent extends NewEvent {
	readonly digest: string;
	readonly salt: string;
	readonly hash: string;
}

/** An event as it is kept. `body` is undefined once it was erased. */
export interface StoredEvent {
	readonly goalId: GoalId;
	readonly seq: number;
	readonly epoch: number;
	readonly at: number;
	readonly type: string;
	readonly body: string | undefined;
	/** Hex SHA-256 over salt and body: proves a body without revealing it. */
	readonly digest: string;
	/** Hex; undefined once erased. */
	readonly salt: string | undefined;
	/** Hex SHA-256 over the previous header's hash and this header's fields (see src/chain/chain.ts). */
	readonly hash: string;
}

export interface EventQuery {
	/** Events with a greater seq. Default 0. */
	readonly afterSeq?: number;
	/** Events with a smaller seq. */
	readonly beforeSeq?: number;
	/** At most this many; 1 to 10,000. */
	readonly limit: number;
	readonly types?: readonly string[];
	readonly threadId?: string;
	readonly stepId?: string;
	readonly descending?: boolean;
}

export interface GoalRow {
	readonly goalId: GoalId;
	readonly lastSeq: number;
	readonly epoch: number;
	/** JSON, as handed over with the last append. */
	readonly summary: string;
	readonly updatedAt: number;
}

export interface Checkpoint {
	readonly seq: number;
	/** Version of the fold that made it; another version is ignored by the reader. */
	readonly foldVersion: number;
	readonly goal: string;
}

/** The same for every adapter; the message says what exactly. */
export type StoreErrorCode =
	/** The goal has moved on since the caller read it. */
	| "conflict"
	/** Another writer has claimed the goal, or the whole folder. */
	| "fenced"
	| "unknownGoal"
	/** The disk is full. */
	| "full"
	/** It cannot be written or read now: the disk, its rights, or a newer version's file. */
	| "unavailable"
	| "closed";

/** What a store refuses with. The message is a sentence for a person: what happened and what to do. */
export class StoreError extends Error {
	constructor(
		readonly code: StoreErrorCode,
		message: string,
	) {
		super(message);
		this.name = "StoreError";
	}
}
