import {
	closeSync,
	constants,
	fchmodSync,
	fsync,
	futimesSync,
	linkSync,
	mkdirSync,
	openSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { promisify } from "node:util";
import { linkMode } from "../changes/fileMode.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";
import { readLink, readRegular } from "../changes/readFile.ts";
import { oneAtATime, type SharedRuns } from "../changes/sharedRuns.ts";
import { makeDurableFolder, syncFolder } from "../platform/durableFolder.ts";
import { lookAt, type OnDisk } from "./disk.ts";
import { sameVersion } from "./segments.ts";

/**
 * Where undo puts what it takes out of the workspace, before it does: a folder of its own in the data folder, with each
 * file under the path that it had. A command may have moved a file in from somewhere that is not recorded, so the file
 * that undo deletes may be the only one. Nothing here is ever removed by us.
 *
 * A file gets a second name rather than a copy where that is possible: it costs no space, and what a program still
 * writes into it goes to the kept one too.
 */
export interface KeptFiles {
	/** Resolves, when it would survive a power cut, to why it could not be kept; undefined when it is. */
	keep(path: string, full: string, found: FoundFile): Promise<string | undefined>;
}

export type FoundFile = Extract<OnDisk, { kind: "file" }>;

/** `folder` is absolute and need not be there: it is made for the first file. */
export function openKeptFiles(folder: string): KeptFiles {
	const root = toBytes(folder);
	const made = new Set<string>();
	const syncs = new Map<string, SharedRuns<void>>();

	/** Several at a time wait for the same look of the disk at the same folder. */
	function synced(folderOfIt: string): Promise<void> {
		const runs = syncs.get(folderOfIt) ?? oneAtATime(async () => syncFolder(toFsPath(folderOfIt)));
		syncs.set(folderOfIt, runs);
		return runs.run();
	}

	/** Each folder's name is made durable, also when a try that was killed had made it. */
	function makeFolders(name: string): void {
		if (made.has(name)) return;
		if (name === root) {
			makeDurableFolder(folder);
		} else {
			const above = name.slice(0, name.lastIndexOf("/"));
			makeFolders(above);
			mkdirSync(toFsPath(name), { recursive: true, mode: 0o700 });
			syncFolder(toFsPath(above));
		}
		made.add(name);
	}

	return {
		async keep(path, full, found) {
			const to = `${root}/${toBytes(path)}`;
			const above = to.slice(0, to.lastIndexOf("/"));
			try {
				makeFolders(above);
				await putThere(full, to, found);
				await synced(above);
				return undefined;
			} catch (cause) {
				const { code, message } = cause as NodeJS.ErrnoException;
				return `it could not be kept first in ${folder} (${sentences[code ?? ""] ?? code ?? message})`;
			}
		},
	};
}

async function putThere(full: string, to: string, found: FoundFile): Promise<void> {
	const there = lookAt(to);
	if (there.kind !== "file" || !sameVersion(there.version, found.version)) {
		// What a try left that was killed while it wrote.
		rmSync(toFsPath(to), { force: true });
		put(full, to, found);
	}
	const kept = lookAt(to);
	if (kept.kind !== "file" || !sameVersion(kept.version, found.version)) throw new Error("it was changed just now");
	if (found.version.mode === linkMode) return;
	const handle = openSync(toFsPath(to), constants.O_RDONLY);
	try {
		await promisify(fsync)(handle);
	} finally {
		closeSync(handle);
	}
}

function put(full: string, to: string, { version, stats }: FoundFile): void {
	if (version.mode === linkMode) {
		const target = readLink(full);
		if (typeof target === "string") throw new Error("it was changed just now");
		symlinkSync(target, toFsPath(to));
		return;
	}
	// A file with another name elsewhere is copied: who writes to that one would change the kept one.
	if (stats.nlink === 1 && isLinked(full, to)) return;
	const content = readRegular(full, Number.POSITIVE_INFINITY);
	if (typeof content === "string") throw new Error("it was changed just now");
	const handle = openSync(toFsPath(to), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	try {
		writeFileSync(handle, content);
		futimesSync(handle, stats.atime, stats.mtime);
		fchmodSync(handle, stats.mode & 0o7777);
	} finally {
		closeSync(handle);
	}
}

/** Not onto another disk, nor where the system forbids it. */
function isLinked(full: string, to: string): boolean {
	try {
		linkSync(toFsPath(full), toFsPath(to));
		return true;
	} catch {
		return false;
	}
}

const sentences: Readonly<Record<string, string>> = {
	ENOSPC: "the disk is full",
	EDQUOT: "the disk quota is used up",
	EACCES: "the daemon may not write there",
	EROFS: "its disk cannot be written",
};
