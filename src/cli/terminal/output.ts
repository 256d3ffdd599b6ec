import { styleText } from "node:util";
import stringWidth from "string-width";
import type { Failure } from "./failure.ts";

/**
 * The one place where the command line writes. With `--json` standard output carries one document, or one object a line
 * where it streams, and nothing else; without, it carries text for people. Text of agents and files passes here on its
 * way to a terminal: what would move the cursor, recolour the screen or reverse the reading order is shown, not done.
 */
export interface Output {
	readonly json: boolean;
	/** Columns of the terminal; undefined when the output goes elsewhere, where lines are never shortened. */
	readonly columns?: number;
	/** The command's answer. */
	result(value: unknown, text: string | (() => string)): void;
	/** One of many. */
	line(value: unknown, text: string | (() => string)): void;
	/** A text that is wanted as it is, such as a diff; into a file or a pipe it goes byte for byte. */
	raw(value: unknown, text: string): void;
	/**
	 * A sentence beside the answer. With `--json` it is one of the `notes` of the answer or of the error; where the answer
	 * is a list or a stream, a line `{ "notes": […] }` on standard error.
	 */
	note(text: string): void;
	/** Something for people only, because the answer has it already, or no script needs it. */
	aside(text: string): void;
	failure(failure: Failure): void;
	/** Nothing more comes: notes that found no answer are written. */
	end(): void;
}

/** As much of a process as writing needs. */
export interface Terminal {
	readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };
	readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
	readonly env: NodeJS.ProcessEnv;
}

export function createOutput({ stdout, stderr, env }: Terminal, json: boolean): Output {
	const isColoured = (stream: { isTTY?: boolean }) => stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
	const print = (stream: Terminal["stderr"], text: string) =>
		stream.write(`${dress(visible(text), isColoured(stream))}\n`);
	const said = (text: string | (() => string)) => (typeof text === "string" ? text : text());
	const notes: string[] = [];
	let isStreaming = false;
	const flush = () => {
		if (notes.length > 0) stderr.write(`${JSON.stringify({ notes: notes.splice(0) })}\n`);
	};
	return {
		json,
		columns: stdout.isTTY ? (stdout.columns ?? 80) : undefined,
		result(value, text) {
			if (json) stdout.write(`${JSON.stringify(withNotes(value, notes), undefined, 2)}\n`);
			else print(stdout, said(text));
		},
		line(value, text) {
			isStreaming = true;
			if (json) flush();
			if (json) stdout.write(`${JSON.stringify(value)}\n`);
			else print(stdout, said(text));
		},
		raw(value, text) {
			if (json) stdout.write(`${JSON.stringify(withNotes(value, notes), undefined, 2)}\n`);
			else if (stdout.isTTY) stdout.write(withNewline(visible(text)));
			else stdout.write(withNewline(text));
		},
		note(text) {
			if (!json) return print(stderr, paint.dim(text));
			notes.push(text);
			if (isStreaming) flush();
		},
		aside(text) {
			if (!json) print(stderr, paint.dim(text));
		},
		failure({ code, message, forPeople }) {
			if (json) stderr.write(`${JSON.stringify(withNotes({ error: { code, message } }, notes))}\n`);
			else if (forPeople) print(stderr, forPeople);
		},
		end: flush,
	};
}

/** Takes the notes into a document that has room for them; in a list they have no place. */
function withNotes(value: unknown, notes: string[]): unknown {
	if (notes.length === 0 || typeof value !== "object" || value === null || Array.isArray(value)) return value;
	return { ...value, notes: notes.splice(0) };
}

/**
 * Colours are put into a text as characters that mean nothing elsewhere, and become the terminal's own, or nothing,
 * when it is printed. A text that contains such characters by itself can change its colour and no more.
 */
const marks = { bold: "\uE010", dim: "\uE011", red: "\uE012", green: "\uE013", yellow: "\uE014", cyan: "\uE015" };
const endMark = "\uE01F";
const between = "\uE000";
type Colour = keyof typeof marks;
/** Each mark as the terminal's own escape sequence. */
const codes: Readonly<Record<string, string>> = Object.fromEntries([
	...Object.entries(marks).map(([name, mark]) => [mark, escapeOf(name as Colour)]),
	[endMark, escapeOf("reset")],
]);

function escapeOf(format: Colour | "reset"): string {
	const [begin = ""] = styleText(format, between, { validateStream: false }).split(between);
	return begin;
}
export const paint = Object.fromEntries(
	Object.entries(marks).map(([name, mark]) => [name, (text: string) => (text ? `${mark}${text}${endMark}` : "")]),
) as Readonly<Record<Colour, (text: string) => string>>;

function dress(text: string, isColoured: boolean): string {
	return text.replace(/[\uE010-\uE01F]/g, (mark) => (isColoured ? (codes[mark] ?? "") : ""));
}

/** In columns of a terminal. Colours take no room; ideographs, full-width forms and emoji take two columns. */
export function widthOf(text: string): number {
	return stringWidth(text.replace(/[\uE010-\uE01F]/g, ""));
}

/** Control characters and those that reverse the reading order, written out: what is read is what is there. */
export function visible(text: string): string {
	return text
		.replace(/\r\n/g, "\n")
		.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, (character) => {
			const code = character.charCodeAt(0).toString(16);
			return code.length > 2 ? `\\u{${code}}` : `\\x${code.padStart(2, "0")}`;
		});
}

function withNewline(text: string): string {
	return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
