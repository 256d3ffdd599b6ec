import type { EventBody, RecordedEvent } from "../core/events.ts";
import type { ChangeView } from "./view.ts";

/**
 * Takes the next change into what was merged so far, by path: each file once, from before its first change to after its
 * last. A file that came and went is left out.
 */
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
		modeBefore: earlier ? earlier.modeBefore : fullMode(event.before, event.modeBefore, event.rightsBefore),
		modeAfter: fullMode(event.after, event.modeAfter, event.rightsAfter),
		leftOut: earlier ? earlier.leftOut : event.leftOut,
		added: earlier ? undefined : event.added,
		removed: earlier ? undefined : event.removed,
		by: event.by,
	};
	merged.delete(event.path);
	const cameAndWent = earlier?.status === "added" && event.status === "deleted";
	const isElsewhere = change.from !== undefined && change.from !== change.path;
	const isOther = change.before !== change.after || isElsewhere || changesMode(change);
	// What was there unrecorded before did not come by this, so it is gone when it is deleted.
	if (change.leftOut !== undefined && cameAndWent) merged.set(event.path, { ...change, status: "deleted" });
	else if (isOther && !cameAndWent) merged.set(event.path, change);
}

/** Whether a file has other rights than before, or became a link or a file. */
export function changesMode({ modeBefore, modeAfter }: Pick<ChangeView, "modeBefore" | "modeAfter">): boolean {
	return modeBefore !== undefined && modeAfter !== undefined && modeBefore !== modeAfter;
}

/** `600 → 640`; undefined where the rights are the same, or not known. */
export function rightsChange({ rightsBefore, rightsAfter }: EventBody<"file.changed">): string | undefined {
	const isChanged = rightsBefore !== undefined && rightsAfter !== undefined && rightsBefore !== rightsAfter;
	return isChanged ? `${rightsBefore} → ${rightsAfter}` : undefined;
}

/** Kind and rights in one word, as git writes modes; undefined for no file, and where the rights were not recorded. */
function fullMode(blob: string | undefined, mode: string | undefined, rights: string | undefined): string | undefined {
	if (blob === undefined || mode === linkMode) return blob && mode;
	return rights === undefined ? undefined : `10${rights.padStart(4, "0")}`;
}

const linkMode = "120000";

function mergedStatus(before: ChangeView["status"] | undefined, now: ChangeView["status"]): ChangeView["status"] {
	if (before === "added") return "added";
	if (before === "deleted" && now === "added") return "modified";
	if (before === "renamed" && now === "modified") return "renamed";
	return now;
}
