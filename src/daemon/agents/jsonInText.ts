import { type ParseError, parse } from "jsonc-parser";
import { isTooDeep } from "../config/jsonDepth.ts";

/**
 * JSON out of what a model wrote: models put prose and fences around it. The whole text, then each fence, then what
 * stands between braces in prose; what is no JSON is passed over.
 */
export function* jsonValues(text: string): Generator<unknown> {
	const fences = [...text.matchAll(/(?:```|~~~)[\w-]*[ \t]*\r?\n([\s\S]*?)(?:```|~~~|$)/g)].map((match) => match[1]!);
	for (const candidate of [text, ...fences, ...bracedParts(text)]) {
		const value = parseJson(candidate.trim());
		if (value !== undefined) yield value;
	}
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

/** The outermost `{…}` of a text, strings respected: a few, so that hostile text stays cheap. */
function bracedParts(text: string): readonly string[] {
	const parts: string[] = [];
	let depth = 0;
	let from = 0;
	let inString = false;
	for (let at = 0; at < text.length && parts.length < 20; at++) {
		const char = text[at];
		if (inString) {
			if (char === "\\") at += 1;
			else if (char === '"' || char === "\n") inString = false;
		} else if (char === '"' && depth > 0) inString = true;
		else if (char === "{" && depth++ === 0) from = at;
		else if (char === "}" && depth > 0 && --depth === 0) parts.push(text.slice(from, at + 1));
	}
	return parts;
}
