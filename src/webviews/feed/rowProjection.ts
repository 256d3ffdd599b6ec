import { type EventType, isEventType, type RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { StepId, ThreadId } from "../../core/ids.ts";
import { callKey, type Row, type Rule } from "./row.ts";
import { eventRows } from "./rows.ts";

/**
 * The rows of a stretch of a goal's log, which grows at both ends and is cut at both ends. An event that changes a row
 * which is not here is kept until the row comes, so that pages may arrive in any order and a row read again is whole.
 */
export interface RowProjection {
	/** In the order of the log. */
	rows(): readonly Row[];
	row(key: string): Row | undefined;
	/** Events after all that were added, oldest first. */
	append(events: readonly RecordedEvent[], goal: Goal | undefined): void;
	/** Events before all that were added, oldest first. */
	prepend(events: readonly RecordedEvent[], goal: Goal | undefined): void;
	/** Drops the first or last `count` rows. */
	cutStart(count: number): void;
	cutEnd(count: number): void;
	/** Drops rows that are over and not wanted. */
	prune(wanted: (row: Row) => boolean): void;
}

export function newRowProjection(): RowProjection {
	let cells: Cell[] = [];
	const byKey = new Map<string, Cell>();
	const early = new Map<string, RecordedEvent[]>();

	/** The thread that last worked on each step, which tells where a changed file or a check belongs. */
	function build(events: readonly RecordedEvent[], goal: Goal | undefined): Cell[] {
		const made: Cell[] = [];
		const lastThread = new Map<StepId, ThreadId>();
		for (const event of events) {
			if (!isEventType(event.type)) continue;
			// What a sub-agent's work leads to belongs to the thread of the step all the same.
			if (event.type === "thread.opened" && event.stepId && !event.parentThreadId)
				lastThread.set(event.stepId, event.threadId);
			const rule = eventRows[event.type] as Rule<EventType>;
			if (rule === "hidden") continue;
			const key = rule.key?.(event) ?? `event:${event.seq}`;
			if ("change" in rule) {
				const cell = byKey.get(key);
				if (cell) change(cell, event);
				else keep(early, key, event);
				continue;
			}
			if (byKey.has(key)) continue;
			const draft = rule.row(event);
			if (!draft) continue;
			const stepId = draft.stepId ?? (draft.checkId ? goal?.checks[draft.checkId]?.stepId : undefined);
			const threadId =
				draft.threadId ??
				(draft.writer ? byKey.get(callKey(draft.writer))?.row.threadId : undefined) ??
				(stepId ? (lastThread.get(stepId) ?? threadOf(goal, stepId, draft.attempt)) : undefined);
			if (draft.threadId && stepId) lastThread.set(stepId, draft.threadId);
			const row: Row = { ...draft, key, seq: event.seq, at: event.at, stepId, threadId };
			const cell: Cell = { first: row, row, changes: [] };
			byKey.set(key, cell);
			for (const later of early.get(key) ?? []) change(cell, later);
			early.delete(key);
			made.push(cell);
		}
		return made;
	}

	function drop(cell: Cell): void {
		byKey.delete(cell.row.key);
		for (const event of cell.changes) keep(early, cell.row.key, event);
	}

	return {
		rows: () => cells.map((cell) => cell.row),
		row: (key) => byKey.get(key)?.row,
		append(events, goal) {
			cells.push(...build(events, goal));
		},
		prepend(events, goal) {
			cells = [...build(events, goal), ...cells];
		},
		cutStart(count) {
			for (const cell of cells.splice(0, count)) drop(cell);
		},
		cutEnd(count) {
			if (count > 0) for (const cell of cells.splice(-count, count)) byKey.delete(cell.row.key);
		},
		prune(wanted) {
			cells = cells.filter((cell) => {
				if (wanted(cell.row)) return true;
				byKey.delete(cell.row.key);
				return false;
			});
		},
	};
}

interface Cell {
	/** As it was made. */
	readonly first: Row;
	row: Row;
	/** Events that changed it, in the order of the log. */
	changes: RecordedEvent[];
}

/** Changes may come in any order, and twice; they count in the order of the log, and once. */
function change(cell: Cell, event: RecordedEvent): void {
	if (cell.changes.some((known) => known.seq === event.seq)) return;
	cell.changes = [...cell.changes, event].sort((a, b) => a.seq - b.seq);
	cell.row = cell.changes.reduce((row, one) => {
		const rule = eventRows[one.type] as Rule<EventType>;
		return rule !== "hidden" && "change" in rule ? rule.change(row, one) : row;
	}, cell.first);
}

function keep(early: Map<string, RecordedEvent[]>, key: string, event: RecordedEvent): void {
	const kept = early.get(key);
	if (kept) kept.push(event);
	else early.set(key, [event]);
}

function threadOf(goal: Goal | undefined, stepId: StepId, attempt: number | undefined): ThreadId | undefined {
	const attempts = goal?.steps[stepId]?.attempts ?? [];
	return (attempts.find((one) => one.attempt === attempt) ?? attempts.at(-1))?.threadId;
}
