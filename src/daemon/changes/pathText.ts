/**
 * File names are bytes; most are UTF-8, some are not. Inside this folder a path is a "byte string": one character per
 * byte (latin1), which compares, splits and hashes exactly as git does. Towards the rest of the daemon a path is text:
 * UTF-8 is decoded, and a byte that is not UTF-8 becomes the lone surrogate U+DC80…U+DCFF, which survives JSON and
 * turns back into the same byte.
 */

/** The text of a byte string. */
export function toText(bytes: string): string {
	if (isAscii(bytes)) return bytes;
	const buffer = Buffer.from(bytes, "latin1");
	try {
		return strict.decode(buffer);
	} catch {
		return decodeLoosely(buffer);
	}
}

/** The byte string of a text made by `toText`, or of any ordinary text. */
export function toBytes(text: string): string {
	if (isAscii(text)) return text;
	let bytes = "";
	let from = 0;
	for (const match of text.matchAll(loneByte)) {
		bytes += Buffer.from(text.slice(from, match.index), "utf8").toString("latin1");
		bytes += String.fromCharCode(text.charCodeAt(match.index) - 0xdc00);
		from = match.index + 1;
	}
	return bytes + Buffer.from(text.slice(from), "utf8").toString("latin1");
}

/** What `node:fs` takes as the path: a plain string costs less than a Buffer, so ASCII stays a string. */
export function toFsPath(bytes: string): string | Buffer {
	return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1");
}

/** Whether the text holds a byte that is not UTF-8, and therefore cannot be an argument of a process. */
export function hasLoneByte(text: string): boolean {
	return text.search(loneByte) >= 0;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
// With the "u" flag this range matches lone surrogates only, never the half of a pair.
const loneByte = /[\u{dc80}-\u{dcff}]/gu;

function isAscii(text: string): boolean {
	return !/[^\x00-\x7f]/.test(text);
}

function decodeLoosely(buffer: Buffer): string {
	let text = "";
	for (let at = 0; at < buffer.length; ) {
		const length = sequenceLength(buffer[at]!);
		const piece = buffer.subarray(at, at + length);
		try {
			text += strict.decode(piece);
			at += length;
		} catch {
			text += String.fromCharCode(0xdc00 + buffer[at]!);
			at += 1;
		}
	}
	return text;
}

function sequenceLength(lead: number): number {
	if (lead < 0xc0) return 1;
	if (lead < 0xe0) return 2;
	return lead < 0xf0 ? 3 : 4;
}
