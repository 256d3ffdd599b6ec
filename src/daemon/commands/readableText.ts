import type { BinaryReading, Reading } from "../text/readText.ts";

/**
 * Output of commands as people and models can read it. The bytes themselves are kept; here colours and cursor movements
 * go, a line that was drawn over and over (a progress bar) is shown as it stood last, and data that is no text at all is
 * described instead of shown.
 */
export function readableText(reading: Reading, bytes: Uint8Array, size = bytes.length): string {
	return reading.kind === "text" ? tidy(reading.text) : describeBinary(reading, bytes, size);
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

function describeBinary({ mediaType }: BinaryReading, bytes: Uint8Array, size: number): string {
	const first = [...bytes.subarray(0, 32)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
	return `[binary data${mediaType ? ` (${mediaType})` : ""}, ${size.toLocaleString("en-US")} bytes, beginning with ${first}]`;
}
