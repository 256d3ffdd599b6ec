import type { GoalId } from "../../protocol/ids.ts";

/**
 * The port behind which goals are kept. The log of a goal is append-only and gapless: the first event has seq 1.
 * Every adapter passes the contract suite in test/unit/store.
 */
export interface EventStore {
	/**
	 * Appends `events` to the goal in one transaction, with the summary that lists show of it.
	 * Resolves with the seq of the last event once the events are durable.
	 * Rejects with `StoreError` "conflict" when the goal's last seq is not `expectedSeq`, "fenced" when `epoch` is not
	 * the goal's current epoch, "unknownGoal" when it was never claimed; "diskFull", "readOnly", "io" when the disk refuses.
	 * After a rejection nothing of the batch is stored.
	 */
	append(
		goalId: GoalId,
		expectedSeq: number,
		epoch: number,
		events: readonly NewEvent[],
		summary: string,
	): Promise<number>;
	/**
	 * Events after `query.afterSeq`, oldest first (newest first with `descending`), at most `query.limit`. A goal that is
	 * not known has none. Long reads pause for appends.
	 */
	read(goalId: GoalId, query: EventQuery): Promise<readonly StoredEvent[]>;
	/**
	 * Full-text search in the values of the bodies of a goal's events: the seqs, newest first, of those with words
	 * beginning with every word of `text`. Rows are indexed lazily; `search` indexes what is missing first.
	 */
	search(goalId: GoalId, text: string, limit: number): Promise<readonly number[]>;
	/** Every goal that has events, with the summary of its last append, newest change first. */
	goals(): Promise<readonly GoalRow[]>;
	/** Creates the goal when it is new, and makes the caller its one writer: epochs count from 1 and only grow. */
	claim(goalId: GoalId): Promise<{ readonly epoch: number; readonly lastSeq: number }>;
	/** The newest checkpoint of the goal's fold, if there is one. */
	checkpoint(goalId: GoalId): Promise<Checkpoint | undefined>;
	/** Replaces the goal's checkpoint. Losing it costs only time. */
	saveCheckpoint(goalId: GoalId, checkpoint: Checkpoint): Promise<void>;
	/**
	 * Erases the bodies and salts of the goal's events, its checkpoint and what search knows of it. Headers stay, so that
	 * the chain still verifies. Ends early when the process does: call it again.
	 */
	erase(goalId: GoalId): Promise<void>;
	/** The goal id of an earlier launch with this request id, or records `goalId` for it. Call before the first append. */
	requestOnce(requestId: string, goalId: GoalId): Promise<GoalId>;
	/** Resolves when everything queued is durable and the store is closed. Safe to call twice. */
	close(): Promise<void>;
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

export type StoreErrorCode =
	| "conflict"
	| "fenced"
	| "unknownGoal"
	| "diskFull"
	| "readOnly"
	| "io"
	| "newerVersion"
	| "notOwner"
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
