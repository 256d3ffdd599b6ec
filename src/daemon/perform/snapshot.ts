import { setTimeout as sleep } from "node:timers/promises";
import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal, Writer } from "../../protocol/goal.ts";
import { isPlaybook, threads } from "../../protocol/readiness.ts";
import type { Changes, FileChange, Snapshot } from "../changes/changes.ts";
import { crashPoint } from "../crashPoint.ts";
import type { Performing } from "./parts.ts";

/**
 * What changed on disk since the last look, and who may have done it: every call that ended since, or runs now. What
 * changed while nobody of ours wrote is the person's.
 */
export async function performSnapshot(performing: Performing): Promise<void> {
	const { driver } = performing;
	if (asksModel(driver.goal())) await sleep(afterRequestMs);
	// What still writes is owed another look when it has ended; what begins or ends during this one may be in it.
	const { unaccounted, writers } = driver.goal().files;
	const before = [...unaccounted, ...writers];
	const seen = await look(performing, unaccounted, () => union(before, allWriters(driver.goal())));
	await driver.recordFact((goal) => (goal.files.tree === seen.basedOn ? seen.events : retryLater(goal)));
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
	/** The tree against which the changes were found. */
	readonly basedOn: string | undefined;
	readonly tree: string | undefined;
	readonly events: GoalEvent[];
}

/**
 * Looks at the workspace now. What `ended` wrote is accounted for by it. `writersOf` is asked when it is done, and says
 * who may have made the changes: nobody means that they were made outside.
 */
export async function look(
	{ parts, driver }: Performing,
	ended: readonly Writer[] = [],
	writersOf: () => readonly Writer[] = () => [],
): Promise<Look> {
	const goal = driver.goal();
	const basedOn = goal.files.tree;
	const ids = ended.map((writer) => writer.id);
	try {
		const changes = await parts.changes(goal);
		if ("unavailable" in changes) {
			return { basedOn, tree: undefined, events: [failed(changes.unavailable, ids, false)] };
		}
		return await seenSince(changes, basedOn, ids, writersOf);
	} catch (cause) {
		const reason = cause instanceof Error ? cause.message : String(cause);
		parts.log.warn(`${goal.goalId}: changes could not be looked at`, cause);
		return { basedOn, tree: undefined, events: [failed(reason, ids, true)] };
	}
}

function failed(reason: string, toolCallIds: string[], passing: boolean): GoalEvent {
	return { type: "snapshot.failed", reason, toolCallIds, passing };
}

function union(some: readonly Writer[], others: readonly Writer[]): readonly Writer[] {
	return [...some, ...others.filter(({ id }) => !some.some((one) => one.id === id))];
}

/** What changed since a tree, as events. `ids` are accounted for by it; `writersOf` says who may have made a change. */
export async function seenSince(
	changes: Changes,
	basedOn: string | undefined,
	ids: readonly string[],
	writersOf: (change: FileChange) => readonly Writer[],
): Promise<Look & { readonly tree: string; readonly ignored: readonly string[] }> {
	const snapshot = await changes.snapshot();
	crashPoint("snapshot.kept");
	const { tree, ignored } = snapshot;
	const found = basedOn && basedOn !== tree ? await changes.between(basedOn, tree) : [];
	const events = [...found.map((change) => changed(change, writersOf(change))), taken(snapshot, ids)];
	return { basedOn, tree, ignored, events };
}

export function allWriters(goal: Goal): readonly Writer[] {
	return [...goal.files.unaccounted, ...goal.files.writers];
}

function taken(snapshot: Snapshot, toolCallIds: readonly string[]): GoalEvent {
	return { type: "snapshot.taken", tree: snapshot.tree, toolCallIds: [...toolCallIds], skipped: [...snapshot.skipped] };
}

function changed(change: FileChange, writers: readonly Writer[]): GoalEvent {
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
		modeBefore: change.modeBefore === ordinary ? undefined : change.modeBefore,
		modeAfter: change.modeAfter === ordinary ? undefined : change.modeAfter,
		added: change.added,
		removed: change.removed,
		by:
			calls.length > 0 ? "agent" : writers.some(({ undo }) => undo) ? "undo" : writers.length > 0 ? "check" : "outside",
	};
}

const ordinary = "100644";
