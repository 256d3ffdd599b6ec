import type { EventType, RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { StepId, ThreadId } from "../../core/ids.ts";
import type { Entry } from "./dayFold.ts";

/**
 * What lists of the account are made of. A list is a table with a row for each type of event that it tells of, so that
 * telling of another one is adding a row.
 */
export interface Line extends Entry {
	/** A command or a path is shown as code. */
	readonly code?: string;
	readonly about?: string;
	/** Who did it, in words. */
	readonly by?: string;
	readonly reason?: string;
	/** One of many of its kind, and folded first. */
	readonly isRoutine?: boolean;
}

export type LineText = Omit<Line, "seq" | "at">;

/** What is known when an event is told of: the goal as it was before it, and what it refers to. */
export interface Known {
	readonly goal: Goal;
	/** In words, also when a later plan dropped the step. */
	step(stepId: StepId): string;
	role(threadId: ThreadId): string;
}

export type LineTable = {
	readonly [T in EventType]?: (event: RecordedEvent<T>, known: Known) => LineText | undefined;
};

export function lineOf(table: LineTable, event: RecordedEvent, known: Known): Line | undefined {
	const row = table[event.type] as ((event: RecordedEvent, known: Known) => LineText | undefined) | undefined;
	const text = row?.(event, known);
	return text && { seq: event.seq, at: event.at, ...text };
}
