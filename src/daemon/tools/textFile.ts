import { encodeText } from "../text/encodeText.ts";
import { readText } from "../text/readText.ts";

/** Text as the tools understand it. A byte order mark stays part of UTF-8, so that it is written back. */

/** A file's text, and the encoding that is not UTF-8; undefined when the bytes are no text. */
export async function readFileText(bytes: Uint8Array): Promise<{ text: string; encoding?: string } | undefined> {
	const plain = decodeText(bytes);
	if (plain !== undefined) return { text: plain };
	const reading = await readText(bytes);
	return reading.kind === "text" ? { text: reading.text, encoding: reading.encoding } : undefined;
}

/** The same in other words: undefined when not all of it can be written in the encoding, or the file would not come back. */
export async function rewriteText(
	before: Uint8Array,
	change: (text: string) => string,
): Promise<{ bytes: Uint8Array } | { encoding: string } | undefined> {
	const read = await readFileText(before);
	if (!read) return undefined;
	if (read.encoding === undefined) return { bytes: Buffer.from(change(read.text), "utf8") };
	const mark = markOf(before, read.encoding);
	const write = (text: string) => {
		const written = encodeText(text, read.encoding!);
		return written && Buffer.concat([mark, written]);
	};
	// What the decoder could not read, or reads in more than one way, would be lost on the way back.
	if (!write(read.text)?.equals(before)) return { encoding: read.encoding };
	const bytes = write(change(read.text));
	return bytes ? { bytes } : { encoding: read.encoding };
}

function markOf(bytes: Uint8Array, encoding: string): Uint8Array {
	const hasMark =
		encoding.startsWith("utf-16") &&
		((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff));
	return hasMark ? bytes.subarray(0, 2) : new Uint8Array();
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined when the bytes are not UTF-8, or hold a NUL. */
export function decodeText(bytes: Uint8Array): string | undefined {
	if (bytes.includes(0)) return undefined;
	try {
		return utf8.decode(bytes);
	} catch {
		return undefined;
	}
}
