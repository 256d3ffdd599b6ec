import { StoreError, type StoreErrorCode } from "./eventStore.ts";
import type { HostFolder } from "./hostFolder.ts";

/**
 * Turns what SQLite and the disk report into the sentence a person reads. sql.js passes SQLite's message only, so the
 * reason is taken from the call of the host that failed, and from the message where no call failed.
 */
export function toStoreError(error: unknown, folder: HostFolder): unknown {
	if (error instanceof StoreError) return error;
	const message = error instanceof Error ? error.message : String(error);
	const failure = folder.lastFailure;
	const code = (failure && codeByErrno[failure.code]) ?? codeByMessage.find(([text]) => message.includes(text))?.[1];
	if (code === undefined && failure === undefined) return error instanceof Error ? error : new Error(message);
	const detail = failure === undefined ? message : `${failure.code} from ${failure.call}`;
	return storeError(code ?? "io", detail);
}

export function storeError(code: keyof typeof sentences, detail: string): StoreError {
	return new StoreError(code, sentences[code].replace("%", detail));
}

/** True for failures that the disk caused, not the request. */
export function isDiskFailure(error: unknown): error is StoreError {
	return error instanceof StoreError && diskCodes.has(error.code);
}

const diskCodes: ReadonlySet<StoreErrorCode> = new Set(["diskFull", "readOnly", "io"]);

const sentences = {
	diskFull: "The disk is full, so nothing was stored (%); free some space and try again.",
	readOnly: "The data folder cannot be written (%); check its permissions and try again.",
	io: "The disk reported an error, so nothing was stored (%); check the disk that holds the data folder.",
	notOwner: "Another daemon has taken over this data folder, so nothing was stored (%); connect to that daemon.",
	newerVersion: "The event store was written by a newer version of Mission Control (%); update this one.",
	closed: "The event store is closed (%); start the daemon again.",
	conflict: "The goal has moved on (%); read it again and decide again.",
	fenced: "Another writer has claimed this goal (%); claim it again before writing.",
	unknownGoal: "There is no goal %; claim it first.",
} as const satisfies Record<StoreErrorCode, string>;

const codeByErrno: Readonly<Record<string, "diskFull" | "readOnly">> = {
	ENOSPC: "diskFull",
	EDQUOT: "diskFull",
	EROFS: "readOnly",
	EACCES: "readOnly",
	EPERM: "readOnly",
};

/** Parts of SQLite's own messages. */
const codeByMessage: ReadonlyArray<readonly [string, "diskFull" | "readOnly" | "io"]> = [
	["database or disk is full", "diskFull"],
	["readonly database", "readOnly"],
	["disk I/O error", "io"],
	["unable to open database", "io"],
	["database is locked", "io"],
	["malformed", "io"],
	["not a database", "io"],
];
