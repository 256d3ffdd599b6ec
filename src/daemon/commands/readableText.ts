/**
 * Output of commands as people and models can read it. The bytes themselves stay in the file; here colours and cursor
 * movements go, a line that was drawn over and over (a progress bar) is shown as it stood last, bytes that are no UTF-8
 * become U+FFFD, and data that is no text at all is described instead of shown.
 */
export function readableText(bytes: Uint8Array): string {
	if (isBinary(bytes)) return describeBinary(bytes);
	return tidy(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
}

/** The first `maxBytes` of `bytes`, without the character that the cut went through. */
export function headBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
	if (bytes.length <= maxBytes) return bytes;
	let end = maxBytes;
	while (end > maxBytes - 4 && end > 0 && isContinuation(bytes[end])) end--;
	return bytes.subarray(0, end);
}

/** The last `maxBytes` of `bytes`, without the character that the cut went through. */
export function tailBytes(bytes: Uint8Array, maxBytes: number): Uint8Array {
	if (bytes.length <= maxBytes) return bytes;
	let start = bytes.length - maxBytes;
	while (start < bytes.length - maxBytes + 4 && isContinuation(bytes[start])) start++;
	return bytes.subarray(start);
}

/** Text for output that arrives in pieces: a character or an escape sequence may be cut anywhere. */
export function readableStream(): (bytes: Uint8Array) => string {
	const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
	let held = "";
	return (bytes) => {
		const text = held + decoder.decode(bytes, { stream: true });
		const escapeAt = text.lastIndexOf("\u001b");
		const isOpen = escapeAt >= 0 && text.length - escapeAt < 64 && !sequence.test(text.slice(escapeAt));
		held = isOpen ? text.slice(escapeAt) : "";
		return withoutControls(isOpen ? text.slice(0, escapeAt) : text);
	};
}

const sequenceSource = [
	"\\[[0-?]*[ -/]*[@-~]", // colours, cursor
	"\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)", // titles, links
	"[PX^_][^\u001b]*\u001b\\\\", // device strings
	"[ -/]*[0-OQ-WYZ\\\\`-~]", // the short ones
]
	.map((rest) => `\u001b${rest}`)
	.join("|");
const sequence = new RegExp(sequenceSource);
const sequences = new RegExp(sequenceSource, "g");

function tidy(text: string): string {
	const lines = text.split("\n").map((line) => {
		const whole = line.replace(/\r+$/, "");
		return whole.slice(whole.lastIndexOf("\r") + 1);
	});
	return withoutControls(lines.join("\n"));
}

/** Keeps tab, line feed and carriage return; other control characters have no meaning to a reader. */
function withoutControls(text: string): string {
	return text.replace(sequences, "").replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "");
}

/** A NUL, or more than one byte in ten that text does not have, in the beginning. */
function isBinary(bytes: Uint8Array): boolean {
	const sample = headBytes(bytes, 4096);
	if (sample.includes(0)) return true;
	const text = new TextDecoder("utf-8").decode(sample);
	const odd = text.match(/[\u0001-\u0007\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
	return odd * 10 > text.length;
}

function describeBinary(bytes: Uint8Array): string {
	const first = [...bytes.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
	return `[binary data, beginning with ${first}]`;
}

function isContinuation(byte: number | undefined): boolean {
	return byte !== undefined && (byte & 0xc0) === 0x80;
}
