import { decoderOf } from "./decoders.ts";
import { isSingleByte } from "./encodeText.ts";
import { type Encoding, utf8 } from "./encoding.ts";
import { utf16Of } from "./utf16.ts";

/**
 * Bytes of unknown origin as text. What says most counts first: a byte order mark, UTF-8 that is valid or nearly so, the
 * encoding that the surroundings declare, the shape of UTF-16, and at last what a detector thinks of the bytes. The
 * detector is read when it is first needed: most bytes are UTF-8.
 */
export type Reading = TextReading | BinaryReading;

export interface TextReading {
	readonly kind: "text";
	/** Without a byte order mark. */
	readonly text: string;
	readonly encoding: Encoding;
	/** The text has replacement characters where bytes meant nothing. */
	readonly isBroken: boolean;
}

export interface BinaryReading {
	readonly kind: "binary";
	/** A media type, where the bytes begin as one does. */
	readonly mediaType?: string;
}

export async function readText(bytes: Uint8Array, declared?: Encoding): Promise<Reading> {
	const encoding = await encodingOf(bytes, declared);
	const reading = encoding && readAs(bytes, encoding);
	return reading && !isGibberish(reading) ? reading : { kind: "binary", mediaType: await mediaTypeOf(bytes) };
}

/** For the parts of a whole whose encoding is known. */
export function readAs(bytes: Uint8Array, encoding: Encoding): TextReading {
	const text = decoderOf(encoding)(bytes).replace(/^\uFEFF/, "");
	return { kind: "text", text, encoding, isBroken: text.includes("\uFFFD") };
}

/** Undefined for what is no text. */
async function encodingOf(bytes: Uint8Array, declared: Encoding | undefined): Promise<Encoding | undefined> {
	const utf16 = utf16Of(bytes);
	if (utf16) return utf16;
	if (bytes.includes(0)) return undefined;
	if (isIso2022Jp(bytes)) return "iso-2022-jp";
	if (isNearlyUtf8(bytes)) return utf8;
	if (declared && decodes(bytes, declared)) return declared;
	return detected(bytes);
}

/**
 * UTF-8 with a few bytes that are none. What makes a sequence of three or four bytes valid does not come about by
 * chance in other encodings; of two it does, so it needs more of them.
 */
function isNearlyUtf8(bytes: Uint8Array): boolean {
	const text = decoderOf(utf8)(bytes);
	if (!text.includes("\uFFFD")) return true;
	let valid = 0;
	let broken = 0;
	for (const character of text) {
		const point = character.codePointAt(0)!;
		if (point === 0xfffd) broken += 1;
		else if (point > 0x7ff) valid += 3;
		else if (point > 0x7f) valid += 1;
	}
	// 0xFF is what devices and cut files leave between text; no text has it as the only letter beyond ASCII.
	return valid >= broken || bytes.every((byte) => byte < 0x80 || byte === 0xff);
}

/** It is written in ASCII, with sequences that switch to Japanese. */
function isIso2022Jp(bytes: Uint8Array): boolean {
	for (let at = bytes.indexOf(0x1b); at >= 0; at = bytes.indexOf(0x1b, at + 1))
		if (bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x42 || bytes[at + 2] === 0x40)) return true;
	return false;
}

function decodes(bytes: Uint8Array, encoding: Encoding): boolean {
	return !decoderOf(encoding)(bytes).includes("\uFFFD");
}

/** Those that text of a command or a file may be in, as the detector names them, with the name that decodes them. */
const candidates: Readonly<Record<string, Encoding>> = {
	gb18030: "gbk",
	big5hkscs: "big5",
	cp932: "shift_jis",
	"euc-jis-2004": "euc-jp",
	cp949: "euc-kr",
	"windows-1252": "windows-1252",
	"windows-1251": "windows-1251",
	"windows-1250": "windows-1250",
	"windows-1253": "windows-1253",
	"windows-1254": "windows-1254",
	"windows-1255": "windows-1255",
	"windows-1256": "windows-1256",
	"windows-1257": "windows-1257",
	"koi8-r": "koi8-r",
	"koi8-u": "koi8-u",
	cp866: "ibm866",
	cp874: "windows-874",
};
/** As the detector writes them in its answers. */
const written: Readonly<Record<string, Encoding>> = { ibm866: "ibm866", big5: "big5", "euc-jp": "euc-jp" };
const western = "windows-1252";
/** Its neighbours on the Latin alphabet, which some words fit as well as they fit the most common of them. */
const latin: readonly Encoding[] = ["windows-1250", "windows-1254", "windows-1257"];
const sampled = 64 * 1024;

async function detected(bytes: Uint8Array): Promise<Encoding | undefined> {
	const { detectAll } = await import("jschardet");
	const found = detectAll(bytes.subarray(0, sampled), {
		detectEncodings: Object.keys(candidates),
		minimumThreshold: 0,
	}).flatMap(({ encoding, confidence }) => {
		const name = encoding?.toLowerCase() ?? "";
		const known = candidates[name] ?? written[name];
		return known ? [{ encoding: known, confidence }] : [];
	});
	const [best] = found.filter(({ encoding }) => isPlausible(decoderOf(encoding)(bytes.subarray(0, sampled)), encoding));
	if (!best) return western;
	const common = found.find(({ encoding }) => encoding === western);
	return common && latin.includes(best.encoding) && common.confidence >= 0.75 * best.confidence
		? western
		: best.encoding;
}

/**
 * Not where bytes stand for nothing, nor where letters of another script stand within words of Latin letters: there an
 * accented letter was taken for one of them. Languages that write no blanks put a Latin word beside their own, but not
 * around one.
 */
function isPlausible(text: string, encoding: Encoding): boolean {
	// The sample may end within a character.
	if (/[\uFFFD\p{Co}\p{Cn}]/u.test(text.slice(0, -1))) return false;
	const foreign = text.match(/[a-z]?(?:(?!\p{Script=Latin})[\p{L}\p{M}])+[a-z]?/giu) ?? [];
	const within = isSingleByte(encoding) ? /^[a-z]|[a-z]$/i : /^[a-z].*[a-z]$/i;
	const mixed = foreign.filter((word) => within.test(word));
	return mixed.length * 3 <= foreign.length;
}

/** Control characters, and what stands for no character, where a reader would look for words. */
function isGibberish({ text, encoding }: TextReading): boolean {
	const sample = text.slice(0, 4096);
	const odd = sample.match(/[\u0001-\u0007\u000e-\u001a\u001c-\u001f\u0080-\u009f\uFFFD\p{Cn}\p{Co}]/gu)?.length ?? 0;
	// UTF-8 proves itself; in any other encoding nearly all bytes stand for something.
	return odd > 2 && odd * (encoding === utf8 ? 10 : 25) > sample.length;
}

async function mediaTypeOf(bytes: Uint8Array): Promise<string | undefined> {
	const { detect } = await import("jschardet");
	const { mimeType } = detect(bytes.subarray(0, sampled));
	return mimeType && !/^text\/|octet-stream$/.test(mimeType) ? mimeType : undefined;
}
