import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { AgentEnd } from "./agentProcess.ts";
import type { AgentMarks, RelayLimits } from "./agentSpool.ts";

/** How it ended, told from its spool. The same spool tells the same for ever. */
export function agentEnd(path: string, marks: AgentMarks, limits: RelayLimits, isOfEarlierBoot: boolean): AgentEnd {
	const exitCode = marks.exit !== undefined && /^\d+$/.test(marks.exit) ? Number(marks.exit) : undefined;
	const signal = marks.exit !== undefined && exitCode === undefined ? marks.exit : undefined;
	const errorTail = `${endOf(join(path, "err.before"))}${endOf(join(path, "err"))}`.slice(-tailChars).trim();
	return { exitCode, signal, wasStopped: marks.stopped || marks.ended === "alone", errorTail, reason: why() };

	function why(): string {
		if (marks.ended) return relayReasons[marks.ended](limits);
		if (marks.stopped) return "The agent's program was stopped by Mission Control.";
		if (signal !== undefined) return `The agent's program was ended by ${signal}.`;
		if (exitCode !== undefined) return `The agent's program ended by itself with exit code ${exitCode}.`;
		if (isOfEarlierBoot) return "The machine was started anew, and the agent's program with it ended.";
		return "The agent's program runs no more, and how it ended is not known.";
	}
}

const relayReasons: Readonly<Record<NonNullable<AgentMarks["ended"]>, (limits: RelayLimits) => string>> = {
	line: ({ maxLineBytes }) =>
		`The agent's program was ended because it printed a line of more than ${size(maxLineBytes)}, which no agent does that keeps to the protocol.`,
	output: ({ maxOutputBytes }) =>
		`The agent's program was ended because it printed more than ${size(maxOutputBytes)}, which would fill the disk.`,
	alone: ({ aloneMs }) => `The agent's program was ended because no daemon was there for ${duration(aloneMs)}.`,
};

export function programMissing(program: string): string {
	return `The agent's program ${program} does not exist or cannot be executed. Install it, or name another one in config.jsonc.`;
}

export function folderMissing(folder: string): string {
	return `The folder ${folder} does not exist, so the agent was not started in it. Create it or choose another one.`;
}

/** Of what the system says, as a sentence. */
export function notStarted(code: string | undefined, program: string): string {
	if (code === "ENOENT" || code === "EACCES" || code === "ENOEXEC") return programMissing(program);
	if (code === undefined) return relayFailed;
	const reason = reasons[code] ?? `the system refused it (${code}). Try it in a terminal`;
	return `The agent was not started because ${reason}.`;
}

const relayFailed =
	"The agent was not started because its relay did not begin. Check the space and permissions of the data folder.";
const full = "the disk of the data folder is full. Free some space and try again";
const crowded = "the machine allows no more processes or memory. End some and try again";
const reasons: Readonly<Record<string, string>> = {
	ENOSPC: full,
	EDQUOT: full,
	EROFS: "the data folder cannot be written. Check its owner and permissions",
	EAGAIN: crowded,
	ENOMEM: crowded,
	EMFILE: "the daemon has too many files open. Wait for other work to end",
	E2BIG: "its arguments and environment are too large for this system. Make them smaller",
	ERR_INVALID_ARG_VALUE: "its arguments or environment contain a NUL character. Remove it",
};

const tailChars = 8 * 1024;

function endOf(file: string): string {
	let handle: number;
	try {
		handle = openSync(file, "r");
	} catch {
		return "";
	}
	try {
		const from = Math.max(0, fstatSync(handle).size - 4 * tailChars);
		const bytes = Buffer.alloc(4 * tailChars);
		return bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, from)).toString();
	} finally {
		closeSync(handle);
	}
}

function size(bytes: number): string {
	return bytes >= 1 << 20 ? `${Math.round(bytes / (1 << 20))} MiB` : `${bytes.toLocaleString("en-US")} bytes`;
}

function duration(ms: number): string {
	const hours = Math.round(ms / 3_600_000);
	return hours > 0 ? `${hours} ${hours === 1 ? "hour" : "hours"}` : `${Math.round(ms / 1000)} seconds`;
}
