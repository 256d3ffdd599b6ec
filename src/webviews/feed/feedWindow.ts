import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { Host } from "../shared/host.ts";
import type { Filter } from "./filter.ts";
import type { Row } from "./row.ts";
import { newRowProjection, type RowProjection } from "./rowProjection.ts";
import { shownTypes } from "./rows.ts";
import { searchEvents } from "./search.ts";

/** Rows in memory, and events in a page. */
export const maxRows = 4000;
export const pageSize = 500;

/** What a window is read with: it asks for what the filter shows, of the goal as it is at that moment. */
export interface Reading {
	readonly host: Host;
	goal(): Goal | undefined;
	filter(): Filter;
}

/** All rows of the log between two events, or all that a search found. It grows at both ends and is cut at both. */
export interface FeedWindow {
	readonly rows: () => readonly Row[];
	row(key: string): Row | undefined;
	/** All events from `first` to `last` are in it. */
	readonly first: () => number;
	readonly last: () => number;
	/** Keys of the rows that a search found. */
	readonly found?: ReadonlySet<string>;
	/** The search found more than it shows. */
	readonly cut: boolean;
	/** Events that came behind the last one. */
	append(events: readonly RecordedEvent[], last: number): void;
	/** Reads a page; what it returns adds it, if the window is still wanted by then. */
	readLater(limit: number): Promise<() => void>;
	readEarlier(limit: number): Promise<() => void>;
	/** Drops rows that are over and not wanted, then the first, or last, beyond what is kept in memory. */
	cutStart(wanted: (row: Row) => boolean): void;
	cutEnd(wanted: (row: Row) => boolean): void;
}

/** The end of the log. */
export async function windowAtEnd(reading: Reading): Promise<FeedWindow> {
	const until = reading.goal()?.seq ?? 0;
	const page = await readPage(reading, { descending: true, limit: pageSize, beforeSeq: until + 1 });
	const projection = newRowProjection();
	projection.append([...page].reverse(), reading.goal());
	return newWindow(reading, projection, page.length < pageSize ? 1 : page.at(-1)!.seq, until);
}

/** Around an event. */
export async function windowAround(reading: Reading, seq: number): Promise<FeedWindow> {
	const after = Math.max(0, seq - pageSize / 2);
	const page = await readAfter(reading, after, pageSize);
	const projection = newRowProjection();
	projection.append(page.events, reading.goal());
	return newWindow(reading, projection, after + 1, page.last);
}

/** What has all these words. */
export async function windowOfSearch(reading: Reading, words: readonly string[]): Promise<FeedWindow> {
	const goal = reading.goal();
	const { events, cut } = await searchEvents(reading.host, goal!.goalId, words.join(" "));
	const projection = newRowProjection();
	projection.append(events, reading.goal());
	const found = new Set(projection.rows().map((row) => row.key));
	return { ...newWindow(reading, projection, 1, goal!.seq), found, cut };
}

/** Nothing has been read. */
export function emptyWindow(reading: Reading): FeedWindow {
	return newWindow(reading, newRowProjection(), 1, 0);
}

function newWindow(reading: Reading, projection: RowProjection, from: number, to: number): FeedWindow {
	let first = from;
	let last = to;
	const over = (wanted: (row: Row) => boolean) => {
		projection.prune((row) => wanted(row) || isOpen(row));
		return projection.rows().length - maxRows;
	};
	return {
		rows: () => projection.rows(),
		row: (key) => projection.row(key),
		first: () => first,
		last: () => last,
		cut: false,
		append(events, seq) {
			projection.append(events, reading.goal());
			last = Math.max(last, seq);
		},
		async readLater(limit) {
			const page = await readAfter(reading, last, limit);
			return () => this.append(page.events, page.last);
		},
		async readEarlier(limit) {
			const page = await readPage(reading, { beforeSeq: first, limit, descending: true });
			return () => {
				projection.prepend([...page].reverse(), reading.goal());
				first = page.length < limit ? 1 : page.at(-1)!.seq;
			};
		},
		cutStart(wanted) {
			const count = over(wanted);
			if (count <= 0) return;
			projection.cutStart(count);
			first = projection.rows()[0]!.seq;
		},
		cutEnd(wanted) {
			const count = over(wanted);
			if (count <= 0) return;
			last = projection.rows()[maxRows]!.seq - 1;
			projection.cutEnd(count);
		},
	};
}

/** More is to come of it. */
function isOpen(row: Row): boolean {
	return (row.toolCallId !== undefined || row.approvalId !== undefined || row.runId !== undefined) && !row.ended;
}

interface PageAsk {
	readonly afterSeq?: number;
	readonly beforeSeq?: number;
	readonly limit: number;
	readonly descending?: boolean;
}

async function readPage({ host, goal, filter }: Reading, ask: PageAsk): Promise<readonly RecordedEvent[]> {
	const { goalId } = goal()!;
	return (await host.request("goal/events", { goalId, types: typesOf(filter()), ...ask })).events;
}

/** A page, and the seq up to which nothing is missing: events may come while it is under way. */
async function readAfter(reading: Reading, after: number, limit: number) {
	const until = reading.goal()?.seq ?? after;
	const events = await readPage(reading, { afterSeq: after, limit });
	return { events, last: Math.max(events.length < limit ? until : after, events.at(-1)?.seq ?? after) };
}

/** Only what the kinds that are switched on are made of. */
function typesOf({ off }: Filter): string[] {
	return shownTypes.filter((type) => {
		if (type === "file.changed") return !off.includes("files");
		if (type === "todo.updated") return !off.includes("todos");
		if (type === "message.added") return !off.includes("messages");
		if (type.startsWith("tool.")) return !off.includes("tools") || !off.includes("errors");
		if (type.startsWith("check.")) return !off.includes("checks") || !off.includes("errors");
		return true;
	});
}
