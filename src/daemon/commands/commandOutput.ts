import { createHash, randomUUID } from "node:crypto";
import {
	closeSync,
	createReadStream,
	existsSync,
	fstatSync,
	openSync,
	readFileSync,
	readSync,
	statSync,
} from "node:fs";
import { appendFile, copyFile, link, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder } from "../platform/durableFolder.ts";
import { headBytes, tailBytes } from "../text/cutBytes.ts";
import { declaredEncoding } from "../text/declaredEncoding.ts";
import { utf8 } from "../text/encoding.ts";
import { type Reading, readAs, readText } from "../text/readText.ts";
import { utf16Of } from "../text/utf16.ts";
import type { CommandOutput, CommandSpec } from "./command.ts";
import { readableStream, readableText } from "./readableText.ts";
import { outputPath, type SpoolState, type Spools } from "./spool.ts";

/**
 * What a command printed, from the files of its spool: `out` holds the beginning, up to the cap. Of a longer output
 * `tail.0` and `tail.1` hold pieces of the end, written in turn; the last 64 KiB are in them. Output that an outcome
 * does not carry whole, or not byte for byte, is kept as one file under outputs/: the beginning, a line that says how much
 * is left out, the end.
 */
export async function readOutput(
	spools: Spools,
	spec: CommandSpec,
	path: string,
	state: SpoolState,
): Promise<CommandOutput> {
	const out = join(path, "out");
	const stored = sizeOf(out);
	const tail = readTail(path, state);
	// The runner's count lacks what it could not write to a full disk, or is missing when it was killed.
	const bytes = Math.max(state.drained?.bytes ?? 0, stored + tail.length);
	if (bytes <= inlineBytes && stored === bytes) {
		const all = stored === 0 ? Buffer.alloc(0) : readFileSync(out);
		const sha256 = createHash("sha256").update(all).digest("hex");
		const reading = await readText(all, await declaredEncoding(spec.env));
		const head = readableText(reading, all);
		if (isFaithful(reading)) return { head, tail: "", bytes, sha256, path: "" };
		const path = await keep(out, outputPath(spools, spec.id), 0, tail, state.drained !== undefined);
		return { head, tail: "", bytes, sha256, path, encoding: encodingOf(reading) };
	}
	const begin = readPart(out, 0, inlineBytes);
	const end = Buffer.concat([readPart(out, Math.max(0, stored - inlineBytes), inlineBytes), tail]);
	const file = await keep(out, outputPath(spools, spec.id), bytes - stored, tail, state.drained !== undefined);
	const kept = { bytes, sha256: await digestOf(file), path: file };
	const reading = await readText(sampleOf(begin, end), await declaredEncoding(spec.env));
	if (reading.kind === "binary")
		return { head: readableText(reading, begin, bytes), tail: "", ...kept, encoding: "binary" };
	const { encoding } = reading;
	const part = (cut: Uint8Array) => readableText(readAs(cut, encoding), cut);
	return {
		head: part(headBytes(begin, inlineBytes / 2, encoding)),
		tail: part(tailBytes(end, inlineBytes / 2, encoding, bytes - end.length)),
		...kept,
		encoding: encodingOf(reading),
	};
}

/** Whole lines of both ends: by them it is told what the rest is in. */
function sampleOf(begin: Buffer, end: Buffer): Buffer {
	if (utf16Of(begin)) return begin;
	const [last, first] = [begin.lastIndexOf(lineFeed), end.indexOf(lineFeed)];
	return Buffer.concat([last < 0 ? begin : begin.subarray(0, last + 1), first < 0 ? end : end.subarray(first)]);
}

const lineFeed = 10;

/** The bytes can be made of the text again. */
function isFaithful(reading: Reading): boolean {
	return reading.kind === "text" && reading.encoding === utf8 && !reading.isBroken;
}

function encodingOf(reading: Reading): string | undefined {
	if (reading.kind === "binary") return "binary";
	return reading.encoding === utf8 ? undefined : reading.encoding;
}

/** Hands over what the command prints, as it comes, up to the cap. The function returned ends it. */
export function streamOutput(
	path: string,
	maxBytes: number,
	onOutput: (text: string) => void,
): (isComplete: boolean) => void {
	const decode = readableStream();
	const chunk = Buffer.alloc(65536);
	let fd: number | undefined;
	let position = 0;

	function pump(): void {
		fd ??= openIfThere(join(path, "out"));
		while (fd !== undefined && position < maxBytes) {
			const count = readSync(fd, chunk, 0, Math.min(chunk.length, maxBytes - position), position);
			if (count === 0) return;
			position += count;
			const text = decode(chunk.subarray(0, count));
			if (text !== "") onOutput(text);
		}
	}

	const timer = setInterval(pump, streamIntervalMs);
	return (isComplete) => {
		clearInterval(timer);
		if (isComplete) pump();
		if (fd !== undefined) closeSync(fd);
		fd = undefined;
	};
}

/** Head and tail together. */
const inlineBytes = 32 * 1024;
const tailMaxBytes = 64 * 1024;
const streamIntervalMs = 80;

/** The end of the output that came after `out` was full, at most 64 KiB. */
function readTail(path: string, state: SpoolState): Buffer {
	const files = [join(path, "tail.0"), join(path, "tail.1")] as const;
	const turn = state.drained?.turn ?? (modifiedMs(files[1]) > modifiedMs(files[0]) ? 1 : 0);
	const parts = [files[turn === 0 ? 1 : 0], files[turn === 0 ? 0 : 1]].map((file) =>
		readPart(file, Math.max(0, sizeOf(file) - tailMaxBytes), tailMaxBytes),
	);
	return Buffer.from(tailBytes(Buffer.concat(parts), tailMaxBytes));
}

/**
 * Puts the kept output together under a name of its own, in one step, so that an interrupted attempt leaves nothing.
 * On a full disk it stays in the spool, without its end. Resolves with the file.
 */
async function keep(out: string, kept: string, beyond: number, tail: Buffer, isFinal: boolean): Promise<string> {
	if (sizeOf(kept) > 0) {
		// Who put it there may have been killed before its name was durable.
		syncFolder(dirname(kept));
		return kept;
	}
	const fresh = `${kept}.${randomUUID()}`;
	try {
		// A file that is not written any more needs no copy.
		if (beyond === 0 && isFinal) await link(out, fresh).catch(() => copyIfThere(out, fresh));
		else await copyIfThere(out, fresh);
		if (beyond > 0) {
			const missing = beyond - tail.length;
			const note = missing > 0 ? `\n[${missing.toLocaleString("en-US")} bytes are left out here]\n` : "";
			await appendFile(fresh, Buffer.concat([Buffer.from(note), tail]));
		}
		// The log names it with its hash as soon as this returns.
		await syncFile(fresh);
		await rename(fresh, kept);
		syncFolder(dirname(kept));
		return kept;
	} catch (error) {
		if (!["ENOSPC", "EDQUOT"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
		return out;
	} finally {
		await rm(fresh, { force: true });
	}
}

/** After a power cut the record of an end may be there, and what was printed not. */
async function copyIfThere(from: string, to: string): Promise<void> {
	if (existsSync(from)) await copyFile(from, to);
	else await writeFile(to, "");
}

async function syncFile(file: string): Promise<void> {
	const handle = await open(file, "r+");
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

async function digestOf(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) hash.update(chunk);
	return hash.digest("hex");
}

function readPart(file: string, from: number, maxBytes: number): Buffer {
	const fd = openIfThere(file);
	if (fd === undefined) return Buffer.alloc(0);
	try {
		const part = Buffer.alloc(Math.min(maxBytes, Math.max(0, fstatSync(fd).size - from)));
		return part.subarray(0, readSync(fd, part, 0, part.length, from));
	} finally {
		closeSync(fd);
	}
}

function openIfThere(file: string): number | undefined {
	try {
		return openSync(file, "r");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw error;
	}
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function modifiedMs(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
