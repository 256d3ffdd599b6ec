import type { RecordedEvent } from "./events.ts";

/**
 * Events are never rewritten; their old shapes are read forward here, one row for each event type that ever changed.
 * A row takes a body as it was stored and returns it as it is understood today. Version 1 is the first: no row yet.
 */
const upcasts: Readonly<Record<string, (body: Record<string, unknown>) => Record<string, unknown>>> = {};

/** The event of a stored row. A row whose body was erased reads as its type and position alone. */
export function readEvent(row: {
	seq: number;
	epoch: number;
	at: number;
	type: string;
	body: string | undefined;
}): RecordedEvent {
	const body = row.body === undefined ? {} : (JSON.parse(row.body) as Record<string, unknown>);
	const current = upcasts[row.type]?.(body) ?? body;
	return {
		...current,
		seq: row.seq,
		epoch: row.epoch,
		at: new Date(row.at).toISOString(),
		type: row.type,
	} as RecordedEvent;
}
