import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Writer } from "../../core/goal.ts";
import type { Changes, Snapshot } from "../changes/changes.ts";
import { fileMode } from "../changes/fileMode.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import { type Base, type SeenChange, seenChanges } from "./seenChanges.ts";

/** What a look at the workspace found: the files that changed since the last one, and who may have changed them. */
export interface Look {
	/** The snapshot against which the changes were found. */
	readonly basedOn: Base;
	readonly tree: string | undefined;
	/** Whether files, or the names of what is not recorded, are others than before. */
	readonly isNews: boolean;
	readonly events: GoalEvent[];
}

/** What changed since a snapshot, as events. `ids` are accounted for by it; `writersOf` says who may have made a change. */
export async function changesSince(
	changes: Changes,
	workspace: string,
	basedOn: Base,
	ids: readonly string[],
	writersOf: (change: SeenChange) => readonly Writer[],
): Promise<Look & Snapshot> {
	const snapshot = await changes.snapshot();
	crashPoint("snapshot.kept");
	const found = await seenChanges(changes, workspace, basedOn, snapshot);
	const events = [...found.map((change) => changed(change, writersOf(change))), taken(snapshot, ids)];
	const isNews = snapshot.tree !== basedOn.tree || snapshot.coverage !== basedOn.coverage;
	return { ...snapshot, basedOn, isNews, events };
}

/** No other look was recorded meanwhile. */
export function isBasedOn({ basedOn }: Look, { files }: Goal): boolean {
	return basedOn.tree === files.tree && basedOn.coverage === files.coverage;
}

export function allWriters(goal: Goal): readonly Writer[] {
	return [...goal.files.unaccounted, ...goal.files.writers];
}

function taken(snapshot: Snapshot, toolCallIds: readonly string[]): GoalEvent {
	const { tree, coverage, skipped } = snapshot;
	return { type: "snapshot.taken", tree, coverage, toolCallIds: [...toolCallIds], skipped: [...skipped] };
}

function changed(change: SeenChange, writers: readonly Writer[]): GoalEvent {
	const calls = writers.filter((writer) => !writer.check && !writer.undo);
	return {
		type: "file.changed",
		path: change.path,
		status: change.status,
		from: change.from,
		toolCallIds: writers.map((writer) => writer.id),
		stepId: (calls[0] ?? writers[0])?.stepId,
		before: change.before,
		after: change.after,
		modeBefore: change.modeBefore === fileMode ? undefined : change.modeBefore,
		modeAfter: change.modeAfter === fileMode ? undefined : change.modeAfter,
		rightsBefore: change.rightsBefore,
		rightsAfter: change.rightsAfter,
		leftOut: change.leftOut,
		added: change.added,
		removed: change.removed,
		by:
			calls.length > 0 ? "agent" : writers.some(({ undo }) => undo) ? "undo" : writers.length > 0 ? "check" : "outside",
	};
}
