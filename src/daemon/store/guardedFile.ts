import { crashPoint } from "../platform/crashPoint.ts";
import { StoreError } from "./eventStore.ts";
import type { SqliteFile } from "./sqliteFile.ts";
import { isDiskFailure, storeError, toStoreError } from "./storeFailure.ts";

/**
 * The file, with what must hold around every use of it. Nothing is committed without looking who owns the folder. A
 * transaction that the disk refused is cut off the write-ahead log, so that it cannot come back after it was reported as
 * failed; then the connection is opened anew, and the next request finds a store that works, or the disk's next refusal.
 */
export interface GuardedFile {
	/** Runs what only reads. */
	reading<Result>(work: () => Result): Result;
	/**
	 * Runs all `writes` in one transaction. A write that is refused (conflict, fenced, unknownGoal) changes nothing and
	 * leaves the others alone. When the disk refuses, none is stored and the error is thrown.
	 */
	transaction(writes: ReadonlyArray<() => unknown>): readonly Outcome[];
	/** Runs one write in a transaction of its own. */
	writing<Result>(write: () => Result): Result;
	/** Moves the write-ahead log into the file; `empty` also cuts it to nothing. A failure costs nothing but the space. */
	checkpoint(mode: "passive" | "empty"): void;
	/** True when the log is worth the time of moving it: it may grow as large as the file, within limits. */
	wantsCheckpoint(): boolean;
	/** Closes the file. Without ownership it is left as it is. */
	close(): void;
}

export type Outcome = { readonly value: unknown } | { readonly refused: Error };

export interface GuardedFileOptions {
	readonly file: SqliteFile;
	/** Throws when the folder belongs to another daemon. */
	readonly checkOwner: () => void;
	/** Called inside each transaction when all writes have run. */
	readonly beforeCommit: () => void;
	/** Called when a transaction was undone: what was remembered of it is not true. */
	readonly onUndone: () => void;
	/** Overrides the limit of `wantsCheckpoint`. */
	readonly maxWalBytes?: number;
}

export function guardFile({ file, checkOwner, beforeCommit, onUndone, maxWalBytes }: GuardedFileOptions): GuardedFile {
	/** After a disk failure: what the failed transaction left must go before anything else happens. */
	let suspect = false;
	let owned = true;
	let worthwhileWalBytes = minWalBytes;

	function assertOwner(): void {
		try {
			if (!owned) throw storeError("notOwner", "noticed before");
			checkOwner();
		} catch (error) {
			if (error instanceof StoreError && error.code === "fenced") {
				owned = false;
				file.folder.seal();
			}
			throw error;
		}
	}

	function recover(): void {
		if (!owned) throw storeError("notOwner", "noticed before");
		if (!suspect) return;
		assertOwner();
		try {
			file.folder.discardUncommitted();
		} catch (error) {
			throw toStoreError(error, file.folder);
		}
		file.reopen();
		suspect = false;
	}

	function reading<Result>(work: () => Result): Result {
		recover();
		try {
			return work();
		} catch (error) {
			if (isDiskFailure(error)) suspect = true;
			throw error;
		}
	}

	function undo(): void {
		onUndone();
		try {
			file.run("ROLLBACK");
		} catch {
			// SQLite has rolled back by itself, which it does after most errors.
		}
		try {
			assertOwner();
			file.folder.discardUncommitted();
		} catch {
			suspect = true; // tried again before the next use
		}
	}

	function transaction(writes: ReadonlyArray<() => unknown>): readonly Outcome[] {
		try {
			return reading(() => {
				file.run("BEGIN IMMEDIATE");
				const outcomes = writes.map(outcomeOf);
				beforeCommit();
				assertOwner();
				crashPoint("store.uncommitted");
				file.run("COMMIT");
				crashPoint("store.committed");
				file.folder.markCommitted();
				return outcomes;
			});
		} catch (error) {
			undo();
			if (isDiskFailure(error) || !owned || writes.length === 1) throw error;
			// A defect in one write must not fail the others: each gets a transaction of its own.
			return writes.flatMap((write): readonly Outcome[] => {
				try {
					return transaction([write]);
				} catch (failure) {
					return [{ refused: failure as Error }];
				}
			});
		}
	}

	return {
		reading,
		transaction,
		writing<Result>(write: () => Result): Result {
			const [outcome] = transaction([write]);
			if (outcome === undefined || "refused" in outcome) throw outcome?.refused;
			return outcome.value as Result;
		},
		checkpoint(mode) {
			if (file.folder.walBytes === 0 || suspect) return;
			try {
				assertOwner();
				reading(() => {
					file.row(`PRAGMA wal_checkpoint(${mode === "empty" ? "TRUNCATE" : "PASSIVE"})`);
					const fileBytes = Number(file.row("PRAGMA page_count")?.[0]) * pageBytes;
					worthwhileWalBytes = Math.min(Math.max(fileBytes, minWalBytes), mostWalBytes);
				});
			} catch {
				// Everything acknowledged is in the log, and the next append reports what is wrong with the disk.
			}
		},
		wantsCheckpoint: () => file.folder.walBytes > (maxWalBytes ?? worthwhileWalBytes),
		close() {
			try {
				recover();
				assertOwner();
			} catch {
				file.abandon(); // the file is not ours to change, or the disk does not let us
				return;
			}
			file.close();
		},
	};
}

/** Thrown before a write changed anything. */
const refusals: ReadonlySet<string> = new Set(["conflict", "fenced", "unknownGoal"]);

const pageBytes = 4096;
const minWalBytes = 512 * 1024;
/** Moving this much takes some 20 ms, in which appends wait. */
const mostWalBytes = 8 * 1024 * 1024;

function outcomeOf(write: () => unknown): Outcome {
	try {
		return { value: write() };
	} catch (error) {
		if (error instanceof StoreError && refusals.has(error.code)) return { refused: error };
		throw error;
	}
}
