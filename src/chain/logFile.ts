import { createHash } from "node:crypto";
import { type ChainedEvent, createChainCheck } from "./chain.ts";

/**
 * The file that a goal's log is exported into, and its proof. One line an event, as JSON, with everything that its
 * place in the chain of hashes needs; a last line says how many events there are and the hash they lead to, so that a
 * file that was cut off is noticed.
 *
 * A body that may not leave is withheld together with its salt: its digest stays, so the chain verifies, and what is
 * shown in its place stands beside it in the open, with a digest of its own.
 *
 * There is one way to write a line. Whatever is written in another way was changed, so no byte of the file can be
 * changed without its line being named. The chain holds no secret: who rewrites all of it from one line to the end is
 * found by the last hash that was noted elsewhere.
 */
export function eventLine(event: ChainedEvent, shown?: string): string {
	const { goalId, seq, epoch, at, type, body, digest, salt, hash } = event;
	const header = { goalId, seq, epoch, at, type };
	if (shown === undefined || body === undefined) return JSON.stringify({ ...header, body, digest, salt, hash });
	return JSON.stringify({ ...header, redactedBody: shown, redactedDigest: sha256(shown), digest, hash });
}

/** The last line. */
export function endLine(goalId: string, events: number, lastHash: string): string {
	return JSON.stringify({ end: goalId, events, lastHash });
}

export type FileVerdict =
	| {
			readonly ok: true;
			readonly goalId: string;
			readonly events: number;
			/** Events whose contents are there and match. */
			readonly bodies: number;
			/** Events whose contents are withheld, and something redacted is shown in their place. */
			readonly redacted: number;
			readonly lastSeq: number;
			readonly lastHash: string;
	  }
	| { readonly ok: false; readonly line: number; readonly seq?: number; readonly reason: string };

/** `lines` without their line feeds; a file that ends with a line feed has an empty last one. */
export function verifyLog(lines: Iterable<Uint8Array>): FileVerdict {
	const chain = createChainCheck();
	let goalId = "";
	let bodies = 0;
	let redacted = 0;
	let number = 0;
	let ended = false;
	/** Behind the last line feed. */
	let closed = false;
	for (const bytes of lines) {
		number++;
		const broken = (reason: string, seq?: number): FileVerdict => ({ ok: false, line: number, seq, reason });
		if (closed) return { ok: false, line: number - 1, reason: "the line is empty" };
		if (bytes.length === 0) {
			closed = true;
			continue;
		}
		if (ended) return broken("something was added after the end");
		const read = readLine(bytes);
		if (typeof read === "string") return broken(read);
		if ("end" in read) {
			if (chain.events === 0) return broken("there are no events in it");
			if (read.end !== goalId) return broken("the last line belongs to another goal");
			if (read.events !== chain.events)
				return broken(`the last line tells of ${read.events} events, and ${chain.events} are there`);
			if (read.lastHash !== chain.lastHash) return broken("the last line does not fit the events before it");
			ended = true;
			continue;
		}
		const reason = chain.problem(read.event);
		if (reason !== undefined) return broken(reason, read.event.seq);
		goalId = read.event.goalId;
		if (read.event.body !== undefined) bodies++;
		if (read.isRedacted) redacted++;
	}
	const { events, lastHash } = chain;
	const cutOff = (reason: string): FileVerdict => ({ ok: false, line: Math.max(1, number), reason });
	if (events === 0) return cutOff("there are no events in it");
	if (!ended) return cutOff(`the file was cut off after event ${events}: its last line is missing`);
	if (!closed) return cutOff("the file was cut off: its last line is not finished");
	return { ok: true, goalId, events, bodies, redacted, lastSeq: events, lastHash };
}

type Line =
	| { readonly end: string; readonly events: number; readonly lastHash: string }
	| { readonly event: ChainedEvent; readonly isRedacted: boolean };

/** A line of the log, or what is wrong with it. */
function readLine(bytes: Uint8Array): Line | string {
	const written = decode(bytes);
	const fields = written === undefined ? undefined : parse(written);
	if (!fields) return "it is not a JSON object";
	if (written?.endsWith("\r")) return "its line ending was changed: the file was converted on its way";
	if (typeof fields.end === "string") {
		const { end, events, lastHash } = fields;
		if (typeof events !== "number" || !isHash(lastHash)) return "the last line is incomplete";
		return endLine(end, events, lastHash) === written ? { end, events, lastHash } : notOurs;
	}
	const { goalId, seq, epoch, at, type, body, digest, salt, hash, redactedBody, redactedDigest } = fields;
	if (typeof goalId !== "string" || typeof type !== "string") return "its header is incomplete";
	if (!isNumber(seq) || !isNumber(epoch) || !isNumber(at)) return "its header is incomplete";
	if (!isHash(digest) || !isHash(hash)) return "its digest or its hash is missing";
	if (!isTextOrAbsent(body) || !isTextOrAbsent(redactedBody)) return notOurs;
	if (salt !== undefined && !isSalt(salt)) return "its salt was changed";
	if (body !== undefined && redactedBody !== undefined) return "its contents are there twice";
	if (redactedBody !== undefined && sha256(redactedBody) !== redactedDigest)
		return "what is shown in place of its contents was changed";
	const event = { goalId, seq, epoch, at, type, body, digest, salt, hash };
	const isRedacted = redactedBody !== undefined;
	// The salt of a withheld body would let it be guessed.
	const canonical = isRedacted ? eventLine({ ...event, body: "", salt: undefined }, redactedBody) : eventLine(event);
	return canonical === written ? { event, isRedacted } : notOurs;
}

const notOurs = "it is not written the way the daemon writes it";

function decode(bytes: Uint8Array): string | undefined {
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parse(text: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}

function isNumber(value: unknown): value is number {
	return typeof value === "number";
}

function isTextOrAbsent(value: unknown): value is string | undefined {
	return value === undefined || typeof value === "string";
}

function isHash(value: unknown): value is string {
	return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isSalt(value: unknown): value is string {
	return typeof value === "string" && /^(?:[0-9a-f]{2})+$/.test(value);
}

function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}
