import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Context } from "../context.ts";
import { exitCodes, wrongUsage } from "../failure.ts";
import { count } from "../layout.ts";
import { paint } from "../output.ts";

/**
 * Checks an exported record without a daemon. A line is an event: its header (goal, seq, epoch, time in milliseconds,
 * type), the digest of its body, and a hash over the hash before it and that header. A body that was erased or redacted
 * leaves its digest, so the chain verifies with or without it; a body that is there must match.
 */
export type Verdict =
	| {
			readonly ok: true;
			readonly goalId: string;
			readonly events: number;
			readonly bodies: number;
			readonly lastSeq: number;
			readonly lastHash: string;
	  }
	| { readonly ok: false; readonly line: number; readonly seq?: number; readonly reason: string };

export async function verify(context: Context, typed: string): Promise<number> {
	const verdict = verifyBundle(
		typed === "-" ? await context.readStdin() : readBundle(path.resolve(context.cwd, typed)),
	);
	context.output.result(verdict, () =>
		verdict.ok
			? `${paint.green("✓")} The chain holds: ${count(verdict.events, "event")} of goal ${verdict.goalId}, ${verdict.bodies === verdict.events ? "all with their contents" : `${verdict.bodies} with their contents`}.\n${paint.dim(`last hash ${verdict.lastHash}`)}`
			: `${paint.red("✗")} The chain is broken at line ${verdict.line}${verdict.seq === undefined ? "" : `, event ${verdict.seq}`}: ${verdict.reason}.`,
	);
	return verdict.ok ? exitCodes.done : exitCodes.failed;
}

function readBundle(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		throw wrongUsage(`${file} ${code === "ENOENT" ? "is not there" : `cannot be read (${code})`}.`);
	}
}

interface Line {
	readonly goalId?: unknown;
	readonly seq?: unknown;
	readonly epoch?: unknown;
	readonly at?: unknown;
	readonly type?: unknown;
	readonly body?: unknown;
	readonly salt?: unknown;
	readonly digest?: unknown;
	readonly hash?: unknown;
}

export function verifyBundle(text: string): Verdict {
	let previous: Buffer = Buffer.alloc(32);
	let goalId: string | undefined;
	let events = 0;
	let bodies = 0;
	let lastEpoch = 0;
	let number = 0;
	for (const written of text.split("\n")) {
		number++;
		if (written.trim() === "") continue;
		const line = parseLine(written);
		const seq = typeof line?.seq === "number" ? line.seq : undefined;
		const broken = (reason: string): Verdict => ({ ok: false, line: number, seq, reason });
		if (!line) return broken("it is not a JSON object");
		if (typeof line.goalId === "string") {
			if (goalId !== undefined && goalId !== line.goalId) return broken("the event belongs to another goal");
			goalId = line.goalId;
		}
		// What stands before the first event says what the file is.
		if (seq === undefined && events === 0 && line.hash === undefined) continue;
		if (seq !== events + 1) return broken(`event ${events + 1} should stand here; events are missing or out of order`);
		const { epoch, at, type, digest, hash } = line;
		if (typeof epoch !== "number" || typeof at !== "number" || typeof type !== "string")
			return broken("its header is incomplete");
		if (!isHash(digest) || !isHash(hash)) return broken("its digest or its hash is missing");
		if (epoch < lastEpoch) return broken("its epoch went back");
		const body = bodyText(line.body);
		if (body !== undefined) {
			const salt = Buffer.from(typeof line.salt === "string" ? line.salt : "", "hex");
			if (sha256(salt, body) !== digest) return broken("its contents were changed");
			bodies++;
		}
		goalId ??= goalIn(body);
		if (goalId === undefined) return broken("nothing says which goal it belongs to");
		const header = JSON.stringify([goalId, seq, epoch, at, type, digest]);
		const expected = sha256(previous, header);
		if (expected !== hash) return broken("its header, or an event before it, was changed");
		previous = Buffer.from(expected, "hex");
		lastEpoch = epoch;
		events++;
	}
	if (events === 0) return { ok: false, line: Math.max(1, number), reason: "there are no events in it" };
	return { ok: true, goalId: goalId ?? "", events, bodies, lastSeq: events, lastHash: previous.toString("hex") };
}

function parseLine(text: string): Line | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** As it was stored: its digest covers those very bytes. */
function bodyText(body: unknown): string | undefined {
	if (body === undefined || body === null) return undefined;
	return typeof body === "string" ? body : JSON.stringify(body);
}

function goalIn(body: string | undefined): string | undefined {
	const goalId = body === undefined ? undefined : (parseLine(body)?.goalId as unknown);
	return typeof goalId === "string" ? goalId : undefined;
}

function isHash(value: unknown): value is string {
	return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function sha256(first: Uint8Array, second: string): string {
	return createHash("sha256").update(first).update(second).digest("hex");
}
