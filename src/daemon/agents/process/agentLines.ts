import { closeSync, ftruncateSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { AgentLine } from "./agentProcess.ts";
import { sizeOf, writeWhole } from "./agentSpool.ts";

const chunkBytes = 256 * 1024;
const lineFeed = 10;

/** Every whole line of a file that others append to. */
export async function wholeLinesOf(file: string): Promise<readonly string[]> {
	const bytes = await readFile(file);
	const last = bytes.lastIndexOf(lineFeed);
	return last < 0 ? [] : bytes.subarray(0, last).toString().split("\n");
}

export interface Following {
	/** Nothing is appended any more. */
	isOver(): boolean;
	/** Resolves when there may be more to read, or nothing ever again. */
	more(): Promise<void>;
	/** Everything before the offset was handed out and taken. */
	onRead(offset: number): void;
	readonly signal: AbortSignal;
}

/** The lines of a file that is appended to, from an offset on, as they come. What is behind the last line break when it is over is left out. */
export async function* followLines(file: string, from: number, following: Following): AsyncGenerator<AgentLine> {
	const handle = openSync(file, "r");
	const { signal } = following;
	const chunk = Buffer.allocUnsafe(chunkBytes);
	/** What was read behind the last whole line. */
	let rest: readonly Buffer[] = [];
	let restBytes = 0;
	let end = from;
	try {
		while (!signal.aborted) {
			// Asked before it is read: what is over then is read whole.
			const isOver = following.isOver();
			const count = readSync(handle, chunk, 0, chunkBytes, end + restBytes);
			const bytes = Buffer.from(chunk.subarray(0, count));
			let begin = 0;
			for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, begin)) {
				const line = Buffer.concat([...rest, bytes.subarray(begin, at)]);
				rest = [];
				restBytes = 0;
				begin = at + 1;
				end += line.length + 1;
				yield { line: line.toString(), end };
				if (signal.aborted) return;
			}
			if (begin < count) rest = [...rest, bytes.subarray(begin)];
			restBytes += count - begin;
			following.onRead(end + restBytes);
			if (count > 0) await nextTurn();
			else if (isOver) return;
			else await following.more();
		}
	} finally {
		closeSync(handle);
	}
}

/** Where lines are appended for the program. */
export interface LineInput {
	write(line: string): void;
	close(): void;
}

/** A line that a daemon was killed in the middle of never reached the program, and goes. */
export function openInput(path: string): LineInput {
	const file = join(path, "in");
	const handle = openSync(file, "r+");
	let size = wholeBytes(handle, sizeOf(file));
	ftruncateSync(handle, size);
	closeSync(handle);
	const appending = openSync(file, "a");
	return {
		write(line) {
			const bytes = Buffer.from(`${line}\n`);
			try {
				writeWhole(appending, bytes);
				size += bytes.length;
			} catch (cause) {
				ftruncateSync(appending, size);
				throw cause;
			}
		},
		close: () => closeSync(appending),
	};
}

/** Up to and with the last line break. */
function wholeBytes(handle: number, size: number): number {
	const chunk = Buffer.allocUnsafe(65536);
	for (let to = size; to > 0; ) {
		const from = Math.max(0, to - chunk.length);
		const count = readSync(handle, chunk, 0, to - from, from);
		const last = chunk.subarray(0, count).lastIndexOf(lineFeed);
		if (last >= 0) return from + last + 1;
		to = from;
	}
	return 0;
}
