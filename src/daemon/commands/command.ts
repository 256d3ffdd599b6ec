import type { Start } from "../policy/sandbox/sandbox.ts";

/** One run of a command: what is asked for, and what came of it. */
export interface CommandSpec {
	/** Names this run of the command, for ever: at most 180 bytes. */
	readonly id: string;
	readonly command: string;
	/** An absolute path. */
	readonly cwd: string;
	/** The whole environment (see commandEnvironment.ts). */
	readonly env: Readonly<Record<string, string>>;
	/** It runs inside walls, or not at all. */
	readonly sandbox?: Pick<Start, "workspace" | "network">;
	/** 0 means no limit. While no daemon lives it is kept to the second. */
	readonly timeoutMs: number;
	/** What is kept of the output, rounded up to a block of 16 KiB. The end of a longer output is kept as well. */
	readonly maxBytes: number;
}

export interface RunOptions {
	onOutput?(text: string): void;
	readonly signal?: AbortSignal;
	/** False: one that has not begun does not begin now either; the outcome is then `notBegun`. */
	readonly begin?: boolean;
}

export type CommandOutcome =
	| {
			readonly kind: "exited";
			/** As a shell reports it: 128 + n for a command that signal n ended. */
			readonly exitCode: number;
			/** The name of signal n where `exitCode` is 128 + n. */
			readonly signal?: string;
			readonly timedOut: boolean;
			readonly durationMs: number;
			readonly output: CommandOutput;
	  }
	/** Ended by `stop`. */
	| { readonly kind: "stopped"; readonly durationMs: number; readonly output: CommandOutput }
	/** It began, runs no more, and left no record of its end. */
	| { readonly kind: "unknown"; readonly output: CommandOutput }
	/** It did not begin, and a person reads the reason. Running it again starts it anew. */
	| { readonly kind: "notStarted"; readonly reason: string }
	/** It has never begun, and was not to begin. */
	| { readonly kind: "notBegun" };

export interface CommandOutput {
	/** Readable text: all of the output when it is small, else its beginning. Data that is no text is described. */
	readonly head: string;
	/** Readable text: the end of an output of which `head` is only the beginning, else empty. */
	readonly tail: string;
	/** How many bytes the command printed, kept or not. */
	readonly bytes: number;
	/** Hex, over the bytes that were kept: those of `path`, where there is one. */
	readonly sha256: string;
	/** The file with all that was kept, where head and tail do not hold it all, byte for byte. Empty otherwise. */
	readonly path: string;
	/** What the bytes were read as, where that is not UTF-8; `binary` for what is no text. */
	readonly encoding?: string;
}
