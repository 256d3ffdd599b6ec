import { known, textWord, type Word } from "../tree/script.ts";
import type { Judgement } from "./row.ts";

/** What a program of sed does beside editing what it prints: it may run programs, read and write files. */
export function sedEffects(word: Word, judgement: Judgement): void {
	const text = known({ ...word, isGlob: false });
	if (text === undefined) {
		judgement.unsure("not all of the program is known beforehand");
		return;
	}
	let at = 0;
	while (at < text.length) {
		if (/[\s;{}]/.test(text[at]!)) at++;
		else {
			const next = commandAt(text, at, judgement);
			if (next === undefined) {
				judgement.unsure("the program of sed is not understood");
				return;
			}
			at = next;
		}
	}
}

/** Where it ends; `undefined` where it is not understood. */
function commandAt(text: string, start: number, judgement: Judgement): number | undefined {
	let at = start;
	for (let next = addressEnd(text, at); next !== at; next = addressEnd(text, at)) {
		if (next === undefined) return undefined;
		at = next;
		while (/[\s,!]/.test(text[at] ?? "")) at++;
	}
	const name = text[at];
	if (name === undefined) return undefined;
	const lineEnd = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
	const rest = text.slice(at + 1, lineEnd).trim();
	switch (name) {
		case "{":
			return at + 1;
		case "#":
		case ":":
		case "b":
		case "t":
		case "T":
			return name === "#" || name === ":" ? lineEnd : at + 1 + /^[^;}\n]*/.exec(text.slice(at + 1))![0].length;
		case "a":
		case "i":
		case "c":
			return textEnd(text, at + 1);
		case "r":
		case "R":
			judgement.read(textWord(rest), true);
			return lineEnd;
		case "w":
		case "W":
			judgement.write(textWord(rest));
			return lineEnd;
		case "e":
			judgement.add("dangerous", "runs other programs from sed");
			return lineEnd;
		case "s":
			return substitution(text, at, judgement);
		case "y": {
			const middle = partEnd(text, at + 2, text[at + 1]!);
			const end = middle && partEnd(text, middle, text[at + 1]!);
			return end;
		}
		default:
			return /[=dDgGhHlnNpPqQxzFv]/.test(name) ? at + 1 + /^\s*\d*/.exec(text.slice(at + 1))![0].length : undefined;
	}
}

function substitution(text: string, at: number, judgement: Judgement): number | undefined {
	const mark = text[at + 1];
	if (mark === undefined || /[\s\\]/.test(mark)) return undefined;
	const middle = partEnd(text, at + 2, mark);
	const end = middle && partEnd(text, middle, mark);
	if (end === undefined) return undefined;
	const flags = /^[gpiImMe0-9]*/.exec(text.slice(end))![0];
	if (flags.includes("e")) judgement.add("dangerous", "runs other programs from sed");
	if (text[end + flags.length] !== "w") return end + flags.length;
	const lineEnd = text.indexOf("\n", end) < 0 ? text.length : text.indexOf("\n", end);
	judgement.write(textWord(text.slice(end + flags.length + 1, lineEnd).trim()));
	return lineEnd;
}

/** Behind the mark that ends a part. */
function partEnd(text: string, from: number, mark: string): number | undefined {
	for (let at = from; at < text.length; at++) {
		if (text[at] === "\\") at++;
		else if (text[at] === mark) return at + 1;
		// In brackets the mark may count or not: those who do not agree are not understood.
		else if (text[at] === "[" && mark !== "[" && bracketHolds(text, at, mark)) return undefined;
	}
	return undefined;
}

function bracketHolds(text: string, from: number, mark: string): boolean {
	const [inner = ""] = /^\[\^?\]?[^\]\n]*\]/.exec(text.slice(from)) ?? [];
	return inner.includes(mark);
}

function addressEnd(text: string, at: number): number | undefined {
	const number = /^(\d+(~\d+)?|[+~]\d+|\$)/.exec(text.slice(at));
	if (number) return at + number[0].length;
	const mark = text[at] === "\\" ? text[at + 1] : text[at] === "/" ? "/" : undefined;
	if (mark === undefined) return at;
	const end = partEnd(text, at + (text[at] === "\\" ? 2 : 1), mark);
	return end === undefined ? undefined : end + /^[IM]*/.exec(text.slice(end))![0].length;
}

/** Behind a text that `a`, `i` and `c` put in: lines that end with a backslash go on. */
function textEnd(text: string, from: number): number {
	let at = from;
	while (at < text.length && text[at] !== "\n") at += text[at] === "\\" ? 2 : 1;
	return Math.min(at, text.length);
}
