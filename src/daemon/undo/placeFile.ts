import {
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsync,
	linkSync,
	lstatSync,
	mkdirSync,
	openSync,
	readlinkSync,
	renameSync,
	type Stats,
	statSync,
	symlinkSync,
	unlinkSync,
	writeFileSync,
} from "node:fs";
import { promisify } from "node:util";
import type { FileVersion } from "../../core/values.ts";
import { ChangesError } from "../changes/changesError.ts";
import { executableMode, linkMode, splitMode, treeMode } from "../changes/fileMode.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import { syncFolder } from "../platform/durableFolder.ts";
import { temporaryName } from "../tools/workspaceFiles.ts";
import { lookAt, type OnDisk } from "./disk.ts";
import type { FoundFile } from "./keptFiles.ts";
import { sameVersion } from "./segments.ts";

/**
 * Puts a file into another version, whole or not at all, and only while it is the version that was decided on. The file
 * is looked at last in the same breath in which it is replaced, and a name that is free is taken only while it is free:
 * what a person saves meanwhile is never overwritten. What it takes away is kept elsewhere first. A file that already is what it should become is done, so that a
 * second try after a crash goes on where the first one ended.
 *
 * The calls are synchronous, because each takes some microseconds and nothing of ours can come in between; only the wait
 * for the disk, a hundred times as long, lets others go on.
 */
export interface FileOrder {
	/** Relative to the workspace, as text (changes/pathText.ts). */
	readonly path: string;
	readonly before: FileVersion | undefined;
	readonly after: FileVersion | undefined;
	/** Of `after`; asked for only when it is to be written. */
	content(): Promise<Buffer>;
	/** Keeps the file, found at a full path, before it goes: why it cannot, or undefined when it is safe. */
	keep(full: string, found: FoundFile): Promise<string | undefined>;
}

/** A folder of the workspace, opened once for all orders in it. */
export interface OpenFolder {
	/** Why the file was left alone, as half a sentence; undefined when it is as it should be. */
	place(order: FileOrder): Promise<string | undefined>;
	/** Makes names that came and went durable. */
	sync(): Promise<void>;
	close(): void;
}

/** `folder` is relative to the workspace, "" for itself. Undefined when it is not there and need not be; else why not. */
export function openFolder(workspace: string, folder: string, isNeeded: boolean): OpenFolder | string | undefined {
	const full = folder === "" ? toBytes(workspace) : `${toBytes(workspace)}/${toBytes(folder)}`;
	try {
		if (isNeeded) mkdirSync(toFsPath(full), { recursive: true });
		const handle = openSync(toFsPath(full), folderFlags);
		const address = `/proc/self/fd/${handle}`;
		// A name for the opened folder that no rename or link can turn elsewhere, where the system has one.
		const known = isFolder(address) ? readlinkSync(address, { encoding: "latin1" }) : undefined;
		if (known !== undefined && known !== full) {
			closeSync(handle);
			return "a folder on the way to it has become a symbolic link";
		}
		const base = known === undefined ? full : address;
		return {
			place: (order) => withReasons(() => place(base, order)),
			// Windows cannot do it and does not need it.
			sync: async () => {
				await synced(handle).catch(() => undefined);
				if (isNeeded) syncAbove(workspace, folder);
			},
			close: () => closeSync(handle),
		};
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (!isNeeded && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
		return reasonOf(cause);
	}
}

const folderFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_DIRECTORY ?? 0);
const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

function synced(handle: number): Promise<void> {
	return promisify(fsync)(handle);
}

/** The names of the folders on the way: this try may have made them, or one before it that was killed. */
function syncAbove(workspace: string, folder: string): void {
	for (let end = folder.lastIndexOf("/"); folder !== ""; end = folder.lastIndexOf("/", end - 1)) {
		const above = end < 0 ? "" : `/${toBytes(folder.slice(0, end))}`;
		try {
			syncFolder(toFsPath(`${toBytes(workspace)}${above}`));
		} catch {}
		if (end <= 0) return;
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

async function place(folder: string, order: FileOrder): Promise<string | undefined> {
	const { path, before, after } = order;
	const bytes = toBytes(path);
	const full = `${folder}/${bytes.slice(bytes.lastIndexOf("/") + 1)}`;
	const temporary = `${folder}/${toBytes(temporaryName(path))}`;
	// A try that was killed may have left one behind; nothing else uses the name.
	removeIfThere(temporary);
	const now = lookAt(full);
	if (now.kind === "other") return now.reason;
	if (now.kind === "folder" && after) return "there is a folder of that name, with files in it";
	const version = now.kind === "file" ? now.version : undefined;
	if (sameVersion(version, after)) return undefined;
	if (!sameVersion(version, before)) return changedSince;
	if (!after) {
		if (now.kind !== "file") return undefined;
		const reason = await order.keep(full, now);
		if (reason !== undefined) return reason;
		crashPoint("undo.kept");
		if (!isStill(full, before)) return changedSince;
		unlinkSync(toFsPath(full));
		return undefined;
	}
	const isRightsAlone = now.kind === "file" && after.blob === before?.blob && isLink(after) === isLink(before);
	if (isRightsAlone) return changeRights(full, now.stats, after);
	try {
		await prepare(temporary, after, await order.content(), now);
		crashPoint("undo.prepared");
		const reason = now.kind === "file" ? await order.keep(full, now) : undefined;
		return reason ?? moveThere(temporary, full, before);
	} finally {
		removeIfThere(temporary);
	}
}

const changedSince = "it was changed at this moment";

function isLink(version: FileVersion): boolean {
	return version.mode === linkMode;
}

function isStill(full: string, version: FileVersion | undefined): boolean {
	// By its content: times of two writes in the same few milliseconds can be the same.
	const now = lookAt(full);
	return now.kind === "file" && sameVersion(now.version, version);
}

async function changeRights(full: string, stats: Stats, after: FileVersion): Promise<string | undefined> {
	const handle = openSync(toFsPath(full), readFlags);
	try {
		const opened = fstatSync(handle);
		if (opened.ino !== stats.ino) return changedSince;
		const reason = setRights(handle, after, opened.mode);
		await synced(handle);
		return reason;
	} finally {
		closeSync(handle);
	}
}

/** `like`: what an old record, which knows only whether a file is executable, leaves as it is. */
function setRights(handle: number, { mode, rights }: FileVersion, like: number): string | undefined {
	const wanted = rights === undefined ? withExecutable(like, mode === executableMode) : Number.parseInt(rights, 8);
	fchmodSync(handle, wanted);
	// Who may not give a file a group or an owner's rights is not told so.
	const found = splitMode(treeMode(fstatSync(handle))).rights;
	return rights === undefined || found === rights ? undefined : `it cannot be given its rights (${rights}) here`;
}

async function prepare(temporary: string, after: FileVersion, content: Buffer, now: OnDisk): Promise<void> {
	if (after.mode === linkMode) return symlinkSync(content, toFsPath(temporary));
	// No other user reads it before it has its rights.
	const handle = openSync(toFsPath(temporary), createFlags, after.rights === undefined ? 0o666 : 0o600);
	try {
		const like = now.kind === "file" && now.version.mode !== linkMode ? now.stats : undefined;
		const fresh = fstatSync(handle);
		if (like && (like.uid !== fresh.uid || like.gid !== fresh.gid)) keepOwner(handle, like);
		writeFileSync(handle, content);
		// Last, because a write takes away the rights to run as another user.
		const reason = setRights(handle, after, (like ?? fresh).mode);
		if (reason !== undefined) throw new PlaceError(reason);
		await synced(handle);
	} finally {
		closeSync(handle);
	}
}

/** Only who may give files away can; the content matters more. */
function keepOwner(handle: number, { uid, gid }: Stats): void {
	try {
		fchownSync(handle, uid, gid);
	} catch {}
}

/** Who may read it may run it. */
function withExecutable(mode: number, isExecutable: boolean): number {
	const kept = mode & 0o7777 & ~0o111;
	return isExecutable ? kept | 0o100 | ((kept & 0o044) >> 2) : kept;
}

function moveThere(temporary: string, full: string, before: FileVersion | undefined): string | undefined {
	if (before) {
		if (!isStill(full, before)) return changedSince;
		renameSync(toFsPath(temporary), toFsPath(full));
		return undefined;
	}
	try {
		// Unlike a rename it fails where something has come to be.
		linkSync(toFsPath(temporary), toFsPath(full));
	} catch {
		if (lstatSync(toFsPath(full), { throwIfNoEntry: false })) return changedSince;
		// A file system without hard links.
		renameSync(toFsPath(temporary), toFsPath(full));
	}
	return undefined;
}

function removeIfThere(full: string): void {
	try {
		unlinkSync(toFsPath(full));
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
	}
}

async function withReasons(work: () => Promise<string | undefined>): Promise<string | undefined> {
	try {
		return await work();
	} catch (cause) {
		return reasonOf(cause);
	}
}

class PlaceError extends Error {}

function reasonOf(cause: unknown): string {
	const { code, message } = cause as NodeJS.ErrnoException;
	if (cause instanceof PlaceError) return message;
	if (cause instanceof ChangesError) return `its content before the step could not be read (${message})`;
	return sentences[code ?? ""] ?? `it could not be written (${code ?? message})`;
}

const sentences: Readonly<Record<string, string>> = {
	EACCES: "it may not be written",
	EPERM: "it may not be changed",
	EROFS: "its disk cannot be written",
	ENOSPC: "the disk is full",
	EDQUOT: "the disk quota is used up",
	EEXIST: "a file is in the place of its folder",
	ENOTDIR: "a file is in the place of its folder",
	ELOOP: "a folder on the way to it has become a symbolic link",
};
