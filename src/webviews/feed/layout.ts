import type { Goal } from "../../core/goal.ts";
import type { Image } from "../../core/image.ts";
import { outputHead } from "../shared/output.ts";
import { t } from "../shared/words.ts";
import { type Group, groupOf } from "./groups.ts";
import type { Row } from "./row.ts";

/**
 * Rows as they are drawn: group headers, rows, and the lines of what is unfolded, each with a height known beforehand,
 * so that any stretch of a long list can be drawn without the rest.
 */
export type Item =
	| { readonly kind: "group"; readonly key: string; readonly group: Group; readonly closed: boolean }
	| { readonly kind: "row"; readonly key: string; readonly row: Row; readonly group: Group; readonly open?: boolean }
	| {
			readonly kind: "line";
			readonly key: string;
			readonly row: Row;
			readonly text: string;
			/** What is left, on the last line. */
			readonly more?: string;
	  }
	| { readonly kind: "images"; readonly key: string; readonly row: Row; readonly images: readonly Image[] }
	| { readonly kind: "live"; readonly key: string; readonly live: LiveRow };

export interface LiveRow {
	readonly threadId: string;
	readonly word: string;
	readonly text: string;
	readonly reasoning: boolean;
	readonly since: number;
	readonly group: Group;
}

export interface Layout {
	readonly items: readonly Item[];
	/** Where each item begins, in pixels; one more than items. */
	readonly tops: readonly number[];
	readonly height: number;
}

export interface LayoutChoices {
	/** Rows that the reader folded or unfolded; others follow `opensByItself`. */
	readonly folds: ReadonlyMap<string, boolean>;
	readonly closedGroups: ReadonlySet<string>;
	/** Approvals that still wait. */
	readonly isWaiting: (row: Row) => boolean;
	/** Buttons stand below the command. */
	readonly narrow: boolean;
	/** Characters of one line of text. */
	readonly columns: number;
}

export const heights = {
	group: 22,
	row: 20,
	line: 20,
	images: 48,
	approval: 28,
	narrowApproval: 56,
	live: 40,
} as const;
const outputLines = 6;
const bodyLines = 12;

export function layOut(rows: readonly Row[], live: readonly LiveRow[], goal: Goal, choices: LayoutChoices): Layout {
	const items: Item[] = [];
	const tops: number[] = [];
	let height = 0;
	let current: string | undefined;
	const add = (item: Item, itemHeight: number) => {
		items.push(item);
		tops.push(height);
		height += itemHeight;
	};
	const enter = (group: Group, seq: number | string): boolean => {
		const closed = choices.closedGroups.has(group.key);
		if (group.key !== current) add({ kind: "group", key: `group:${seq}`, group, closed }, heights.group);
		current = group.key;
		return !closed;
	};
	for (const row of rows) {
		const group = groupOf(goal, row);
		const waiting = choices.isWaiting(row);
		if (!enter(group, row.seq) && !waiting) continue;
		const lines = unfoldable(row) ? unfolded(row, choices) : undefined;
		const open = lines === undefined ? undefined : isOpen(row, choices.folds);
		add(
			{ kind: "row", key: row.key, row, group, open },
			waiting ? (choices.narrow ? heights.narrowApproval : heights.approval) : heights.row,
		);
		if (open && lines)
			lines.lines.forEach((text, index) => {
				const more = index === lines.lines.length - 1 ? lines.more : undefined;
				add({ kind: "line", key: `${row.key}:${index}`, row, text, more }, heights.line);
			});
		if (row.images?.length) add({ kind: "images", key: `${row.key}:images`, row, images: row.images }, heights.images);
	}
	for (const one of live) {
		if (enter(one.group, `live:${one.threadId}`)) {
			add({ kind: "live", key: `live:${one.threadId}`, live: one }, heights.live);
		}
	}
	tops.push(height);
	return { items, tops, height };
}

/** The last item that begins at or before `y`. */
export function itemAt(layout: Layout, y: number): number {
	let low = 0;
	let high = layout.items.length - 1;
	while (low < high) {
		const middle = (low + high + 1) >> 1;
		if (layout.tops[middle]! <= y) low = middle;
		else high = middle - 1;
	}
	return Math.max(0, low);
}

/** What failed shows the beginning of its output without being asked. */
export function isOpen(row: Row, folds: ReadonlyMap<string, boolean>): boolean {
	return folds.get(row.key) ?? (row.isError === true && row.output !== undefined);
}

function unfoldable(row: Row): boolean {
	return row.output !== undefined || (row.body !== undefined && row.body.trim() !== row.text);
}

function unfolded(row: Row, choices: LayoutChoices): { readonly lines: readonly string[]; readonly more?: string } {
	if (!isOpen(row, choices.folds)) return { lines: [] };
	const body = row.body !== undefined && row.body.trim() !== row.text ? wrap(row.body, choices.columns) : [];
	const head = row.output ? outputHead(row.output.output, outputLines) : undefined;
	const lines = [...body.slice(0, bodyLines), ...(head?.lines ?? [])];
	const rest = body.length > bodyLines ? t("more in the thread") : undefined;
	return { lines: lines.length === 0 && head?.more ? [""] : lines, more: head?.more ?? rest };
}

/** Lines of at most `columns` characters, broken at spaces where there are some. */
export function wrap(text: string, columns: number): string[] {
	const lines: string[] = [];
	for (const line of text.trim().split(/\r?\n/)) {
		let rest = line;
		while (rest.length > columns) {
			const space = rest.lastIndexOf(" ", columns);
			const end = space > columns / 2 ? space : columns;
			lines.push(rest.slice(0, end));
			rest = rest.slice(end).trimStart();
			if (lines.length > 200) return lines;
		}
		lines.push(rest);
	}
	return lines;
}
