import { decoderOf } from "./decoders.ts";
import { isSingleByte } from "./encodeText.ts";
import { type Encoding, utf8 } from "./encoding.ts";

/** The first `maxBytes` of `bytes`, without the character that the cut went through. */
export function headBytes(bytes: Uint8Array, maxBytes: number, encoding: Encoding = utf8): Uint8Array {
	if (bytes.length <= maxBytes) return bytes;
	let end = maxBytes;
	if (encoding === utf8) {
		while (end > maxBytes - 4 && end > 0 && isContinuation(bytes[end])) end--;
		return bytes.subarray(0, end);
	}
	if (isSingleByte(encoding)) return bytes.subarray(0, end);
	// A character of the others has at most four bytes; what is cut off is what a decoder cannot end.
	while (end > maxBytes - 4 && end > 0 && endsInside(bytes.subarray(0, end), encoding)) end--;
	return bytes.subarray(0, end);
}

/**
 * The last `maxBytes` of `bytes`, from the beginning of a character on. `offset` is where `bytes` begin in the whole, for
 * UTF-16.
 */
export function tailBytes(bytes: Uint8Array, maxBytes: number, encoding: Encoding = utf8, offset = 0): Uint8Array {
	if (bytes.length <= maxBytes) return fromCharacter(bytes, encoding, offset, offset === 0);
	return fromCharacter(bytes.subarray(bytes.length - maxBytes), encoding, offset + bytes.length - maxBytes, false);
}

function fromCharacter(bytes: Uint8Array, encoding: Encoding, offset: number, isBeginning: boolean): Uint8Array {
	if (isBeginning || isSingleByte(encoding)) return bytes;
	if (encoding === utf8) {
		let start = 0;
		while (start < 4 && isContinuation(bytes[start])) start++;
		return bytes.subarray(start);
	}
	if (isUtf16(encoding)) {
		const start = offset % 2;
		const lowSurrogate = (bytes[encoding === "utf-16le" ? start + 1 : start] ?? 0) >> 2 === 0b110111;
		return bytes.subarray(lowSurrogate ? start + 2 : start);
	}
	// Below 0x30 a byte stands for itself in each of them: behind one a character begins.
	const safe = bytes.subarray(0, resyncBytes).findIndex((byte) => byte < 0x30);
	if (safe >= 0) return bytes.subarray(safe + 1);
	// Of two ways to read a long line without blanks one has fewer bytes that mean nothing.
	const [even, odd] = [0, 1].map((start) => brokenIn(bytes.subarray(start, resyncBytes), encoding));
	return bytes.subarray(even! <= odd! ? 0 : 1);
}

const resyncBytes = 512;

function brokenIn(bytes: Uint8Array, encoding: Encoding): number {
	return decoderOf(encoding)(bytes).match(/\uFFFD/g)?.length ?? 0;
}

function endsInside(bytes: Uint8Array, encoding: Encoding): boolean {
	if (isUtf16(encoding)) {
		const high = bytes.at(encoding === "utf-16le" ? -1 : -2) ?? 0;
		return bytes.length % 2 === 1 || high >> 2 === 0b110110;
	}
	const decoder = new TextDecoder(encoding);
	const open = decoder.decode(bytes, { stream: true });
	return open.length < decoderOf(encoding)(bytes).length;
}

function isUtf16(encoding: Encoding): boolean {
	return encoding === "utf-16le" || encoding === "utf-16be";
}

function isContinuation(byte: number | undefined): boolean {
	return byte !== undefined && (byte & 0xc0) === 0x80;
}
