import { age } from "../../core/words/duration.ts";
import { paint, widthOf } from "./output.ts";

/** Rows in aligned columns. Empty columns are left out; the last one is as long as it is. */
export function table(rows: readonly (readonly string[])[], head?: readonly string[]): string {
	const count = Math.max(0, ...rows.map((row) => row.length));
	const used = Array.from({ length: count }, (_, index) => index).filter((index) => rows.some((row) => row[index]));
	const all = head ? [head.map((text) => paint.dim(text)), ...rows] : rows;
	const widths = used.map((index) => Math.max(...all.map((row) => widthOf(row[index] ?? ""))));
	return all
		.map((row) => {
			const cells = used.map((index, place) => pad(row[index] ?? "", widths[place] ?? 0));
			return cells.join("  ").trimEnd();
		})
		.join("\n");
}

function pad(text: string, width: number): string {
	return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** One line of a text: line breaks become spaces, and what does not fit becomes an ellipsis. */
export function oneLine(text: string, columns = Number.POSITIVE_INFINITY): string {
	const flat = text.replace(/\s*\n\s*/g, " ").trim();
	if (widthOf(flat) <= columns) return flat;
	let cut = "";
	let width = 0;
	for (const { segment } of new Intl.Segmenter().segment(flat)) {
		width += widthOf(segment);
		if (width > Math.max(1, columns - 1)) break;
		cut += segment;
	}
	return `${cut}…`;
}

export function indent(text: string, by = "  "): string {
	return text
		.split("\n")
		.map((line) => (line ? by + line : line))
		.join("\n");
}

/** `14:03:27`, in the person's own time zone. */
export function clock(at: string): string {
	const date = new Date(at);
	return Number.isNaN(date.getTime()) ? at : date.toTimeString().slice(0, 8);
}

/** `3 min ago`. */
export function ago(at: string, now: number): string {
	const ms = now - Date.parse(at);
	if (Number.isNaN(ms)) return at;
	return ms < 5000 ? "now" : `${age(ms)} ago`;
}

/** `1 file`, `3 files`. */
export function count(number: number, noun: string): string {
	return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

export function money(usd: number | null): string {
	return usd === null ? "unknown" : `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}

/** Ids as people may type them: as short as tells them apart, and never shorter than 8 characters. */
export function shortIds(ids: readonly string[]): (id: string) => string {
	const sorted = [...new Set(ids)].sort();
	const shared = (a: string, b: string | undefined) => {
		let length = 0;
		while (b !== undefined && length < a.length && a[length] === b[length]) length++;
		return length;
	};
	const short = new Map<string, string>();
	sorted.forEach((id, index) => {
		const needed = Math.max(shared(id, sorted[index - 1]), shared(id, sorted[index + 1])) + 1;
		// A few characters less are not worth a question.
		short.set(id, id.length <= 14 ? id : id.slice(0, Math.max(8, needed)));
	});
	return (id) => short.get(id) ?? id;
}
