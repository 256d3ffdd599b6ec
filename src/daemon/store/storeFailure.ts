import { StoreError, type StoreErrorCode } from "./eventStore.ts";
import type { HostFolder } from "./hostFolder.ts";
import { SqliteError } from "./sqliteConnection.ts";

/**
 * Turns what SQLite and the disk report into the sentence a person reads. The call of the host that failed says more
 * than SQLite, which knows only a few kinds of failure. What neither the disk nor the file caused stays what it is.
 */
export function toStoreError(error: unknown, folder: HostFolder): unknown {
	if (error instanceof StoreError) return error;
	const { lastFailure } = folder;
	if (lastFailure !== undefined)
		return storeError(kindByErrno[lastFailure.code] ?? "io", `${lastFailure.code} from ${lastFailure.call}`);
	const kind = error instanceof SqliteError ? kindByResult.get(error.code) : undefined;
	return kind === undefined ? error : storeError(kind, (error as SqliteError).message);
}

/** What this adapter knows of a failure, as the sentence for a person and the code that is the same for every store. */
export function storeError(kind: keyof typeof failures, detail: string): StoreError {
	const { code, sentence } = failures[kind];
	return new StoreError(code, sentence.replace("%", detail));
}

/** True for failures that the disk caused, not the request. */
export function isDiskFailure(error: unknown): error is StoreError {
	return error instanceof StoreError && (error.code === "full" || error.code === "unavailable");
}

const failures = {
	diskFull: {
		code: "full",
		sentence: "The disk is full, so nothing was stored (%); free some space and try again.",
	},
	readOnly: {
		code: "unavailable",
		sentence: "The data folder cannot be written (%); check its permissions and try again.",
	},
	io: {
		code: "unavailable",
		sentence: "The disk reported an error, so nothing was stored (%); check the disk that holds the data folder.",
	},
	notOwner: {
		code: "fenced",
		sentence: "Another daemon has taken over this data folder, so nothing was stored (%); connect to that daemon.",
	},
	newerVersion: {
		code: "unavailable",
		sentence: "The event store was written by a newer version of Mission Control (%); update this one.",
	},
	closed: { code: "closed", sentence: "The event store is closed (%); start the daemon again." },
	conflict: { code: "conflict", sentence: "The goal has moved on (%); read it again and decide again." },
	fenced: { code: "fenced", sentence: "Another writer has claimed this goal (%); claim it again before writing." },
	unknownGoal: { code: "unknownGoal", sentence: "There is no goal %; claim it first." },
} as const satisfies Record<string, { readonly code: StoreErrorCode; readonly sentence: string }>;

const kindByErrno: Readonly<Record<string, "diskFull" | "readOnly">> = {
	ENOSPC: "diskFull",
	EDQUOT: "diskFull",
	EROFS: "readOnly",
	EACCES: "readOnly",
	EPERM: "readOnly",
};

/** SQLite's results that speak of the disk or the file. */
const kindByResult: ReadonlyMap<number, "diskFull" | "readOnly" | "io"> = new Map([
	[5, "io"], // SQLITE_BUSY: the file is open a second time
	[8, "readOnly"], // SQLITE_READONLY
	[10, "io"], // SQLITE_IOERR
	[11, "io"], // SQLITE_CORRUPT
	[13, "diskFull"], // SQLITE_FULL
	[14, "io"], // SQLITE_CANTOPEN
	[26, "io"], // SQLITE_NOTADB
]);
