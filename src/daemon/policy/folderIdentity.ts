import { createHash } from "node:crypto";
import { lstat, readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { Goal } from "../../core/goal.ts";
import type { FolderIdentity } from "../../core/values.ts";

/**
 * What a folder is known by, whatever its path: its number on its disk, when it was made, and its git repository. None of
 * them changes while one works in it; reading them costs two looks at the file system and opens nothing of the folder.
 */
export async function readFolderIdentity(folder: string): Promise<FolderIdentity | undefined> {
	const info = await stat(folder, { bigint: true }).catch(() => undefined);
	if (!info?.isDirectory()) return undefined;
	const { dev, ino, birthtimeNs, ctimeNs } = info;
	return {
		dev: String(dev),
		ino: String(ino),
		born: birthtimeNs > 0n ? String(birthtimeNs) : undefined,
		isFresh: birthtimeNs === ctimeNs || undefined,
		git: await repository(path.join(folder, ".git")),
	};
}

/** A file stands there where the repository itself is elsewhere, and says where. */
async function repository(place: string): Promise<string | undefined> {
	const info = await lstat(place, { bigint: true }).catch(() => undefined);
	if (!info) return undefined;
	if (!info.isFile()) return `${info.ino}.${info.birthtimeNs}`;
	const text = await readFile(place).catch(() => undefined);
	return text && createHash("sha256").update(text).digest("hex");
}

/**
 * Numbers of disks change when they are mounted again, and numbers of files where a file system makes them up; so one of
 * them may differ where the rest agrees. A folder that was made at another time, or holds another repository, is another.
 */
export function isSameFolder(known: FolderIdentity, now: FolderIdentity): boolean {
	if (known.git !== undefined && known.git !== now.git) return false;
	const hasBoth = known.born !== undefined && now.born !== undefined;
	// A file system that keeps no times of birth shows the last change instead.
	const isTold = hasBoth && !(known.isFresh && now.isFresh);
	if (isTold && known.born !== now.born) return false;
	if (known.ino === now.ino) return known.dev === now.dev || (isTold && known.born === now.born);
	return isTold && known.git !== undefined;
}

/** Why nothing may be done in the folder that stands there now; undefined where it is the goal's own. */
export function whyNotInPlace(
	goal: Pick<Goal, "folder" | "workspace">,
	now: FolderIdentity | undefined,
): string | undefined {
	if (!now) return `The folder ${goal.workspace} is not there.`;
	return goal.folder && !isSameFolder(goal.folder, now)
		? `Another folder is at ${goal.workspace}, not the one in which the goal was launched.`
		: undefined;
}
