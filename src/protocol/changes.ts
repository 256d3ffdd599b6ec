import type { RecordedEvent } from "./events.ts";
import type { ChangeView } from "./view.ts";

/** Each file once: from before its first change to after its last. A file that came and went is left out. */
export function mergeChanges(events: Iterable<RecordedEvent<"file.changed">>): ChangeView[] {
	const merged = new Map<string, ChangeView>();
	for (const event of events) mergeChange(merged, event);
	return [...merged.values()];
}

/** Takes the next change into what was merged so far, by path. */
export function mergeChange(merged: Map<string, ChangeView>, event: RecordedEvent<"file.changed">): void {
	const earlier = merged.get(event.path) ?? (event.from ? merged.get(event.from) : undefined);
	if (event.from) merged.delete(event.from);
	const change: ChangeView = {
		path: event.path,
		status: mergedStatus(earlier?.status, event.status),
		from: earlier?.from ?? event.from,
		stepId: event.stepId ?? earlier?.stepId,
		toolCallId: event.toolCallIds.at(-1) ?? earlier?.toolCallId,
		toolCallIds: [...new Set([...(earlier?.toolCallIds ?? []), ...event.toolCallIds])],
		before: earlier ? earlier.before : event.before,
		after: event.after,
		added: earlier ? undefined : event.added,
		removed: earlier ? undefined : event.removed,
		by: event.by,
	};
	merged.delete(event.path);
	const cameAndWent = earlier?.status === "added" && event.status === "deleted";
	const isElsewhere = change.from !== undefined && change.from !== change.path;
	if (!cameAndWent && (change.before !== change.after || isElsewhere)) merged.set(event.path, change);
}

function mergedStatus(before: ChangeView["status"] | undefined, now: ChangeView["status"]): ChangeView["status"] {
	if (before === "added") return "added";
	if (before === "deleted" && now === "added") return "modified";
	if (before === "renamed" && now === "modified") return "renamed";
	return now;
}
