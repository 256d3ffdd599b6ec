import { closeSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { type FileVerdict, verifyLog } from "../../chain/logFile.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption } from "../input/given.ts";
import { Failure, wrongUsage } from "../terminal/failure.ts";
import { count } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

/** Checks an exported log. Nothing but the file is asked, so it works on any machine. */
export async function verify(context: Context, typed: string, options: OptionValues = {}): Promise<void> {
	const lines =
		typed === "-" ? linesOf([Buffer.from(await context.readStdin())]) : readLines(path.resolve(context.cwd, typed));
	const verdict = expected(verifyLog(lines), textOption(options, "lastHash"));
	if (verdict.ok) context.output.result(verdict, () => holds(verdict));
	else {
		if (context.output.json) context.output.result(verdict, "");
		throw new Failure("brokenChain", broken(verdict));
	}
}

/** A log that was rewritten whole fits itself; it does not fit the hash that was noted before. */
function expected(verdict: FileVerdict, lastHash: string | undefined): FileVerdict {
	if (!verdict.ok || lastHash === undefined || verdict.lastHash === lastHash.trim().toLowerCase()) return verdict;
	const reason = `its last hash is ${verdict.lastHash}, not the one that you noted`;
	return { ok: false, line: verdict.events + 1, reason };
}

function holds({ events, goalId, bodies, redacted, lastHash }: FileVerdict & { readonly ok: true }): string {
	const erased = events - bodies - redacted;
	const parts = [
		bodies === events ? "all with their contents" : `${bodies.toLocaleString("en")} with their contents`,
		redacted > 0 ? `${redacted.toLocaleString("en")} redacted` : "",
		erased > 0 ? `${erased.toLocaleString("en")} erased` : "",
	];
	return `${paint.green("✓")} The chain holds: ${count(events, "event")} of goal ${goalId}, ${parts.filter(Boolean).join(", ")}.\n${paint.dim(`last hash ${lastHash}`)}`;
}

function broken({ line, seq, reason }: FileVerdict & { readonly ok: false }): string {
	return `The chain is broken at line ${line}${seq === undefined ? "" : `, event ${seq}`}: ${reason}.`;
}

const chunkBytes = 1024 * 1024;

function* readLines(file: string): Generator<Buffer> {
	let descriptor: number | undefined;
	try {
		descriptor = openSync(file, "r");
		yield* linesOf(chunksOf(descriptor));
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === undefined) throw cause;
		throw wrongUsage(`${file} ${code === "ENOENT" ? "is not there" : `cannot be read (${code})`}.`);
	} finally {
		if (descriptor !== undefined) closeSync(descriptor);
	}
}

function* chunksOf(descriptor: number): Generator<Buffer> {
	for (;;) {
		const chunk = Buffer.alloc(chunkBytes);
		const length = readSync(descriptor, chunk);
		if (length === 0) return;
		yield chunk.subarray(0, length);
	}
}

/** What stands between line feeds; what stands behind the last one is a line too. */
function* linesOf(chunks: Iterable<Buffer>): Generator<Buffer> {
	let begun: Buffer[] = [];
	for (const chunk of chunks) {
		let from = 0;
		for (let feed = chunk.indexOf(10); feed >= 0; feed = chunk.indexOf(10, from)) {
			yield Buffer.concat([...begun, chunk.subarray(from, feed)]);
			begun = [];
			from = feed + 1;
		}
		begun.push(chunk.subarray(from));
	}
	yield Buffer.concat(begun);
}
