import { mergeChanges } from "../../protocol/changes.ts";
import type { RecordedEvent } from "../../protocol/events.ts";
import type { GoalId } from "../../protocol/ids.ts";
import { readEvent } from "../../protocol/upcast.ts";
import type { ChangeView } from "../../protocol/view.ts";
import type { EventStore } from "./eventStore.ts";

const changePage = 1000;

/** The files that a goal, or one of its steps, changed, each once. */
export async function listChanges(store: EventStore, goalId: GoalId, stepId?: string): Promise<ChangeView[]> {
	const events: RecordedEvent<"file.changed">[] = [];
	for (let afterSeq = 0; ; ) {
		const rows = await store.read(goalId, { types: ["file.changed"], stepId, afterSeq, limit: changePage });
		events.push(...(rows.filter((row) => row.body !== undefined).map(readEvent) as RecordedEvent<"file.changed">[]));
		const last = rows.at(-1);
		if (!last || rows.length < changePage) return mergeChanges(events);
		afterSeq = last.seq;
	}
}
