import { closeSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ProcessIdentity } from "../../commands/processIdentity.ts";

/**
 * The spool of an agent's process, FOLDER/BOOT/KEY/, between the daemon and the relay (agentRelay.ts):
 *
 *     in                lines to the program. The daemon appends, the relay passes on what is whole
 *     out               what the program prints. The relay appends
 *     err, err.before   the end of what it prints on standard error
 *     read              how far a daemon has read `out`
 *     begun             the gate, as of a command: whoever creates it first decides
 *     relay.PID.START   who the relay is
 *     agent.PID.START   who the program is
 *     failed.CODE       the system did not start it
 *     stopped           a daemon wanted its end
 *     ended.WHY         the relay wanted it: `line`, `output` or `alone`
 *     exit.CODE         how it ended; or exit.SIGNAL. `out` is complete
 *
 * A mark is an empty file: it is there or it is not. What was launched, with which environment, and what is withheld
 * from the lines of `in`, is nowhere in it: the relay is told through a pipe, and has not begun before it was told
 * everything.
 */
export interface AgentMarks {
	readonly gate: "open" | "begun" | "claimed";
	readonly relay?: ProcessIdentity;
	readonly agent?: ProcessIdentity;
	/** The system's code: ENOENT, EACCES. */
	readonly failed?: string;
	readonly stopped: boolean;
	readonly ended?: RelayReason;
	/** A number, or the name of a signal. */
	readonly exit?: string;
}

/** Why the relay ended it: a line without an end, more output than may be kept, no daemon for too long. */
export type RelayReason = "line" | "output" | "alone";

/** What the relay is told, as one line of JSON on its standard input. */
export interface RelayOrder {
	readonly program: string;
	readonly args: readonly string[];
	readonly folder: string;
	readonly environment: Readonly<Record<string, string>>;
	/** What stands for something in `in`, and what is passed on in its place. */
	readonly withheld: Readonly<Record<string, string>>;
	/** A file that every living daemon touches. */
	readonly attended: string;
	readonly limits: RelayLimits;
}

export interface RelayLimits {
	/** A longer line ends the process: whoever reads lines would have to hold all of it. */
	readonly maxLineBytes: number;
	/** With more than this unread the process waits when it prints, as on any full pipe. */
	readonly maxUnreadBytes: number;
	/** More output than this in all ends the process: nobody may fill the disk. */
	readonly maxOutputBytes: number;
	/** So long no daemon lived, and the process is ended. Time in which the machine slept does not count. */
	readonly aloneMs: number;
}

/** Undefined when there is no spool. */
export function readMarks(path: string): AgentMarks | undefined {
	let entries: readonly { readonly name: string; isDirectory(): boolean }[];
	try {
		entries = readdirSync(path, { withFileTypes: true });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
	const after = (prefix: string) => entries.find(({ name }) => name.startsWith(prefix))?.name.slice(prefix.length);
	const identity = (prefix: string) => {
		const [pid, start] = after(prefix)?.split(".").map(Number) ?? [];
		return pid === undefined || start === undefined ? undefined : { pid, start };
	};
	const begun = entries.find(({ name }) => name === "begun");
	return {
		gate: begun === undefined ? "open" : begun.isDirectory() ? "claimed" : "begun",
		relay: identity("relay."),
		agent: identity("agent."),
		failed: after("failed."),
		stopped: entries.some(({ name }) => name === "stopped"),
		ended: after("ended.") as RelayReason | undefined,
		exit: after("exit."),
	};
}

export function mark(path: string, name: string): void {
	closeSync(openSync(join(path, name), "a", 0o600));
}

export function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** All of it, whatever the system takes at once. */
export function writeWhole(handle: number, bytes: Uint8Array): void {
	for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
}
