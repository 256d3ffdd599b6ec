import { rmdirSync } from "node:fs";
import type { PlannedUndo } from "../../core/values.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import type { Disk } from "./disk.ts";
import type { KeptFiles } from "./keptFiles.ts";
import { type FileOrder, openFolder } from "./placeFile.ts";

/**
 * Carries a plan out, as often as need be: what is done already is recognised and passed over. What comes back is
 * written before what goes is deleted, so that no content is ever nowhere; only what a file to be deleted is in the way
 * of waits for that. Resolves, when all of it would survive a power cut, with what was left alone, and why; undefined
 * when it was told to stop.
 */
export async function applyUndo(
	files: readonly PlannedUndo[],
	parts: ApplyParts,
): Promise<ReadonlyMap<string, string> | undefined> {
	const { workspace, disk, signal } = parts;
	const left = new Map<string, string>();
	const wanted = files.filter(({ action }) => action !== "conflict" && action !== "unchanged");
	const writes = wanted.filter(({ after }) => after);
	const deletes = wanted.filter(({ after }) => !after);
	const isBlocked = ({ path }: PlannedUndo) => disk.inTheWay(path) !== undefined || disk.look(path).kind === "folder";
	const later = new Set(writes.filter(isBlocked));
	const round = (orders: readonly PlannedUndo[]) =>
		severalAtATime([...byFolder(orders)], ([folder, inIt]) => carryOut(folder, inIt, left, parts));

	await round(writes.filter((file) => !later.has(file)));
	await round(deletes);
	if (signal.aborted) return undefined;
	const emptied = deletes.filter(({ path }) => !left.has(path));
	removeEmptyFolders(workspace, emptied);
	await round([...later]);
	return signal.aborted ? undefined : left;
}

export interface ApplyParts {
	/** Absolute, without symbolic links. */
	readonly workspace: string;
	readonly disk: Disk;
	content(blob: string): Promise<Buffer>;
	/** Where goes what is taken away. */
	readonly kept: KeptFiles;
	/** Ends it between two files. */
	readonly signal: AbortSignal;
}

async function carryOut(
	name: string,
	orders: readonly PlannedUndo[],
	left: Map<string, string>,
	{ workspace, disk, content, kept, signal }: ApplyParts,
): Promise<void> {
	if (signal.aborted) return;
	const isNeeded = orders.some(({ after }) => after);
	const way = disk.behindLink(orders[0]!.path);
	const folder = way === undefined ? openFolder(workspace, name, isNeeded) : `${way} has become a symbolic link`;
	// Nothing can be deleted where there is no folder.
	if (folder === undefined) return;
	if (typeof folder === "string") {
		for (const { path } of orders) left.set(path, folder);
		return;
	}
	try {
		await severalAtATime(orders, async ({ path, before, after, goesTo }) => {
			if (signal.aborted) return;
			const isLost = goesTo !== undefined && left.has(goesTo);
			const order: FileOrder = {
				path,
				before,
				after,
				content: () => content(after?.blob ?? ""),
				keep: (full, found) => kept.keep(path, full, found),
			};
			const reason = isLost ? `its content could not go to ${goesTo}` : await folder.place(order);
			if (reason !== undefined) left.set(path, reason);
			crashPoint("undo.between");
		});
		await folder.sync();
	} finally {
		folder.close();
	}
}

function byFolder(orders: readonly PlannedUndo[]): ReadonlyMap<string, readonly PlannedUndo[]> {
	const folders = new Map<string, PlannedUndo[]>();
	for (const order of orders) {
		const name = order.path.slice(0, Math.max(0, order.path.lastIndexOf("/")));
		const inIt = folders.get(name);
		if (inIt) inIt.push(order);
		else folders.set(name, [order]);
	}
	return folders;
}

/** Most of the time goes into waiting until a file is durable; disks do that for several at once. */
const atATime = 8;

async function severalAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
	const queue = [...items].reverse();
	const worker = async () => {
		for (let item = queue.pop(); item !== undefined; item = queue.pop()) await work(item);
	};
	await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, worker));
}

/** Folders are not recorded: those that the deleted files leave empty go with them, as git does it. */
function removeEmptyFolders(workspace: string, deleted: readonly PlannedUndo[]): void {
	for (const { path } of deleted) {
		for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
			try {
				rmdirSync(toFsPath(`${toBytes(workspace)}/${toBytes(path.slice(0, end))}`));
			} catch {
				break;
			}
		}
	}
}
