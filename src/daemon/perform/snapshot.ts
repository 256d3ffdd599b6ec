import { setTimeout as sleep } from "node:timers/promises";
import type { GoalEvent } from "../../core/events.ts";
import type { FileTracking, Goal, Writer } from "../../core/goal.ts";
import { isPlaybook, threads } from "../../core/rules/threads.ts";
import type { Changes, Snapshot } from "../changes/changes.ts";
import { fileMode } from "../changes/fileMode.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import type { ActivityContext } from "./parts.ts";
import { isInPlace } from "./place.ts";
import { type SeenChange, seenChanges } from "./seenChanges.ts";

/**
 * What changed on disk since the last look, and who may have done it: every call that ended since, or runs now. What
 * changed while nobody of ours wrote is the person's.
 */
export async function performSnapshot(context: ActivityContext): Promise<void> {
	const { driver } = context;
	if (asksModel(driver.goal())) await sleep(afterRequestMs);
	// What still writes is owed another look when it has ended; what begins or ends during this one may be in it.
	const { unaccounted, writers } = driver.goal().files;
	const before = [...unaccounted, ...writers];
	const seen = await look(context, unaccounted, () => union(before, allWriters(driver.goal())));
	// What another folder holds that came to stand there meanwhile is no change of the goal's files.
	if (!(await isInPlace(context))) return;
	await driver.recordFact((goal) => (isBasedOn(seen, goal) ? seen.events : retryLater(goal)));
}

/** A walk of 10,000 files keeps the daemon busy for 40 ms: the question to the model goes out first, and we look while it thinks. */
const afterRequestMs = 5;

function asksModel(goal: Goal): boolean {
	return threads(goal).some((thread) => thread.turn && !isPlaybook(thread));
}

/** Somebody else recorded a look in between; next asks for another if one is still owed. */
function retryLater(_goal: Goal): GoalEvent[] {
	return [];
}

export interface Look {
	/** The snapshot against which the changes were found. */
	readonly basedOn: Base;
	readonly tree: string | undefined;
	/** Whether files, or the names of what is not recorded, are others than before. */
	readonly isNews: boolean;
	readonly events: GoalEvent[];
}

/** What is known of the workspace when it is looked at. */
export type Base = Pick<FileTracking, "tree" | "coverage" | "skipped">;

/** Nobody else recorded a look meanwhile. */
export function isBasedOn({ basedOn }: Look, { files }: Goal): boolean {
	return basedOn.tree === files.tree && basedOn.coverage === files.coverage;
}

/**
 * Looks at the workspace now. What `ended` wrote is accounted for by it. `writersOf` is asked when it is done, and says
 * who may have made the changes: nobody means that they were made outside.
 */
export async function look(
	{ parts, driver }: ActivityContext,
	ended: readonly Writer[] = [],
	writersOf: () => readonly Writer[] = () => [],
): Promise<Look> {
	const goal = driver.goal();
	const basedOn = goal.files;
	const ids = ended.map((writer) => writer.id);
	try {
		const changes = await parts.changes(goal);
		if ("unavailable" in changes) {
			return { basedOn, tree: undefined, isNews: true, events: [failed(changes.unavailable, ids, false)] };
		}
		return await changesSince(changes, goal.workspace, basedOn, ids, writersOf);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		parts.log.warn(`${goal.goalId}: changes could not be looked at`, cause);
		return { basedOn, tree: undefined, isNews: true, events: [failed(reason, ids, true)] };
	}
}

function failed(reason: string, toolCallIds: string[], passing: boolean): GoalEvent {
	return { type: "snapshot.failed", reason, toolCallIds, passing };
}

function union(some: readonly Writer[], others: readonly Writer[]): readonly Writer[] {
	return [...some, ...others.filter(({ id }) => !some.some((one) => one.id === id))];
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
