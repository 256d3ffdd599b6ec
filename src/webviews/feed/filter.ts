import type { Goal } from "../../core/goal.ts";
import { groupOf } from "./groups.ts";
import { type Category, categories, type Row } from "./row.ts";

/** What the reader wants to see: kinds of rows, and the words of the filter field (`step:4 express`). */
export interface Filter {
	readonly text: string;
	readonly off: readonly Category[];
}

export const noFilter: Filter = { text: "", off: [] };

export interface Query {
	readonly words: readonly string[];
	/** A step, by its position from 1 or its id. */
	readonly step?: string;
	readonly role?: string;
}

export function parseQuery(text: string): Query {
	const query: { words: string[]; step?: string; role?: string } = { words: [] };
	for (const word of text.trim().toLowerCase().split(/\s+/).filter(Boolean)) {
		const [, name, value] = /^(step|role):(.+)$/.exec(word) ?? [];
		if (name === "step") query.step = value;
		else if (name === "role") query.role = value;
		else if (word !== "step:" && word !== "role:") query.words.push(word);
	}
	return query;
}

export function isFiltered(filter: Filter): boolean {
	return filter.text.trim() !== "" || filter.off.some((category) => !noFilter.off.includes(category));
}

/** `searched` rows were found by the daemon, whose search reads more than the row shows. */
export function matches(filter: Filter, query: Query, goal: Goal, row: Row, searched: boolean): boolean {
	if (!isOn(filter, row)) return false;
	if (query.step !== undefined || query.role !== undefined) {
		const thread = row.threadId ? goal.threads[row.threadId] : undefined;
		if (query.role !== undefined && thread?.role !== query.role) return false;
		if (query.step !== undefined) {
			const stepId = thread?.stepId ?? row.stepId;
			const { position } = groupOf(goal, row);
			if (query.step !== String(position) && query.step !== stepId?.toLowerCase()) return false;
		}
	}
	if (searched || query.words.length === 0) return true;
	const text =
		`${row.word} ${row.text} ${row.note ?? ""} ${row.body ?? ""} ${row.output?.output.head ?? ""}`.toLowerCase();
	return query.words.every((word) => text.includes(word));
}

export function isFilter(value: unknown): value is Filter {
	const filter = value as Filter | undefined;
	return (
		typeof filter?.text === "string" &&
		Array.isArray(filter.off) &&
		filter.off.every((one) => (categories as readonly string[]).includes(one))
	);
}

function isOn(filter: Filter, row: Row): boolean {
	if (row.category === "goal" || row.category === "approval") return true;
	if (row.isError && !filter.off.includes("errors")) return true;
	return !filter.off.includes(row.category);
}
