import { execFile, execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/**
 * Who a process is. A pid alone says nothing: it is given again. With the time it started, and within one boot (a spool
 * lies in the folder of its boot), it names one process for ever.
 */
export interface ProcessIdentity {
	readonly pid: number;
	/** Linux: clock ticks since boot. macOS: milliseconds since the epoch, to the second. Windows: 0, not known. */
	readonly start: number;
}

/** True while exactly this process lives. A zombie is dead. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
	if (process.platform === "linux") {
		const found = readStat(identity.pid);
		return found?.alive === true && found.start === identity.start;
	}
	if (process.platform === "win32") return isThere(identity.pid);
	const start = await startByPs(identity.pid);
	// `ps` shows whole seconds, and the two readings may fall on either side of one.
	return start !== undefined && Math.abs(start - identity.start) <= 2000;
}

/** Another process has its number now, so that nothing of what it led is left. Linux only: elsewhere it is not known. */
export function isTaken({ pid, start }: ProcessIdentity): boolean {
	const found = process.platform === "linux" ? readStat(pid) : undefined;
	return found?.alive === true && found.start !== start;
}

/** The identity of a child that this process has just started and not yet reaped. */
export function identify(pid: number): ProcessIdentity {
	if (process.platform === "linux") return { pid, start: readStat(pid)?.start ?? 0 };
	// A child that was just started began now; asking `ps` would cost more than the child.
	return { pid, start: process.platform === "win32" ? 0 : Math.floor(Date.now() / 1000) * 1000 };
}

/**
 * The process groups that live in the session of `leader`, which has ended, and have been there since before
 * `endedTicks`. A session with the same number that began later has no such member, so these are the leader's own.
 * Linux only: elsewhere it is the leader's group, if that has members.
 */
export function groupsLeftBy(leader: number, endedTicks: number): readonly number[] {
	if (process.platform !== "linux") return isThere(-leader) ? [leader] : [];
	const groups = new Set<number>();
	for (const name of readdirSync("/proc")) {
		if (!/^\d+$/.test(name)) continue;
		const found = readStat(Number(name));
		if (found?.alive && found.session === leader && found.start <= endedTicks) groups.add(found.group);
	}
	return [...groups];
}

/** Clock ticks since boot: Linux counts 100 a second for user space on every architecture. */
export function ticksNow(): number {
	return process.platform === "linux" ? Math.ceil(Number.parseFloat(readFileSync("/proc/uptime", "latin1")) * 100) : 0;
}

/** Names this boot of the machine, as a file name. */
export function bootId(): string {
	try {
		if (process.platform === "linux") return readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
		if (process.platform === "darwin")
			return execFileSync("/usr/sbin/sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "latin1" }).trim();
	} catch {
		// Some sandboxes hide it. Then a reboot is not noticed as such, and what ran before it is found not running.
	}
	return "boot";
}

/** True when a process (or, for a negative number, a group) of this number exists; says nothing about which. */
export function isThere(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

function readStat(pid: number) {
	let text: string;
	try {
		text = readFileSync(`/proc/${pid}/stat`, "latin1");
	} catch {
		return undefined;
	}
	// The second field is the program's name in parentheses and may hold anything, so count from its end.
	const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
	return {
		alive: fields[0] !== "Z" && fields[0] !== "X",
		group: Number(fields[2]),
		session: Number(fields[3]),
		start: Number(fields[19]),
	};
}

async function startByPs(pid: number): Promise<number | undefined> {
	try {
		const { stdout } = await promisify(execFile)("/bin/ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
			env: { LC_ALL: "C" },
		});
		const [, stat, start] = /^\s*(\S+)\s+(.*\S)\s*$/.exec(stdout) ?? [];
		if (stat === undefined || start === undefined || stat.startsWith("Z")) return undefined;
		return Date.parse(start);
	} catch {
		return undefined;
	}
}
