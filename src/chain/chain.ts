import { createHash, randomFillSync } from "node:crypto";

/**
 * The chain that makes a log tamper-evident. Each event has a header (goal, seq, epoch, time, type and the digest of
 * its body), and its hash covers that header and the hash before it. The digest is salted, so an erased or redacted
 * body cannot be guessed from it, and the chain verifies with or without bodies. Thread and step are columns for
 * finding rows; they stand in the body and are covered there.
 */
export interface Header {
	readonly goalId: string;
	readonly seq: number;
	readonly epoch: number;
	/** Milliseconds since the epoch of computers. */
	readonly at: number;
	readonly type: string;
}

/** An event with what proves it. Body and salt are undefined where the body was erased or is withheld. */
export interface ChainedEvent extends Header {
	readonly body: string | undefined;
	/** Hex. */
	readonly digest: string;
	/** Hex. */
	readonly salt: string | undefined;
	/** Hex. */
	readonly hash: string;
}

export type ChainVerdict =
	| { readonly ok: true; readonly events: number; readonly lastHash: string }
	| { readonly ok: false; readonly seq: number; readonly reason: string };

/** What the first event of a goal takes for the hash before it. */
export const genesisHash: Buffer = Buffer.alloc(32);

/** 16 random bytes, taken from a supply: asking the system for each costs more than hashing the event. */
export function newSalt(): Buffer {
	if (usedSupply === supply.length) {
		randomFillSync(supply);
		usedSupply = 0;
	}
	usedSupply += saltBytes;
	return Buffer.from(supply.subarray(usedSupply - saltBytes, usedSupply));
}

const saltBytes = 16;
const supply = Buffer.alloc(256 * saltBytes);
let usedSupply = supply.length;

/** SHA-256 over the salt's bytes and the body's UTF-8. */
export function digestOf(salt: Uint8Array, body: Uint8Array | string): Buffer {
	return createHash("sha256").update(salt).update(body).digest();
}

/** SHA-256 over the previous hash's bytes and the UTF-8 of `JSON.stringify([goalId, seq, epoch, at, type, hex digest])`. */
export function hashOf(previous: Uint8Array, header: Header, digest: Buffer): Buffer {
	const { goalId, seq, epoch, at, type } = header;
	const canonical = JSON.stringify([goalId, seq, epoch, at, type, digest.toString("hex")]);
	return createHash("sha256").update(previous).update(canonical).digest();
}

/** Follows the events of one goal, oldest first. */
export interface ChainCheck {
	/** What is wrong with the next event; undefined when it continues the chain. */
	problem(event: ChainedEvent): string | undefined;
	/** How many events continued the chain. */
	readonly events: number;
	/** Hex. */
	readonly lastHash: string;
}

/** Begins at event 1, or behind the event whose hash is `previousHash`. */
export function createChainCheck(previousHash?: string): ChainCheck {
	let previous = previousHash === undefined ? genesisHash : Buffer.from(previousHash, "hex");
	let before: Header | undefined;
	let events = 0;
	return {
		problem(event) {
			const expectedSeq = before === undefined ? (previousHash === undefined ? 1 : event.seq) : before.seq + 1;
			if (event.seq !== expectedSeq)
				return `event ${expectedSeq} should stand here; events are missing or out of order`;
			if (before !== undefined && before.goalId !== event.goalId) return "the event belongs to another goal";
			if (before !== undefined && event.epoch < before.epoch) return "its epoch went back";
			if (event.body !== undefined) {
				const salt = Buffer.from(event.salt ?? "", "hex");
				if (digestOf(salt, event.body).toString("hex") !== event.digest) return "its contents were changed";
			}
			const hash = hashOf(previous, event, Buffer.from(event.digest, "hex"));
			if (hash.toString("hex") !== event.hash) return "its header, or an event before it, was changed";
			previous = hash;
			before = event;
			events++;
			return undefined;
		},
		get events() {
			return events;
		},
		get lastHash() {
			return previous.toString("hex");
		},
	};
}

/** Checks consecutive events of one goal. A body that is missing is not checked; one that is there must match its digest. */
export function verifyChain(events: Iterable<ChainedEvent>, previousHash?: string): ChainVerdict {
	const check = createChainCheck(previousHash);
	for (const event of events) {
		const reason = check.problem(event);
		if (reason !== undefined) return { ok: false, seq: event.seq, reason };
	}
	return { ok: true, events: check.events, lastHash: check.lastHash };
}
