import { type Dirent, lstatSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import type { NotCovered } from "../../core/values.ts";
import type { LeftOutChange } from "../changes/leftOut.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";

/**
 * What steps may have written that undo cannot take back, because it is not recorded: ignored files, and files too large
 * or not to be read. Named are those that were touched since the first of the steps began; the time of an inode's last
 * change is the system's own, which no tool sets back. Named are also those that came or went since, as `moved` and
 * `hasCome` tell: when a folder is moved, the times of what is in it stay.
 */
export function findNotCovered(
	workspace: string,
	sinceMs: number,
	ignored: readonly string[],
	skipped: readonly { readonly path: string; readonly reason: string; readonly hasCome?: boolean }[],
	moved: readonly LeftOutChange[],
): readonly NotCovered[] {
	const budget = { entries: maxEntries };
	const full = (path: string) => `${toBytes(workspace)}/${toBytes(path)}`;
	const cameAlong = withMovedFolders(toBytes(workspace), sinceMs);
	const rows: NotCovered[] = [];
	for (const path of ignored) {
		const touched =
			cameAlong(path) ||
			(path.endsWith("/") ? folderTouched(full(path.slice(0, -1)), sinceMs, budget) : isTouched(full(path), sinceMs));
		if (touched === false) continue;
		const reason = touched ? "it is ignored, so it was not recorded" : "it is ignored, and too large to look through";
		rows.push({ path, reason });
	}
	for (const { path, reason, hasCome } of skipped) {
		const isSince = hasCome ? !isAbsent(full(path)) : isTouched(full(path), sinceMs) || cameAlong(path);
		if (isSince) rows.push({ path, reason: reasons[reason] ?? "it could not be recorded" });
	}
	const named = new Set(rows.map(({ path }) => path.replace(/\/$/, "")));
	for (const { path, before, after } of moved) {
		const reason = after ?? before;
		if (named.has(path) || reason === undefined) continue;
		const isGone = isAbsent(full(path));
		// What is there and is left out no more was recorded since, and speaks for itself.
		if (!isGone && after === undefined) continue;
		const what = isGone ? gone : there;
		rows.push({ path, reason: what[reason] ?? what.ignored! });
	}
	return rows;
}

/** Entries of ignored folders that are looked at in all: 0.1 s. */
const maxEntries = 20_000;

const reasons: Readonly<Record<string, string>> = {
	tooLarge: "it is too large to be recorded",
	unreadable: "it may not be read",
	special: "it is not a regular file",
	recordedLater: "it was not recorded when it may have been written",
};
const there: Readonly<Record<string, string>> = { ...reasons, ignored: "it is ignored, so it was not recorded" };
const gone: Readonly<Record<string, string>> = {
	ignored: "it is gone, and was not recorded, because it was ignored",
	tooLarge: "it is gone, and was not recorded, because it was too large",
	unreadable: "it is gone, and was not recorded, because it could not be read",
	special: "it is gone, and was not a regular file",
};

function isAbsent(full: string): boolean {
	try {
		return lstatSync(toFsPath(full), { throwIfNoEntry: false }) === undefined;
	} catch (cause) {
		return (cause as NodeJS.ErrnoException).code === "ENOTDIR";
	}
}

/** The system takes the time of a change from a clock that ticks a few hundred times a second. */
const clockTickMs = 20;

function isTouched(full: string, sinceMs: number): boolean {
	try {
		const stats = lstatSync(toFsPath(full), { throwIfNoEntry: false });
		return stats !== undefined && Math.max(stats.ctimeMs, stats.mtimeMs) >= sinceMs - clockTickMs;
	} catch {
		return false;
	}
}

/**
 * Whether a path lies in a folder that was moved since. What moves a folder changes its inode and nothing in it: so that
 * time is new, that of its list of names is old, and so are the times of all below it. `workspace` is in bytes.
 */
function withMovedFolders(workspace: string, sinceMs: number): (path: string) => boolean {
	const known = new Map<string, boolean>([[".", false]]);
	const earliest = sinceMs - clockTickMs;
	return (path) => isMoved(posix.dirname(toBytes(path).replace(/\/$/, "")));

	function isMoved(folder: string): boolean {
		const before = known.get(folder);
		if (before !== undefined) return before;
		const moved = isMoved(posix.dirname(folder)) || hasMoved(`${workspace}/${folder}`);
		known.set(folder, moved);
		return moved;
	}

	function hasMoved(full: string): boolean {
		try {
			const stats = lstatSync(toFsPath(full), { throwIfNoEntry: false });
			return stats?.isDirectory() === true && stats.ctimeMs >= earliest && stats.mtimeMs < earliest;
		} catch {
			return false;
		}
	}
}

/** Whether something in the folder is; undefined when that would take too long to say. */
function folderTouched(folder: string, sinceMs: number, budget: { entries: number }): boolean | undefined {
	if (isTouched(folder, sinceMs)) return true;
	let entries: Dirent[] = [];
	try {
		entries = readdirSync(toFsPath(folder), { withFileTypes: true, encoding: "latin1" });
	} catch {
		return false;
	}
	const inner: string[] = [];
	for (const entry of entries) {
		if (--budget.entries < 0) return undefined;
		const path = `${folder}/${entry.name}`;
		if (entry.isDirectory()) inner.push(path);
		else if (isTouched(path, sinceMs)) return true;
	}
	for (const path of inner) {
		const touched = folderTouched(path, sinceMs, budget);
		if (touched !== false) return touched;
	}
	return false;
}
