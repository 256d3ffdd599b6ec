import { readFileSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";

/** Where the daemon of a data folder listens, as it wrote it down when it began. A file outlives a daemon that was killed. */
const DaemonFile = v.object({
	pid: v.number(),
	port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535)),
	token: v.string(),
	version: v.string(),
	protocol: v.number(),
	startedAt: v.string(),
});
export type DaemonFile = v.InferOutput<typeof DaemonFile>;

/** Nothing when there is no file, or when it is not one that a daemon wrote. */
export function readDaemonFile(home: string): DaemonFile | undefined {
	try {
		const parsed = v.safeParse(DaemonFile, JSON.parse(readFileSync(path.join(home, "daemon.json"), "utf8")));
		return parsed.success ? parsed.output : undefined;
	} catch {
		return undefined;
	}
}

export function processLives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return !isZombie(pid);
	} catch (cause) {
		return (cause as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** In a container without an init process nothing collects a process that has ended: its number stays taken. */
function isZombie(pid: number): boolean {
	if (process.platform !== "linux") return false;
	try {
		// `pid (name) state …`, and a name may have brackets itself.
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		return stat.charAt(stat.lastIndexOf(")") + 2) === "Z";
	} catch {
		return false;
	}
}
