import { type EventType, isEventType, type RecordedEvent } from "../../core/events.ts";
import type { GoalId } from "../../core/ids.ts";
import type { Host } from "../shared/host.ts";
import type { Rule } from "./row.ts";
import { eventRows } from "./rows.ts";

/** Most hits shown, and most neighbourhoods read to make them whole. */
const maxHits = 500;
const maxReads = 12;

/**
 * Events that have all the words, oldest first. A hit may be one of several events of a row (the output of a call, but
 * not its command), so the others are read from its neighbourhood, as far as that goes.
 */
export async function searchEvents(
	host: Host,
	goalId: GoalId,
	text: string,
): Promise<{ readonly events: readonly RecordedEvent[]; readonly cut: boolean }> {
	const hits = (await host.request("goal/search", { goalId, text, limit: maxHits })).events;
	const found = new Map(hits.map((event) => [event.seq, event]));
	const keys = new Set(hits.flatMap((event) => keyOf(event) ?? []));
	const types = [...new Set(hits.flatMap((event) => familyOf(event.type)))];
	let reads = 0;
	for (const hit of [...hits].sort((a, b) => b.seq - a.seq)) {
		const key = keyOf(hit);
		if (key === undefined || reads >= maxReads || isWhole(key, found)) continue;
		reads++;
		const after = Math.max(0, hit.seq - 100);
		for (const event of (await host.request("goal/events", { goalId, afterSeq: after, limit: 300, types })).events) {
			const near = keyOf(event);
			if (near !== undefined && keys.has(near)) found.set(event.seq, event);
		}
	}
	return { events: [...found.values()].sort((a, b) => a.seq - b.seq), cut: hits.length >= maxHits };
}

function isWhole(key: string, found: ReadonlyMap<number, RecordedEvent>): boolean {
	let begins = false;
	let ends = false;
	for (const event of found.values()) {
		if (keyOf(event) !== key) continue;
		if (/\.(requested|started)$/.test(event.type) && event.type !== "tool.started") begins = true;
		if (/\.(completed|interrupted|answered|expired|superseded)$/.test(event.type)) ends = true;
	}
	return begins && ends;
}

function keyOf(event: RecordedEvent): string | undefined {
	if (!isEventType(event.type)) return undefined;
	const rule = eventRows[event.type] as Rule<EventType>;
	return rule === "hidden" ? undefined : rule.key?.(event);
}

/** `tool.completed` belongs to all of `tool.*`. */
function familyOf(type: string): readonly string[] {
	const family = type.split(".")[0];
	return Object.keys(eventRows).filter((other) => other.split(".")[0] === family);
}
