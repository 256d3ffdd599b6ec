import { leaving } from "../../core/leavingEvent.ts";

/**
 * What full-text search sees of an event, and how a query is taken apart. Both adapters use it, so that they find the
 * same events: every word of the query must begin some word of the body's values; case and accents do not matter.
 */

/** The words of all strings and numbers in a JSON body, without its keys. A body that is not JSON is taken as it is. */
export function searchText(body: string): string {
	let value: unknown;
	try {
		value = JSON.parse(body);
		// What only a model's provider can read is no words.
		if (typeof value === "object" && value !== null) value = leaving(value);
	} catch {
		value = body;
	}
	const parts: string[] = [];
	collect(value, parts);
	return words(parts.join(" ")).join(" ");
}

/** The words of a query; none means that nothing is found. */
export function searchWords(query: string): readonly string[] {
	return [...new Set(words(query))].slice(0, maxQueryWords);
}

/** True if `text` (from `searchText`) has a word beginning with each of `sought`. */
export function matchesAll(text: string, sought: readonly string[]): boolean {
	const have = text.split(" ");
	return sought.length > 0 && sought.every((word) => have.some((one) => one.startsWith(word)));
}

const maxQueryWords = 16;

/** Folded here, not by SQLite's tokenizer, so that both sides agree on what a word is. */
function words(text: string): readonly string[] {
	const folded = text
		.normalize("NFKD")
		.replace(/\p{M}+/gu, "")
		.toLowerCase();
	return folded.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function collect(value: unknown, parts: string[]): void {
	if (typeof value === "string" || typeof value === "number") parts.push(String(value));
	else if (Array.isArray(value)) for (const item of value) collect(item, parts);
	else if (typeof value === "object" && value !== null) for (const item of Object.values(value)) collect(item, parts);
}
