import { constants, lstatSync, renameSync, type Stats, symlinkSync, unlinkSync } from "node:fs";
import { type FileHandle, link, mkdir, open, readlink, stat, unlink } from "node:fs/promises";
import type { FileVersion } from "../../protocol/values.ts";
import { toBytes, toFsPath } from "../changes/pathText.ts";
import { temporaryName } from "../tools/workspaceFiles.ts";
import { linkMode, lookAt, type OnDisk } from "./disk.ts";
import { sameVersion } from "./segments.ts";

/**
 * Puts one file into another version, whole or not at all, and only while it is the version that was decided on. The
 * file is looked at last in the same breath in which it is replaced, and a name that is free is taken only while it is
 * free: what somebody saves meanwhile is never overwritten. A file that already is what it should become is done, so
 * that a second try after a crash goes on where the first one ended.
 */
export interface FileOrder {
	/** Relative to the workspace, as text (changes/pathText.ts). */
	readonly path: string;
	readonly before: FileVersion | undefined;
	readonly after: FileVersion | undefined;
	/** Of `after`; asked for only when it is to be written. */
	content(): Promise<Buffer>;
}

/** Why the file was left alone, as half a sentence; undefined when it is as it should be. */
export async function placeFile(workspace: string, order: FileOrder): Promise<string | undefined> {
	const bytes = toBytes(order.path);
	const end = bytes.lastIndexOf("/");
	const folder = end < 0 ? toBytes(workspace) : `${toBytes(workspace)}/${bytes.slice(0, end)}`;
	try {
		const handle = await openFolder(folder, order.after !== undefined);
		if (!handle) return order.after ? "its folder is not there" : undefined;
		try {
			if (!(await isWhereExpected(handle, folder))) return "a folder on the way to it has become a symbolic link";
			return await place(await addressOf(handle, folder), bytes.slice(end + 1), order, handle);
		} finally {
			await handle.close();
		}
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (typeof code !== "string") throw cause;
		return sentences[code] ?? `it could not be written (${code})`;
	}
}

const folderFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_DIRECTORY ?? 0);
const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

async function openFolder(folder: string, isNeeded: boolean): Promise<FileHandle | undefined> {
	if (isNeeded) await mkdir(toFsPath(folder), { recursive: true });
	return open(toFsPath(folder), folderFlags).catch((cause) => {
		const { code } = cause as NodeJS.ErrnoException;
		if (!isNeeded && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
		throw cause;
	});
}

async function isWhereExpected(handle: FileHandle, folder: string): Promise<boolean> {
	const known = await readlink(`/proc/self/fd/${handle.fd}`, { encoding: "latin1" }).catch(() => undefined);
	return known === undefined || known === folder;
}

/** A name for the opened folder that no rename or link can turn elsewhere, where the system has one. */
async function addressOf(folder: FileHandle, fallback: string): Promise<string> {
	const address = `/proc/self/fd/${folder.fd}`;
	return (await stat(address).catch(() => undefined))?.isDirectory() ? address : fallback;
}

async function place(folder: string, name: string, order: FileOrder, handle: FileHandle): Promise<string | undefined> {
	const full = `${folder}/${name}`;
	const temporary = `${folder}/${toBytes(temporaryName(order.path))}`;
	// A try that was killed may have left one behind; nothing else uses the name.
	if (order.after) await unlink(toFsPath(temporary)).catch(() => {});
	const now = lookAt(full);
	if (now.kind === "other") return now.reason;
	const version = now.kind === "file" ? now.version : undefined;
	if (now.kind === "folder" && order.after) return "there is a folder of that name, with files in it";
	if (sameVersion(version, order.after)) return undefined;
	if (!sameVersion(version, order.before)) return changedSince;
	if (!order.after) {
		if (!isUntouched(full, now)) return changedSince;
		unlinkSync(toFsPath(full));
	} else {
		try {
			await prepare(temporary, order.after, await order.content(), now);
			const left = await moveThere(temporary, full, now);
			if (left !== undefined) return left;
		} finally {
			await unlink(toFsPath(temporary)).catch(() => {});
		}
	}
	// Windows cannot do it and does not need it.
	await handle.sync().catch(() => {});
	return undefined;
}

const changedSince = "it was changed in this very moment";

async function prepare(temporary: string, after: FileVersion, content: Buffer, now: OnDisk): Promise<void> {
	if (after.mode === linkMode) return symlinkSync(content, toFsPath(temporary));
	const handle = await open(toFsPath(temporary), createFlags, 0o666);
	try {
		const { mode: fresh } = await handle.stat();
		const isSame = now.kind === "file" && now.version.mode !== linkMode;
		if (isSame) await handle.chown(now.stats.uid, now.stats.gid).catch(() => {});
		await handle.chmod(withExecutable(isSame ? now.stats.mode : fresh, after.mode === "100755"));
		await handle.writeFile(content);
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Who may read it may run it. */
function withExecutable(mode: number, isExecutable: boolean): number {
	const kept = mode & 0o7777 & ~0o111;
	return isExecutable ? kept | 0o100 | ((kept & 0o044) >> 2) : kept;
}

async function moveThere(temporary: string, full: string, now: OnDisk): Promise<string | undefined> {
	if (now.kind === "file") {
		if (!isUntouched(full, now)) return changedSince;
		renameSync(toFsPath(temporary), toFsPath(full));
		return undefined;
	}
	try {
		// Unlike a rename it fails where something has come to be.
		await link(toFsPath(temporary), toFsPath(full));
	} catch (cause) {
		const { code } = cause as NodeJS.ErrnoException;
		if (code === "EEXIST") return changedSince;
		if (lstatSync(toFsPath(full), { throwIfNoEntry: false })) return changedSince;
		// A file system without hard links.
		renameSync(toFsPath(temporary), toFsPath(full));
	}
	return undefined;
}

/** Nothing wrote it since it was read. */
function isUntouched(full: string, now: OnDisk): boolean {
	const stats = lstatSync(toFsPath(full), { throwIfNoEntry: false });
	return now.kind === "file" && stats !== undefined && parts.every((part) => stats[part] === now.stats[part]);
}

const parts: readonly (keyof Stats)[] = ["ino", "size", "mtimeMs", "ctimeMs", "mode"];

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
