import type { RecordedEvent } from "../events.ts";
import type { Goal } from "../goal.ts";
import { calls, callWorks, turnWorks } from "./calls.ts";
import { checks } from "./checks.ts";
import { canMove } from "./movement.ts";
import { threadIsFree, threads } from "./threads.ts";

/**
 * How long a goal has worked: what its limit of minutes counts. Time counts from one event to the next while something
 * is under way or could begin at once; waiting for a person, a pause, a turn among the goals, or a provider does not.
 * From the last event of one daemon to the first of the next nothing counts: no daemon was there. A goal notes in its log
 * that it works (`work.noted`) where nothing else tells it, so that a kill loses no more than one such note's time; under a
 * limit of minutes a machine that slept is known by a gap that is too long.
 */
export function workedMs(goal: Goal, nowMs: number): number {
	return goal.work.ms + sinceLastEvent(goal, nowMs);
}

/** The fold's part: what the time up to this event adds. */
export function countWork(goal: Goal, { at, epoch }: Pick<RecordedEvent, "at" | "epoch">): Goal["work"] {
	if (goal.seq === 0) return { ms: 0, epoch };
	if (epoch !== goal.work.epoch) return { ms: goal.work.ms, epoch };
	return at === goal.updatedAt ? goal.work : { ms: workedMs(goal, Date.parse(at)), epoch };
}

export function isWorking(goal: Goal): boolean {
	if (goal.seq === 0 || goal.end) return false;
	const isUnderWayNow =
		threads(goal).some((thread) => turnWorks(goal, thread)) ||
		calls(goal).some((call) => callWorks(goal, call)) ||
		checks(goal).some((check) => check.state === "running");
	if (isUnderWayNow || goal.undo) return isUnderWayNow;
	return canMove(goal, (thread) => threadIsFree(goal, thread) && thread.retryAt === undefined);
}

/** When the goal's minutes are used up if it works on, in milliseconds since the epoch. */
export function minutesEnd(goal: Goal): number | undefined {
	const { minutes } = goal.budget;
	if (minutes === undefined || !isWorking(goal)) return undefined;
	return Date.parse(goal.updatedAt) + minutes * 60_000 - goal.work.ms;
}

/** When the log is to say again that the goal works. */
export function nextNote(goal: Goal): number | undefined {
	if (!isWorking(goal)) return undefined;
	const { minutes } = goal.budget;
	return Date.parse(goal.updatedAt) + (minutes === undefined ? unlimitedNoteMs(goal.work.ms) : noteEveryMs(minutes));
}

function noteEveryMs(minutes: number): number {
	return Math.min(60_000, Math.max(1_000, (minutes * 60_000) / 20));
}

/** What a goal took is only shown where nothing ends it: a twentieth of it may be lost, and a night's command adds few notes. */
function unlimitedNoteMs(workedMs: number): number {
	return Math.min(600_000, Math.max(60_000, workedMs / 20));
}

/** A note may come late on a busy machine. */
const lateMs = 10_000;

function sinceLastEvent(goal: Goal, nowMs: number): number {
	const gap = nowMs - Date.parse(goal.updatedAt);
	if (!(gap > 0) || !isWorking(goal)) return 0;
	const { minutes } = goal.budget;
	return minutes === undefined ? gap : Math.min(gap, 2 * noteEveryMs(minutes) + lateMs);
}
