import type { GoalEvent } from "../../src/core/events.ts";
import type { CrashPoint, EventPoint } from "../../src/daemon/platform/crashPoint.ts";

/**
 * What stands in the place of src/daemon/crashPoint.ts in the daemon that the crash tests build: the process kills itself
 * when it comes to the moment that MISSION_CRASH_POINT names, for the time that MISSION_CRASH_TIME says.
 */
const wanted = process.env.MISSION_CRASH_POINT;
let left = Number(process.env.MISSION_CRASH_TIME ?? 1);

export function crashPoint(point: CrashPoint | EventPoint, events?: readonly GoalEvent[]): void {
	if (wanted === undefined) return;
	const names = events ? events.map(({ type }) => `${point} ${type}`) : [point];
	if (!names.includes(wanted) || --left > 0) return;
	process.kill(process.pid, "SIGKILL");
	// The signal is on its way to the process, and this thread must not get any further.
	for (;;);
}
