import { crashPoint } from "../platform/crashPoint.ts";
import { idsPerGoal } from "./eventPage.ts";
import { createEventRows } from "./eventRows.ts";
import type { Checkpoint, EventQuery, GoalRow, ProvenEvent, StoredEvent } from "./eventStore.ts";
import { createFullText } from "./fullText.ts";
import { createGoalTable } from "./goalTable.ts";
import { type GuardedFile, guardFile, type Outcome } from "./guardedFile.ts";
import { createNameTable } from "./nameTable.ts";
import { migrate } from "./schema.ts";
import { searchWords } from "./searchText.ts";
import type { SqliteFile } from "./sqliteFile.ts";
import { storeError } from "./storeFailure.ts";

/**
 * The event log on an open SQLite file: everything the store does, synchronously and in one thread. What takes long
 * (reading much, searching, erasing) is a generator that pauses between slices, so that appends need not wait for it.
 * Nothing is acknowledged before COMMIT has returned.
 */
export interface EventLog extends Pick<GuardedFile, "checkpoint" | "wantsCheckpoint" | "close"> {
	/** Runs writes, the next four, in one transaction; see guardedFile.ts. */
	transaction(writes: ReadonlyArray<() => unknown>): readonly Outcome[];
	append(goalId: string, expectedSeq: number, epoch: number, events: readonly ProvenEvent[], summary: string): number;
	claim(goalId: string): { readonly epoch: number; readonly lastSeq: number };
	saveCheckpoint(goalId: string, checkpoint: Checkpoint): void;
	requestOnce(requestId: string, goalId: string): string;

	goals(): readonly GoalRow[];
	savedCheckpoint(goalId: string): Checkpoint | undefined;
	/** Yields slices and returns the last one. */
	read(goalId: string, query: EventQuery): Generator<readonly StoredEvent[], readonly StoredEvent[]>;
	search(goalId: string, text: string, limit: number): Generator<readonly never[], readonly number[]>;
	erase(goalId: string): Generator<readonly never[], void>;
}

export interface EventLogOptions {
	/** Taken over: closed with the log, or when the log cannot be opened. */
	readonly file: SqliteFile;
	/** Throws when the folder belongs to another daemon. */
	readonly checkOwner: () => void;
	readonly maxWalBytes?: number;
}

export function createEventLog({ file, checkOwner, maxWalBytes }: EventLogOptions): EventLog {
	const names = createNameTable(file);
	const goals = createGoalTable(file);
	const rows = createEventRows(file, names);
	const fullText = createFullText(file);
	const { reading, transaction, writing, checkpoint, wantsCheckpoint, close } = guardFile({
		file,
		checkOwner,
		maxWalBytes,
		beforeCommit: goals.writeChanged,
		onUndone() {
			goals.forget();
			names.forget();
		},
	});

	try {
		migrate(file);
		file.folder.markCommitted();
	} catch (error) {
		file.abandon();
		throw error;
	}

	/** Adds the next events of a goal to the full-text index; true when all are in. */
	function indexSome(goalId: string): boolean {
		const goal = goals.demand(goalId);
		const { events } = rows.slice(goalId, goal, { afterSeq: goal.indexedSeq, limit: maxLimit });
		fullText.prepare();
		for (const { seq, body } of events) if (body !== undefined) fullText.add(goal.number * idsPerGoal + seq, body);
		goal.indexedSeq = events.at(-1)?.seq ?? goal.indexedSeq;
		goals.changed(goal);
		return goal.indexedSeq >= goal.lastSeq;
	}

	/** The index cannot take single rows out again, so it goes, and is built again at the next search. */
	function discardIndex(): boolean {
		const isDiscarded = fullText.discard();
		if (isDiscarded) goals.resetIndexed();
		else fullText.removeSome();
		return isDiscarded;
	}

	return {
		transaction(writes) {
			goals.trim();
			return transaction(writes);
		},

		append(goalId, expectedSeq, epoch, events, summary) {
			const goal = goals.demand(goalId);
			if (goal.epoch !== epoch) throw storeError("fenced", `epoch ${epoch} is over, ${goal.epoch} is current`);
			if (goal.lastSeq !== expectedSeq)
				throw storeError("conflict", `its last event is ${goal.lastSeq}, not ${expectedSeq}`);
			for (const event of events) rows.add(goal, event);
			goal.summary = summary;
			goals.changed(goal);
			return goal.lastSeq;
		},

		claim(goalId) {
			if (goals.find(goalId) === undefined) goals.create(goalId);
			const goal = goals.demand(goalId);
			goal.epoch++;
			goals.changed(goal);
			return { epoch: goal.epoch, lastSeq: goal.lastSeq };
		},

		saveCheckpoint(goalId, { seq, foldVersion, goal }) {
			const { number } = goals.demand(goalId);
			file.run("INSERT OR REPLACE INTO checkpoints (id, seq, fold_version, goal) VALUES (?,?,?,?)", [
				number,
				seq,
				foldVersion,
				goal,
			]);
			crashPoint("checkpoint.saving");
		},

		requestOnce(requestId, goalId) {
			const known = file.row("SELECT goal FROM requests WHERE request=?", [requestId]);
			if (known !== undefined) return String(known[0]);
			file.run("INSERT INTO requests (request, goal) VALUES (?,?)", [requestId, goalId]);
			return goalId;
		},

		goals: () => reading(goals.list),

		savedCheckpoint: (goalId) =>
			reading(() => {
				const goal = goals.find(goalId);
				const row = goal && file.row("SELECT seq, fold_version, goal FROM checkpoints WHERE id=?", [goal.number]);
				return row && { seq: Number(row[0]), foldVersion: Number(row[1]), goal: String(row[2]) };
			}),

		*read(goalId, query) {
			let left = Math.min(Math.max(Math.trunc(query.limit), 1), maxLimit);
			let rest = query;
			for (;;) {
				const { events, more } = reading(() => {
					const goal = goals.find(goalId);
					return goal === undefined ? nothing : rows.slice(goalId, goal, { ...rest, limit: left });
				});
				left -= events.length;
				const last = events.at(-1);
				if (!more || left === 0 || last === undefined) return events;
				rest = query.descending ? { ...rest, beforeSeq: last.seq } : { ...rest, afterSeq: last.seq };
				yield events;
			}
		},

		*search(goalId, text, limit) {
			const words = searchWords(text);
			if (words.length === 0 || reading(() => goals.find(goalId)) === undefined) return [];
			while (!writing(() => indexSome(goalId))) yield [];
			return reading(() => {
				const first = goals.demand(goalId).number * idsPerGoal;
				return fullText.find(words, first, first + idsPerGoal, limit).map((id) => id - first);
			});
		},

		*erase(goalId) {
			const { number, lastSeq } = reading(() => goals.demand(goalId));
			writing(() => file.run("DELETE FROM checkpoints WHERE id=?", [number]));
			while (!writing(discardIndex)) yield [];
			while (!writing(fullText.removeSome)) yield [];
			for (let seq = 0; seq < lastSeq; seq += eraseSliceEvents) {
				yield [];
				writing(() => rows.eraseBodies(goals.demand(goalId), seq, Math.min(seq + eraseSliceEvents, lastSeq)));
				crashPoint("erase.bodies");
			}
			checkpoint("empty"); // the write-ahead log still held the bodies
		},

		checkpoint,
		wantsCheckpoint,
		close,
	};
}

const nothing = { events: [], more: false } as const;
const maxLimit = 10_000;
/** An event's body can be large, and what a transaction changes is held in memory. */
const eraseSliceEvents = 200;
