import { rmdirSync } from "node:fs";
import type { PlannedUndo } from "../../protocol/values.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";
import type { Disk } from "./disk.ts";
import { placeFile } from "./placeFile.ts";

/**
 * Carries a plan out, as often as need be: what is done already is recognised and passed over. What comes back is
 * written before what goes is deleted, so that no content is ever nowhere; only what a file to be deleted is in the way
 * of waits for that. Resolves with what was left alone, and why; undefined when it was told to stop.
 */
export async function applyUndo(
	files: readonly PlannedUndo[],
	{ workspace, disk, content, signal }: ApplyParts,
): Promise<ReadonlyMap<string, string> | undefined> {
	const left = new Map<string, string>();
	const carryOut = (orders: readonly PlannedUndo[]) =>
		severalAtATime(orders, async ({ path, before, after, goesTo }) => {
			if (signal.aborted) return;
			const isLost = goesTo !== undefined && left.has(goesTo);
			const order = { path, before, after, content: () => content(after?.blob ?? "") };
			const reason = isLost ? `its content could not go to ${goesTo}` : await placeFile(workspace, order);
			if (reason !== undefined) left.set(path, reason);
		});

	const wanted = files.filter(({ action }) => action !== "conflict" && action !== "unchanged");
	const writes = wanted.filter(({ after }) => after);
	const deletes = wanted.filter(({ after }) => !after);
	const isBlocked = ({ path }: PlannedUndo) => disk.inTheWay(path) !== undefined || disk.look(path).kind === "folder";
	const later = new Set(writes.filter(isBlocked));
	await carryOut(writes.filter((file) => !later.has(file)));
	await carryOut(deletes);
	if (signal.aborted) return undefined;
	removeEmptyFolders(
		workspace,
		deletes.filter(({ path }) => !left.has(path)),
	);
	await carryOut([...later]);
	return signal.aborted ? undefined : left;
}

export interface ApplyParts {
	/** Absolute, without symbolic links. */
	readonly workspace: string;
	readonly disk: Disk;
	content(blob: string): Promise<Buffer>;
	/** Ends it between two files. */
	readonly signal: AbortSignal;
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
