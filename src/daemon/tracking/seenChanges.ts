import { lstatSync, type Stats } from "node:fs";
import type { FileTracking } from "../../core/goal.ts";
import type { LeftOut } from "../../core/values.ts";
import type { Changes, FileChange, Snapshot } from "../changes/changes.ts";
import { hashObject } from "../changes/objects.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";

/** What is known of the workspace when it is looked at. */
export type Base = Pick<FileTracking, "tree" | "coverage" | "skipped">;

/** A change, and where what was there before is not known, why. */
export type SeenChange = FileChange & { readonly leftOut?: LeftOut };

/**
 * What happened to the files between two looks. What two trees tell is not the whole truth: a file that is new in the
 * second may have been there unrecorded, and one that is in the first may have had another content since, which was too
 * large. Such a change says so, and undo keeps the file. A file that only ceased to be recorded did not change.
 */
export async function seenChanges(
	changes: Changes,
	workspace: string,
	before: Base,
	after: Snapshot,
): Promise<readonly SeenChange[]> {
	if (before.tree === undefined) return [];
	const found = await changes.between(before.tree, after.tree);
	return [
		...(await withWhatWasLeftOut(changes, workspace, before, after, found)),
		...(await cameBackTheSame(changes, before, after, found)),
	];
}

/**
 * A file that could not be recorded stays in the trees as it last was. One that has that content again when it can be
 * recorded makes no difference between two trees, and had another content all the same.
 */
async function cameBackTheSame(
	changes: Changes,
	before: Base,
	after: Snapshot,
	found: readonly FileChange[],
): Promise<readonly SeenChange[]> {
	if (before.coverage === undefined || before.coverage === after.coverage) return [];
	const told = new Set(found.map(({ path }) => path));
	const rows: SeenChange[] = [];
	for (const { path, before: leftOut, after: now } of await changes.leftOutBetween(before.coverage, after.coverage)) {
		if (leftOut === undefined || isByRule(leftOut) || now !== undefined || told.has(path)) continue;
		const bytes = await changes.contentAt(after.tree, path);
		if (!bytes) continue;
		const blob = hashObject("blob", bytes);
		rows.push({ path, status: "modified", before: blob, after: blob, leftOut });
	}
	return rows;
}

/** A recorded file stays recorded when rules begin to ignore it; what is left out for itself is another matter. */
function isByRule(reason: LeftOut): boolean {
	return reason === "ignored" || reason === "excluded";
}

async function withWhatWasLeftOut(
	changes: Changes,
	workspace: string,
	before: Base,
	after: Snapshot,
	found: readonly FileChange[],
): Promise<readonly SeenChange[]> {
	if (found.length === 0) return [];
	const paths = [...new Set(found.flatMap(({ path, from = path }) => [path, from]))];
	const wasLeftOut = await leftOutBefore(changes, before, paths);
	const gone = found.flatMap(({ path, from, status }) => from ?? (status === "deleted" ? path : []));
	const isLeftOut = gone.length > 0 ? await changes.leftOut(after.coverage, gone) : new Map();
	const isStillThere = (path: string) => isLeftOut.has(path) && isThere(workspace, path);

	return found.flatMap((change): SeenChange[] => {
		const known = before.coverage === undefined ? withoutOldRights(change) : change;
		if (known === undefined) return [];
		const { path, from } = known;
		if (from === undefined) {
			if (known.status === "deleted" && isStillThere(path)) return [];
			return [withReason(known, wasLeftOut(path, known.status !== "added"))];
		}
		const oldReason = wasLeftOut(from, true);
		const newReason = wasLeftOut(path, false);
		if (!oldReason && !newReason && !isStillThere(from)) return [known];
		// Not one file that moved, as far as is known.
		const [deleted, added] = apart(known, from);
		return [...(isStillThere(from) ? [] : [withReason(deleted, oldReason)]), withReason(added, newReason)];
	});
}

type WasLeftOut = (path: string, isRecorded: boolean) => LeftOut | undefined;

/** Why a path may have been something else before than the tree says. Of an old snapshot only the skipped files are known. */
async function leftOutBefore(changes: Changes, before: Base, paths: readonly string[]): Promise<WasLeftOut> {
	if (before.coverage === undefined) {
		const skipped = new Set(before.skipped.map(({ path }) => path));
		return (path, isRecorded) => (!isRecorded || skipped.has(path) ? "unknown" : undefined);
	}
	const found = await changes.leftOut(before.coverage, paths);
	return (path, isRecorded) => found.get(path)?.find((reason) => !isRecorded || !isByRule(reason));
}

function withReason(change: FileChange, leftOut: LeftOut | undefined): SeenChange {
	return leftOut === undefined ? change : { ...change, leftOut };
}

function apart(change: FileChange, from: string): readonly [FileChange, FileChange] {
	const { path, before, after, modeBefore, modeAfter, rightsBefore, rightsAfter } = change;
	return [
		{ path: from, status: "deleted", before, modeBefore, rightsBefore },
		{ path, status: "added", after, modeAfter, rightsAfter },
	];
}

/** Old trees know no rights, so none can be said to have changed since. */
function withoutOldRights({ rightsBefore: _, ...change }: FileChange): FileChange | undefined {
	const isSame = change.status === "modified" && change.before === change.after;
	return isSame && change.modeBefore === change.modeAfter ? undefined : change;
}

/** A file or a link, reached through no link. What cannot be looked at may be there. */
function isThere(workspace: string, path: string): boolean {
	const bytes = toBytes(path);
	try {
		for (let end = bytes.indexOf("/"); end >= 0; end = bytes.indexOf("/", end + 1)) {
			if (!look(bytes.slice(0, end))?.isDirectory()) return false;
		}
		const stats = look(bytes);
		return stats !== undefined && (stats.isFile() || stats.isSymbolicLink());
	} catch {
		return true;
	}

	function look(name: string): Stats | undefined {
		return lstatSync(toFsPath(`${toBytes(workspace)}/${name}`), { throwIfNoEntry: false });
	}
}
