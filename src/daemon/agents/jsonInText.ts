import { type ParseError, parse } from "jsonc-parser";
import { isTooDeep } from "../config/jsonDepth.ts";
import { codeSpans } from "./codeInText.ts";
import { partReasoning } from "./reasoningInText.ts";

/**
 * The JSON document with which a model answers, out of what it wrote: models put reasoning, prose, drafts and fences
 * around it. Only what stands after the reasoning counts, and of several documents of the kind the last one. When that
 * one is not whole, nothing is taken in its place: an earlier one was a draft.
 */
export type FoundJson = { readonly value: unknown } | { readonly problem: string };

/** `key` is the field by which a document of the kind is known; `read` gives what is meant of one, if it is one. */
export function lastJson(text: string, key: string, read: (value: unknown) => unknown): FoundJson {
	const { answer, isOpen } = partReasoning(text);
	let found: FoundJson | undefined;
	for (const document of documents(answer)) {
		if (document.value === undefined) {
			const isOfKind = new RegExp(`["']${key}["']\\s*:`).test(document.text);
			if (isOfKind) found = { problem: notWhole(key, document) };
			continue;
		}
		const value = read(document.value);
		if (value !== undefined) found = { value };
	}
	if (found && !(isOpen && "value" in found)) return found;
	if (isOpen)
		return { problem: "The answer ends in the middle of its reasoning: what is written there does not count." };
	return { problem: `The answer holds no JSON object with “${key}”.` };
}

function notWhole(key: string, { isCut }: Document): string {
	const why = isCut ? "the last one is cut off before its end" : "the last one is not valid JSON";
	return `The answer holds no JSON object with “${key}” that counts: ${why}.`;
}

/** `value` is undefined of what only looks like a document. */
export interface Document {
	readonly from: number;
	readonly to: number;
	readonly text: string;
	readonly value: unknown;
	/** The text ends before it does. */
	readonly isCut: boolean;
}

/** Openings that are looked at, so that hostile text stays cheap. */
const maxOpenings = 300;

/** Outermost JSON documents of a text, as they stand in it. */
export function* documents(text: string): Generator<Document> {
	const whole = parseJson(text.trim());
	if (whole !== undefined) {
		yield { from: 0, to: text.length, text, value: whole, isCut: false };
		return;
	}
	// Comments may hold brackets, so that a fence is first taken as it is.
	const fences = codeSpans(text).flatMap(({ fence }) => fence ?? []);
	let at = 0;
	for (let tries = 0; tries < maxOpenings; tries++) {
		const from = indexOfOpening(text, at);
		if (from < 0) return;
		const fence = fences.find((one) => one.from <= from && from < one.to);
		const inFence = fence && text.slice(from, fence.to);
		const ofFence = inFence ? parseJson(inFence.trim()) : undefined;
		if (fence && inFence && ofFence !== undefined) {
			yield { from, to: fence.to, text: inFence, value: ofFence, isCut: false };
			at = fence.to;
			continue;
		}
		const to = endOfBrackets(text, from);
		const part = text.slice(from, to ?? text.length);
		const value = to === undefined ? undefined : parseJson(part);
		if (value !== undefined) {
			yield { from, to: to!, text: part, value, isCut: false };
			at = to!;
			continue;
		}
		// Brackets of prose may have a document between them.
		at = from + 1;
		if (!/^(?:\{\s*["'][\w $-]+["']\s*:|\[\s*\{\s*["'])/.test(part)) continue;
		yield { from, to: to ?? text.length, text: part, value: undefined, isCut: to === undefined };
		at = to ?? text.length;
	}
}

function indexOfOpening(text: string, from: number): number {
	for (let at = from; at < text.length; at++) if (text[at] === "{" || text[at] === "[") return at;
	return -1;
}

/** Behind the bracket that closes the one at `from`, strings respected; undefined where there is none. */
function endOfBrackets(text: string, from: number): number | undefined {
	let depth = 0;
	let inString = false;
	for (let at = from; at < text.length; at++) {
		const char = text[at];
		if (inString) {
			if (char === "\\") at += 1;
			else if (char === '"' || char === "\n") inString = false;
		} else if (char === '"') inString = true;
		else if (char === "{" || char === "[") depth++;
		else if ((char === "}" || char === "]") && --depth === 0) return at + 1;
	}
	return undefined;
}

function parseJson(text: string): unknown {
	if (!/^[{[]/.test(text)) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return parseLoosely(text);
	}
}

/** Trailing commas and comments are common; anything worse is not guessed at. */
function parseLoosely(text: string): unknown {
	if (isTooDeep(text)) return undefined;
	const errors: ParseError[] = [];
	const value = parse(text, errors, { allowTrailingComma: true }) as unknown;
	return errors.length === 0 ? value : undefined;
}
