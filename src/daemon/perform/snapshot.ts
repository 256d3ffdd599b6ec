import { setTimeout as sleep } from "node:timers/promises";
import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Writer } from "../../core/goal.ts";
import { readsMessages, threads } from "../../core/rules/threads.ts";
import { allWriters, changesSince, isBasedOn, type Look } from "../tracking/changesSince.ts";
import type { ActivityContext } from "./parts.ts";
import { isInPlace } from "./place.ts";

/**
 * What changed on disk since the last look, and who may have done it: every call that ended since, or runs now. What
 * changed while nothing of the goal wrote is the person's.
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
	return threads(goal).some((thread) => thread.turn && readsMessages(thread));
}

/** Another look was recorded in between; next asks for another if one is still owed. */
function retryLater(_goal: Goal): GoalEvent[] {
	return [];
}

/**
 * Looks at the workspace now. What `ended` wrote is accounted for by it. `writersOf` is asked when it is done, and says
 * who may have made the changes: none means that they were made outside.
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
