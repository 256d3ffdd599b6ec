import { isRecord } from "./isRecord.ts";

/**
 * What a server said when it refused a request, gathered from whatever shape it said it in. What it repeats of the
 * request itself does not count: it would name parameters that were not refused.
 */
export interface Refused {
	/** All that was said, on one line. */
	readonly words: string;
	/** Parameters that it points at, by `param`, `loc` or a path. */
	readonly names: readonly string[];
}

const maxChars = 8000;

export function refusedBy(body: string): Refused {
	const texts: string[] = [];
	const names: string[] = [];
	gather(parsed(body), texts, names);
	const words = texts.join(" ").replace(/\s+/g, " ").slice(0, maxChars);
	// Python's way of writing the place: ('body', 'stream_options').
	for (const [, place = ""] of words.matchAll(/['"]loc['"]: ?[([]([^)\]]*)[)\]]/g)) {
		names.push(...place.split(",").map((part) => part.replace(/['"\s]/g, "")));
	}
	return { words, names: names.filter((name) => name !== "" && name !== "body") };
}

/** Whether it is this parameter that was refused: the server points at it, or names it in a sentence that refuses. */
export function refuses({ words, names }: Refused, parameter: string): boolean {
	if (names.length > 0 && names.some((name) => isNameOf(name, parameter))) return true;
	if (names.length > 0 && names.every((name) => !isFree(name))) return false;
	return refusing.test(words) && mentions(words, parameter);
}

/** `max_tokens` is named by itself, by `maxTokens` and by `request.max_tokens`, but not by `max_tokens_to_sample`. */
export function mentions(words: string, parameter: string): boolean {
	return [parameter, camelCase(parameter)].some((name) =>
		new RegExp(`(^|[^\\w-])${name.replace(/[.$]/g, "\\$&")}(?![\\w-])`, "i").test(words),
	);
}

const refusing =
	/unsupported|(\bnot|n['’]t|\bno) (be |yet |currently )?(support|permit|allow|accept|recogni|available|implement|enabled|expected|valid|compatible|exist)|unknown|unrecogni[sz]ed|unexpected|forbidden|\bextra\b|\binvalid\b|cannot|leave it unset|no longer|deprecated|requires?\b|must (be|not)|should (be|not)|\bremove\b|not .{0,40}supported/i;

function isNameOf(name: string, parameter: string): boolean {
	const parts = name.split(/[.[\]/#]+/).filter(Boolean);
	return parts.some((part) => part === parameter || part === camelCase(parameter)) || name === parameter;
}

/** Points at nothing in particular. */
function isFree(name: string): boolean {
	return /^(null|none|undefined)$/i.test(name);
}

function camelCase(name: string): string {
	return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function parsed(body: string): unknown {
	try {
		return JSON.parse(body) as unknown;
	} catch {
		return body;
	}
}

/** What of the request is repeated, and what holds no words. */
const passedOver = new Set(["input", "ctx", "url", "request", "request_id", "metadata", "stack", "trace"]);

function gather(value: unknown, texts: string[], names: string[], depth = 0): void {
	if (depth > 8 || texts.length > 200) return;
	if (typeof value === "string") {
		const inner = /^\s*[[{]/.test(value) ? parsed(value) : value;
		if (typeof inner === "string") texts.push(inner);
		else gather(inner, texts, names, depth + 1);
	} else if (Array.isArray(value)) {
		for (const each of value) gather(each, texts, names, depth + 1);
	} else if (isRecord(value)) {
		for (const [key, each] of Object.entries(value)) {
			if (passedOver.has(key)) continue;
			if (key === "param" && typeof each === "string") names.push(each);
			else if (key === "loc" && Array.isArray(each)) names.push(...each.map(String));
			else if (key === "loc" && typeof each === "string") names.push(each);
			else gather(each, texts, names, depth + 1);
		}
	}
}
