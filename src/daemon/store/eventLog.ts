import { digestOf, genesisHash, hashOf, newSalt } from "./chain.ts";
import { idsPerGoal, pageSql } from "./eventPage.ts";
import {
	type Checkpoint,
	type EventQuery,
	type GoalRow,
	type NewEvent,
	type StoredEvent,
	StoreError,
} from "./eventStore.ts";
import { createFullText } from "./fullText.ts";
import { migrate } from "./schema.ts";
import { searchWords } from "./searchText.ts";
import type { SqlValue } from "./sqliteConnection.ts";
import type { SqliteFile } from "./sqliteFile.ts";
import { isDiskFailure, storeError, toStoreError } from "./storeFailure.ts";

/**
 * The event log on an open SQLite file: everything the store does, synchronously and in one thread. Writes run inside
 * `transaction`; what takes long (reading much, searching, erasing) is a generator that pauses between slices, so that
 * appends need not wait for it. Nothing is acknowledged here before COMMIT has returned, and nothing is committed
 * without looking who owns the folder.
 */
export interface EventLog {
	/**
	 * Runs all `writes` in one transaction. A write that is refused (conflict, fenced, unknownGoal) changes nothing and
	 * leaves the others alone. When the disk refuses, none is stored and the error is thrown.
	 */
	transaction(writes: ReadonlyArray<() => unknown>): readonly Outcome[];

	// Inside a transaction:
	append(goalId: string, expectedSeq: number, epoch: number, events: readonly NewEvent[], summary: string): number;
	claim(goalId: string): { readonly epoch: number; readonly lastSeq: number };
	saveCheckpoint(goalId: string, checkpoint: Checkpoint): void;
	requestOnce(requestId: string, goalId: string): string;

	// Outside:
	goals(): readonly GoalRow[];
	checkpoint(goalId: string): Checkpoint | undefined;
	/** Yields slices and returns the last one. */
	read(goalId: string, query: EventQuery): Generator<readonly StoredEvent[], readonly StoredEvent[]>;
	search(goalId: string, text: string, limit: number): Generator<readonly never[], readonly number[]>;
	erase(goalId: string): Generator<readonly never[], void>;

	/** Bytes in the write-ahead log. */
	walBytes(): number;
	/** When moving it into the file is worth the time: it may grow as large as the file, within limits. */
	worthwhileWalBytes(): number;
	/** Moves the write-ahead log into the file; `empty` also cuts it to nothing. A failure costs nothing but the space. */
	checkpointWal(mode: "passive" | "empty"): void;
	/** Closes the file. Without ownership it is left as it is. */
	close(): void;
}

export type Outcome = { readonly value: unknown } | { readonly refused: StoreError };

/** What is known of a goal without asking the file. The log is its only writer, so it stays true. */
interface GoalState {
	readonly number: number;
	epoch: number;
	lastSeq: number;
	lastHash: Buffer;
	updatedAt: number;
	indexedSeq: number;
	/** Set until it is written. */
	summary: string | undefined;
}

/** `isOwner` throws when the folder belongs to somebody else. */
export function createEventLog(file: SqliteFile, checkOwner: () => void): EventLog {
	const goals = new Map<string, GoalState>();
	const changed = new Set<GoalState>();
	const numbers = new Map<string, number>();
	const names = new Map<number, string>();
	/** After a disk failure: what the failed transaction left must go before anything else happens. */
	let suspect = false;
	let owned = true;

	let fileBytes = 0;
	const fullText = createFullText(file);
	try {
		migrate(file);
		file.folder.markCommitted();
		fileBytes = sizeOfFile();
	} catch (error) {
		file.abandon();
		throw error;
	}

	function assertOwner(): void {
		try {
			if (!owned) throw storeError("notOwner", "noticed before");
			checkOwner();
		} catch (error) {
			if (error instanceof StoreError && error.code === "notOwner") {
				owned = false;
				file.folder.seal();
			}
			throw error;
		}
	}

	function sizeOfFile(): number {
		return Number(file.row("PRAGMA page_count")?.[0]) * pageBytes;
	}

	function forget(): void {
		goals.clear();
		changed.clear();
		numbers.clear();
		names.clear();
	}

	/** Brings the connection back after a disk failure. */
	function recover(): void {
		if (!owned) throw storeError("notOwner", "noticed before");
		if (!suspect) return;
		try {
			file.folder.discardUncommitted();
		} catch (error) {
			throw toStoreError(error, file.folder);
		}
		file.reopen();
		suspect = false;
	}

	/** Runs `work`; a disk failure makes the connection suspect. */
	function guarded<Result>(work: () => Result): Result {
		recover();
		try {
			return work();
		} catch (error) {
			if (isDiskFailure(error)) suspect = true;
			throw error;
		}
	}

	function undo(): void {
		forget();
		try {
			file.run("ROLLBACK");
		} catch {
			// SQLite has rolled back by itself, which it does after most errors.
		}
		if (!owned) return;
		try {
			file.folder.discardUncommitted();
		} catch {
			suspect = true;
		}
	}

	function transaction(writes: ReadonlyArray<() => unknown>): readonly Outcome[] {
		if (goals.size > maxKnown || names.size > maxKnown) forget();
		try {
			return guarded(() => {
				file.run("BEGIN IMMEDIATE");
				const outcomes = writes.map(outcomeOf);
				writeGoals();
				assertOwner();
				file.run("COMMIT");
				file.folder.markCommitted();
				return outcomes;
			});
		} catch (error) {
			undo();
			const isFatal = isDiskFailure(error) || !owned;
			if (isFatal || writes.length === 1) throw error;
			// A defect in one write must not fail the others: each gets a transaction of its own.
			return writes.map((write) => {
				try {
					return transaction([write])[0]!;
				} catch (failure) {
					return { refused: failure as StoreError };
				}
			});
		}
	}

	function writeGoals(): void {
		for (const goal of changed) {
			file.run(
				"UPDATE goals SET epoch=?, last_seq=?, last_hash=?, updated_at=?, indexed_seq=?, summary=coalesce(?,summary) WHERE id=?",
				[goal.epoch, goal.lastSeq, goal.lastHash, goal.updatedAt, goal.indexedSeq, goal.summary ?? null, goal.number],
			);
			goal.summary = undefined;
		}
		changed.clear();
	}

	function find(goalId: string): GoalState | undefined {
		const known = goals.get(goalId);
		if (known !== undefined) return known;
		const row = file.row("SELECT id, epoch, last_seq, last_hash, updated_at, indexed_seq FROM goals WHERE goal=?", [
			goalId,
		]);
		if (row === undefined) return undefined;
		const goal: GoalState = {
			number: Number(row[0]),
			epoch: Number(row[1]),
			lastSeq: Number(row[2]),
			lastHash: row[3] as Buffer,
			updatedAt: Number(row[4]),
			indexedSeq: Number(row[5]),
			summary: undefined,
		};
		goals.set(goalId, goal);
		return goal;
	}

	function demand(goalId: string): GoalState {
		const goal = find(goalId);
		if (goal === undefined) throw storeError("unknownGoal", goalId);
		return goal;
	}

	function numberOf(name: string): number | undefined {
		const known = numbers.get(name);
		if (known !== undefined) return known;
		const row = file.row("SELECT id FROM names WHERE name=?", [name]);
		return row && remember(Number(row[0]), name);
	}

	function numberFor(name: string): number {
		const known = numberOf(name);
		if (known !== undefined) return known;
		const row = file.row("INSERT INTO names (name) VALUES (?) RETURNING id", [name]);
		return remember(Number(row?.[0]), name);
	}

	function nameOf(id: number): string {
		const known = names.get(id);
		if (known !== undefined) return known;
		const name = String(file.row("SELECT name FROM names WHERE id=?", [id])?.[0]);
		remember(id, name);
		return name;
	}

	function remember(id: number, name: string): number {
		numbers.set(name, id);
		names.set(id, name);
		return id;
	}

	function slice(goalId: string, query: EventQuery): { readonly events: StoredEvent[]; readonly more: boolean } {
		const events: StoredEvent[] = [];
		const goal = find(goalId);
		const page = goal && pageSql(goal.number, query, numberOf);
		if (goal === undefined || page === undefined) return { events, more: false };
		let bytes = 0;
		let more = false;
		file.rows(page.sql, page.values, (row) => {
			const event = toEvent(goalId, row);
			events.push(event);
			bytes += event.body?.length ?? 0;
			more = bytes >= maxSliceBytes;
			return !more;
		});
		return { events, more: more || events.length === query.limit };
	}

	function toEvent(goalId: string, row: readonly SqlValue[]): StoredEvent {
		const [id, epoch, at, type, hash, digest, salt, body] = row;
		return {
			goalId: goalId as StoredEvent["goalId"],
			seq: Number(id) % idsPerGoal,
			epoch: Number(epoch),
			at: Number(at),
			type: nameOf(Number(type)),
			body: body === null ? undefined : (body as string),
			digest: (digest as Buffer).toString("hex"),
			salt: salt === null ? undefined : (salt as Buffer).toString("hex"),
			hash: (hash as Buffer).toString("hex"),
		};
	}

	/** Adds the next events of a goal to the full-text index; true when all are in. */
	function indexSome(goalId: string): boolean {
		const goal = demand(goalId);
		const { events } = slice(goalId, { afterSeq: goal.indexedSeq, limit: indexSliceEvents });
		fullText.prepare();
		for (const { seq, body } of events) if (body !== undefined) fullText.add(goal.number * idsPerGoal + seq, body);
		goal.indexedSeq = events.at(-1)?.seq ?? goal.indexedSeq;
		changed.add(goal);
		return goal.indexedSeq >= goal.lastSeq;
	}

	/** The index cannot take single rows out again, so it goes, and is built anew when somebody searches. */
	function discardIndex(): boolean {
		if (!fullText.discard()) {
			fullText.removeSome();
			return false;
		}
		file.run("UPDATE goals SET indexed_seq=0 WHERE indexed_seq>0");
		for (const goal of goals.values()) goal.indexedSeq = 0;
		return true;
	}

	function single<Value>(write: () => Value): Value {
		const [outcome] = transaction([write]);
		if (outcome === undefined || "refused" in outcome) throw outcome?.refused;
		return outcome.value as Value;
	}

	return {
		transaction,

		append(goalId, expectedSeq, epoch, events, summary) {
			const goal = demand(goalId);
			if (goal.epoch !== epoch) throw storeError("fenced", `epoch ${epoch} is over, ${goal.epoch} is current`);
			if (goal.lastSeq !== expectedSeq)
				throw storeError("conflict", `its last event is ${goal.lastSeq}, not ${expectedSeq}`);
			for (const { at, type, body, threadId, stepId } of events) {
				const seq = goal.lastSeq + 1;
				const salt = newSalt();
				const bytes = Buffer.from(body);
				const digest = digestOf(salt, bytes);
				const hash = hashOf(goal.lastHash, { goalId, seq, epoch, at, type }, digest);
				file.run(
					"INSERT INTO events (id, epoch, at, type, thread, step, hash, digest, salt, body) VALUES (?,?,?,?,?,?,?,?,?,CAST(? AS TEXT))",
					[
						goal.number * idsPerGoal + seq,
						epoch,
						at,
						numberFor(type),
						threadId === undefined ? null : numberFor(threadId),
						stepId === undefined ? null : numberFor(stepId),
						hash,
						digest,
						salt,
						bytes,
					],
				);
				goal.lastSeq = seq;
				goal.lastHash = hash;
				goal.updatedAt = at;
			}
			goal.summary = summary;
			changed.add(goal);
			return goal.lastSeq;
		},

		claim(goalId) {
			const known = find(goalId);
			if (known === undefined) {
				file.run(
					"INSERT INTO goals (goal, epoch, last_seq, last_hash, updated_at, indexed_seq, summary) VALUES (?,1,0,?,0,0,'')",
					[goalId, genesisHash],
				);
				return { epoch: 1, lastSeq: 0 };
			}
			known.epoch++;
			changed.add(known);
			return { epoch: known.epoch, lastSeq: known.lastSeq };
		},

		saveCheckpoint(goalId, { seq, foldVersion, goal }) {
			file.run("INSERT OR REPLACE INTO checkpoints (id, seq, fold_version, goal) VALUES (?,?,?,?)", [
				demand(goalId).number,
				seq,
				foldVersion,
				goal,
			]);
		},

		requestOnce(requestId, goalId) {
			const known = file.row("SELECT goal FROM requests WHERE request=?", [requestId]);
			if (known !== undefined) return String(known[0]);
			file.run("INSERT INTO requests (request, goal) VALUES (?,?)", [requestId, goalId]);
			return goalId;
		},

		goals: () =>
			guarded(() => {
				const rows: GoalRow[] = [];
				const sql =
					"SELECT goal, last_seq, epoch, summary, updated_at FROM goals WHERE last_seq>0 ORDER BY updated_at DESC, id DESC";
				file.rows(sql, [], ([goal, lastSeq, epoch, summary, updatedAt]) => {
					rows.push({
						goalId: String(goal) as GoalRow["goalId"],
						lastSeq: Number(lastSeq),
						epoch: Number(epoch),
						summary: String(summary),
						updatedAt: Number(updatedAt),
					});
					return true;
				});
				return rows;
			}),

		checkpoint: (goalId) =>
			guarded(() => {
				const goal = find(goalId);
				const row = goal && file.row("SELECT seq, fold_version, goal FROM checkpoints WHERE id=?", [goal.number]);
				return row && { seq: Number(row[0]), foldVersion: Number(row[1]), goal: String(row[2]) };
			}),

		*read(goalId, query) {
			let left = Math.min(Math.max(Math.trunc(query.limit), 1), maxLimit);
			let rest = query;
			for (;;) {
				const limit = Math.min(left, sliceEvents);
				const { events, more } = guarded(() => slice(goalId, { ...rest, limit }));
				left -= events.length;
				const last = events.at(-1);
				if (!more || left === 0 || last === undefined) return events;
				rest = query.descending ? { ...rest, beforeSeq: last.seq } : { ...rest, afterSeq: last.seq };
				yield events;
			}
		},

		*search(goalId, text, limit) {
			const words = searchWords(text);
			if (words.length === 0 || guarded(() => find(goalId)) === undefined) return [];
			while (!single(() => indexSome(goalId))) yield [];
			return guarded(() => {
				const first = demand(goalId).number * idsPerGoal;
				return fullText.find(words, first, first + idsPerGoal, limit).map((id) => id - first);
			});
		},

		*erase(goalId) {
			const { number, lastSeq } = guarded(() => demand(goalId));
			const first = number * idsPerGoal;
			single(() => file.run("DELETE FROM checkpoints WHERE id=?", [number]));
			while (!single(discardIndex)) yield [];
			while (!single(() => fullText.removeSome())) yield [];
			for (let seq = 0; seq < lastSeq; seq += eraseSliceEvents) {
				yield [];
				single(() =>
					file.run("UPDATE events SET body=NULL, salt=NULL WHERE id>? AND id<=? AND body IS NOT NULL", [
						first + seq,
						first + Math.min(seq + eraseSliceEvents, lastSeq),
					]),
				);
			}
			checkpointWal("empty"); // the log still held the bodies
		},

		walBytes: () => file.folder.walBytes,
		worthwhileWalBytes: () => Math.min(Math.max(fileBytes, minWalBytes), maxWalBytes),
		checkpointWal,

		close() {
			try {
				if (!suspect) assertOwner();
			} catch {
				// Whatever the reason, the file is not ours to change.
			}
			if (owned && !suspect) file.close();
			else file.abandon();
		},
	};

	function checkpointWal(mode: "passive" | "empty"): void {
		if (file.folder.walBytes === 0 || suspect || !owned) return;
		try {
			assertOwner();
			guarded(() => {
				file.row(`PRAGMA wal_checkpoint(${mode === "empty" ? "TRUNCATE" : "PASSIVE"})`);
				fileBytes = sizeOfFile();
			});
		} catch {
			// Everything acknowledged is in the log, and the next append reports what is wrong with the disk.
		}
	}

	function outcomeOf(write: () => unknown): Outcome {
		try {
			return { value: write() };
		} catch (error) {
			if (error instanceof StoreError && refusals.has(error.code)) return { refused: error };
			throw error;
		}
	}
}

/** Thrown before a write changed anything. */
const refusals: ReadonlySet<string> = new Set(["conflict", "fenced", "unknownGoal"]);

/** Goals and names remembered; beyond that all are forgotten and looked up again. */
const maxKnown = 5_000;
const pageBytes = 4096;
const minWalBytes = 512 * 1024;
/** Moving this much takes some 20 ms, in which appends wait. */
const maxWalBytes = 8 * 1024 * 1024;
const maxLimit = 10_000;
/** A slice is what appends may have to wait for. */
const sliceEvents = 250;
const maxSliceBytes = 1024 * 1024;
const indexSliceEvents = 250;
const eraseSliceEvents = 1_000;
