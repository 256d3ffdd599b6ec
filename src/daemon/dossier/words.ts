import { elapsed } from "../../core/words/duration.ts";
import { type Mark, signs } from "../../core/words/marks.ts";
import type { Line } from "./account.ts";
import { code, inline } from "./agentText.ts";
import { type Day, type Entry, type Folded, total } from "./dayFold.ts";

/** How the account writes times, numbers and lists. Nothing here knows where or when it is read: all times are UTC. */
export function time(iso: string): string {
	return iso.slice(0, 19).replace("T", " ");
}

export function span(fromIso: string, toIso: string): string {
	const seconds = Math.round((Date.parse(toIso) - Date.parse(fromIso)) / 1000);
	return seconds < 1 ? "under 1 s" : elapsed(seconds * 1000);
}

/** `12,345`, whatever the language of the machine. */
export function number(value: number): string {
	return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

export function count(value: number, noun: string): string {
	return `${number(value)} ${noun}${value === 1 ? "" : "s"}`;
}

export function money(usd: number | null): string {
	return usd === null ? "unknown" : `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}

/** What is done and what failed is seen at a glance; other states are words alone. */
export function signOf({ icon }: Pick<Mark, "icon">): string {
	const sign = signs[icon];
	return sign === "✓" || sign === "✗" ? `${sign} ` : "";
}

export function sentence(text: string): string {
	return /[.!?…]$/.test(text) ? text : `${text}.`;
}

/** Inside a sentence of ours. */
function clause(text: string): string {
	return text.trim().replace(/(?<!\.)\.$/, "");
}

/** Several lists as one, in the order of the log: what was folded first, then what is told. */
export function listed(lists: readonly Folded<Line>[], noun: string): string {
	return [
		...folded(lists, noun),
		...lists
			.flatMap(({ entries }) => entries)
			.sort((a, b) => a.seq - b.seq)
			.map(line),
	].join("\n");
}

function line({ at, what, code: command, about, by, reason }: Line): string {
	const subject = [command && code(command), about && inline(clause(about))].filter(Boolean).join(" ");
	const said = `- ${time(at)} **${inline(what)}**${subject && `: ${subject}`}${by ? `, by ${inline(by)}` : ""}`;
	return reason ? `${sentence(said)} ${inline(reason, 1000)}` : said;
}

/** One line for each day that is told in numbers only. */
export function folded<T extends Entry>(lists: readonly Folded<T>[], noun: string): string[] {
	const days = new Map<string, Day[]>();
	for (const day of lists.flatMap((list) => list.days)) days.set(day.day, [...(days.get(day.day) ?? []), day]);
	const earlier = lists.reduce((sum, list) => sum + list.earlier, 0);
	const lines = [...days]
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([day, parts]) => {
			const counts = parts.flatMap((part) => Object.entries(part.counts));
			const kinds = counts.map(([what, times]) => `${number(times)} ${inline(what)}`).join(", ");
			const from = Math.min(...parts.map(({ firstSeq }) => firstSeq));
			const to = Math.max(...parts.map(({ lastSeq }) => lastSeq));
			const sum = parts.reduce((all, part) => all + total(part), 0);
			return `- ${day} ${count(sum, noun)}: ${kinds} (events ${number(from)} to ${number(to)})`;
		});
	return earlier > 0 ? [`- Before that: ${count(earlier, noun)}`, ...lines] : lines;
}
