import type { RecordedEvent } from "./events.ts";

/**
 * Events are never rewritten; their old shapes are read forward here, one row for each event type that ever changed.
 * A row takes a body as it was stored and returns it as it is understood today.
 */
const upcasts: Readonly<Record<string, (body: Record<string, unknown>) => Record<string, unknown>>> = {
	// That no price is known stood in the sentence alone.
	"approval.requested": (body) => {
		if (body.kind !== "budget" || body.resource !== "usd" || body.unpriced !== undefined) return body;
		const [, provider, model] = /: No price is known for ([^/]+)\/(.+), so a limit/.exec(String(body.summary)) ?? [];
		return provider && model ? { ...body, unpriced: { provider, model } } : body;
	},
};

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
