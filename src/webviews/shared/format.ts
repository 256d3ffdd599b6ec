/** Times, sizes and texts in the words of the webviews. Times are local; the log's are UTC. */

import type { EventBody } from "../../core/events.ts";
import { t } from "./words.ts";

const hours = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const seconds = new Intl.DateTimeFormat(undefined, {
	hour: "2-digit",
	minute: "2-digit",
	second: "2-digit",
	hourCycle: "h23",
});
/** Of the page's texts. Tests of words alone have no page. */
const language = globalThis.document?.documentElement.lang || "en";
const days = new Intl.DateTimeFormat(language, { weekday: "short" });
const counts = new Intl.NumberFormat(language);

/** `14:30:21` */
export function clockSeconds(at: string): string {
	return isTime(at) ? seconds.format(Date.parse(at)) : "";
}

/** `14:30` */
export function clock(at: string): string {
	return isTime(at) ? hours.format(Date.parse(at)) : "";
}

/** `14:30`, and on another day `Mon 14:30` */
export function dayClock(at: string, now: number): string {
	const isToday = new Date(at).toDateString() === new Date(now).toDateString();
	return isToday || !isTime(at) ? clock(at) : `${days.format(Date.parse(at))} ${clock(at)}`;
}

/** `1,284` */
export function count(value: number): string {
	return counts.format(value);
}

/** `1 file`, `3 files`, of the texts `{0} file` and `{0} files` */
export function plural(value: number, one: string, many: string): string {
	return t(value === 1 ? one : many, count(value));
}

/** `950`, `12.5 k`, `1.4 M` */
export function short(value: number): string {
	if (value < 1000) return String(Math.round(value));
	if (value < 1_000_000) return `${trim(value / 1000)} k`;
	return `${trim(value / 1_000_000)} M`;
}

/** `812 B`, `48 KB`, `1.4 MB` */
export function bytes(value: number): string {
	if (value < 1000) return `${value} B`;
	if (value < 1_000_000) return `${trim(value / 1000)} KB`;
	return `${trim(value / 1_000_000)} MB`;
}

/** `3.20`; unknown money has no number. */
export function money(usd: number): string {
	return usd > 0 && usd < 0.01 ? usd.toFixed(4) : usd.toFixed(2);
}

/** A sentence from the log, with its times in the reader's clock. */
export function localTimes(text: string): string {
	return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (at) => clock(at));
}

export function firstLine(text: string): string {
	const trimmed = text.trimStart();
	const end = trimmed.search(/[\r\n]/);
	return end < 0 ? trimmed : trimmed.slice(0, end);
}

/** Who did something, of an actor as the log names it: `mara in the CLI`. */
export function who(actor: string): string {
	const [, client = actor, details = ""] = /^(.*?) \((.*)\)$/.exec(actor) ?? [];
	const user = details.split(", ").find((part) => part !== "" && !part.startsWith("process "));
	const place = client === "CLI" ? t("the CLI") : client;
	return user ? t("{0} in {1}", user, place) : place;
}

/** A command where there is room for one line only: each end of a line is seen. */
export function oneLine(command: string): string {
	return command.trim().replace(/\s*[\r\n]+\s*/g, " ↵ ");
}

/** Prose of a Markdown file: lines that were broken for the file flow together, paragraphs and lists stay. */
export function flowing(text: string): string {
	return text.replace(/(\S)[ \t]*\r?\n(?=[^\s#>|*+\-\d])/g, "$1 ");
}

/** Markdown where there is room for one line only: links by their labels, without the signs of emphasis. */
export function plainMarkdown(text: string): string {
	return text.replace(/\[([^\]\n]+)\]\([^)\s]+\)/g, "$1").replace(/\*\*([^*\n]+)\*\*/g, "$1");
}

/**
 * A text of which nothing is hidden: characters without a shape of their own, or that turn the direction of reading,
 * are written out. A command is shown like this before the person is asked to approve it.
 */
export function visible(text: string): string {
	return text.replace(hidden, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}
const hidden = /(?![\t\n ])(?:\p{Cc}|\p{Cf}|\p{Z}|\p{Variation_Selector}|[\u115f\u1160\u3164\uffa0])/gu;

function trim(value: number): string {
	return value < 10 ? String(Math.round(value * 10) / 10) : String(Math.round(value));
}

function isTime(at: string): boolean {
	return !Number.isNaN(Date.parse(at));
}

/** What stands for the part of a conversation that is left out of prompts. */
export function summaryText({ summary, account, problem }: EventBody<"thread.compacted">): string {
	const part = (title: string, lines: readonly string[]) =>
		lines.length > 0 ? `${title}:\n${lines.map((line) => `- ${line}`).join("\n")}` : undefined;
	const own = summary
		? [
				t("Objective: {0}", summary.objective),
				part(t("Decisions"), summary.decisions),
				part(t("Open work"), summary.openWork),
				part(t("Verified facts"), summary.verifiedFacts),
			]
		: [problem];
	return [...own, account].filter(Boolean).join("\n\n");
}

/** A path as people of that folder say it; whole where it is not in the folder. */
export function pathInside(folder: string, path: string): string {
	const rest = path.startsWith(folder) ? path.slice(folder.length) : "";
	return /^[\\/]./.test(rest) ? rest.slice(1) : path;
}
