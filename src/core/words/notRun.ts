import type { NotRun } from "../values.ts";

/** `line 12, python fence (this language is not run)`, one for each, and how many more there are. */
export function notRunLines(items: readonly NotRun[], most = 20): readonly string[] {
	const told = items.slice(0, most).map(({ line, what, reason }) => `line ${line}, ${what} (${reason})`);
	return items.length > most ? [...told, `${items.length - most} more`] : told;
}

/** As a note of the launch. */
export function notRunNotes(items: readonly NotRun[]): readonly string[] {
	return items.length > 0 ? [`Not run: ${notRunLines(items).join("; ")}.`] : [];
}

/** What a step passes over, for its thread and the feed: the first line says it whole. */
export function notRunMessage(items: readonly NotRun[]): string {
	const [first, ...rest] = items.map(
		({ line, what, reason, text }) => `line ${line}, ${what} (${reason})${text ? `: ${text}` : ""}`,
	);
	if (rest.length === 0) return `Not run: ${first}`;
	const shown = [first, ...rest].slice(0, 50).map((item) => `- ${item}`);
	const more = items.length > 50 ? [`- and ${items.length - 50} more`] : [];
	const places = items.slice(0, 5).map(({ line }) => line);
	return [
		`Not run: ${items.length} pieces of code, at lines ${places.join(", ")}${items.length > 5 ? "…" : ""}`,
		"",
		...shown,
		...more,
	].join("\n");
}
