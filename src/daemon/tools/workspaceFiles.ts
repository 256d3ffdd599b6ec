import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, mkdir, open, rename, stat, unlink } from "node:fs/promises";
import path from "node:path";
import { crashPoint } from "../platform/crashPoint.ts";
import { syncFolder } from "../platform/durableFolder.ts";
import { ToolError } from "./tool.ts";
import {
	assertAllowed,
	type InsidePath,
	openedPath,
	type Place,
	type Purpose,
	resolveInside,
} from "./workspacePath.ts";

/**
 * Files of the workspace, read and written so that neither a link nor a crash can do harm: every check is made on what
 * was opened, a write is whole or not at all, and it happens only when the file still is what it was decided on.
 */
export interface FileContent {
	readonly relative: string;
	/** At most as many as were asked for. */
	readonly bytes: Uint8Array;
	/** Of the whole file, in bytes. */
	readonly size: number;
}

/** The hash of a file that is not there. */
export const absent = "absent";

export function sha256(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** Undefined when there is no such file. */
export async function readInside(place: Place, given: string, maxBytes: number): Promise<FileContent | undefined> {
	const target = await resolveInside(place, given, "read");
	return withFile(place, target, "read", async (handle, { size }) => {
		return { relative: target.relative, bytes: await readUpTo(handle, Math.min(maxBytes, size)), size };
	});
}

/** Hex SHA-256 of the content, or `absent`: tells after a crash whether an edit was applied. */
export async function hashInside(place: Place, given: string): Promise<string> {
	const target = await resolveInside(place, given, "read");
	return (await withFile(place, target, "read", hashOf)) ?? absent;
}

/**
 * Replaces the content in one step that survives a power cut, or throws `ToolError` and leaves the file as it was.
 * `expectedBefore` is the hash of the content that was decided on, or `absent`. Folders on the way are created; the
 * file's mode and owner stay.
 */
export async function writeInside(
	place: Place,
	given: string,
	bytes: Uint8Array,
	{ expectedBefore }: { readonly expectedBefore: string },
): Promise<void> {
	const target = await resolveInside(place, given, "write");
	if (target.relative === "." || given.endsWith("/")) throw new ToolError(`${given} is a folder, not a file.`);
	await oneAtATime(target.real, async () => {
		const folder = path.dirname(target.real);
		const made = await withErrors(target.relative, () => mkdir(folder, { recursive: true }));
		const handle = await withErrors(target.relative, () => open(folder, folderFlags));
		try {
			const opened = await openedPath(handle, folder);
			await assertAllowed(place, opened, target.relative, "write");
			if (opened !== folder) throw new ToolError(`The folder of ${target.relative} was moved meanwhile. Try again.`);
			await replaceFile(place, target, handle, bytes, expectedBefore);
			if (made !== undefined) syncNames(folder, made);
		} finally {
			await handle.close();
		}
	});
}

/** The names of folders that were made on the way would otherwise be lost in a power cut, with what is in them. */
function syncNames(folder: string, first: string): void {
	for (let made = folder; ; made = path.dirname(made)) {
		syncFolder(path.dirname(made));
		if (made === first || made === path.dirname(made)) return;
	}
}

const readFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const folderFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_DIRECTORY ?? 0);
const createFlags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

async function replaceFile(
	place: Place,
	target: InsidePath,
	folder: FileHandle,
	bytes: Uint8Array,
	expectedBefore: string,
): Promise<void> {
	const name = path.basename(target.real);
	const base = await addressOf(folder, path.dirname(target.real));
	const found = await withFile(
		place,
		{ ...target, real: path.join(base, name) },
		"write",
		async (handle, stats) => ({ hash: await hashOf(handle), stats }),
		target.real,
	);
	if ((found?.hash ?? absent) !== expectedBefore)
		throw new ToolError(
			`${target.relative} was changed by another program meanwhile: read it again before you change it.`,
		);
	if (found && (found.stats.mode & 0o222) === 0)
		throw new ToolError(`${target.relative} is read-only: it may not be changed.`);
	const temporary = path.join(base, temporaryName(name));
	await withErrors(target.relative, async () => {
		// A write that was killed may have left one behind; nothing else uses the name.
		await unlink(temporary).catch(() => {});
		// No other user reads it before it has the rights of the file that it replaces.
		const handle = await open(temporary, createFlags, found ? 0o600 : 0o666);
		try {
			await handle.writeFile(bytes);
			// Afterwards, because a write takes away the rights to run as another user.
			if (found) await keepOwnerAndMode(handle, found.stats);
			await handle.sync();
		} catch (cause) {
			await unlink(temporary).catch(() => {});
			throw cause;
		} finally {
			await handle.close();
		}
		crashPoint("edit.prepared");
		await rename(temporary, path.join(base, name)).catch(async (cause) => {
			await unlink(temporary).catch(() => {});
			throw cause;
		});
		// Windows cannot do it and does not need it.
		await folder.sync().catch(() => {});
	});
}

/** A name for the opened folder that no rename or link can turn elsewhere, where the system has one. */
async function addressOf(folder: FileHandle, fallback: string): Promise<string> {
	const address = `/proc/self/fd/${folder.fd}`;
	return (await stat(address).catch(() => undefined))?.isDirectory() ? address : fallback;
}

/** Hidden, and the same for each try, so that what a killed daemon left is replaced by the next write. */
export function temporaryName(name: string): string {
	return `.mission-${sha256(Buffer.from(name)).slice(0, 12)}.tmp`;
}

async function keepOwnerAndMode(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
	const own = await handle.stat();
	if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid).catch(() => {});
	await handle.chmod(mode & 0o7777);
}

async function withFile<T>(
	place: Place,
	target: InsidePath,
	purpose: Purpose,
	use: (handle: FileHandle, stats: Stats) => Promise<T>,
	expected = target.real,
): Promise<T | undefined> {
	const handle = await open(target.real, readFlags).catch((cause) => {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
		throw describe(cause, target.relative);
	});
	if (!handle) return undefined;
	try {
		await assertAllowed(place, await openedPath(handle, expected), target.relative, purpose);
		const stats = await handle.stat();
		if (stats.isDirectory())
			throw new ToolError(`${target.relative} is a folder, not a file: listFiles shows what is in it.`);
		if (!stats.isFile()) throw new ToolError(`${target.relative} is not a regular file.`);
		return await use(handle, stats);
	} catch (cause) {
		throw describe(cause, target.relative);
	} finally {
		await handle.close();
	}
}

async function readUpTo(handle: FileHandle, bytes: number): Promise<Uint8Array> {
	const buffer = Buffer.alloc(bytes);
	let at = 0;
	while (at < bytes) {
		const { bytesRead } = await handle.read(buffer, at, bytes - at, at);
		if (bytesRead === 0) break;
		at += bytesRead;
	}
	return buffer.subarray(0, at);
}

async function hashOf(handle: FileHandle): Promise<string> {
	const hash = createHash("sha256");
	const chunk = Buffer.alloc(256 * 1024);
	for (let at = 0; ; ) {
		const { bytesRead } = await handle.read(chunk, 0, chunk.length, at);
		if (bytesRead === 0) return hash.digest("hex");
		hash.update(chunk.subarray(0, bytesRead));
		at += bytesRead;
	}
}

/** Writes to one file follow each other, so that the look at its content and the replacing of it are one. */
async function oneAtATime(real: string, write: () => Promise<void>): Promise<void> {
	const before = writing.get(real) ?? Promise.resolve();
	const own = before.catch(() => {}).then(write);
	writing.set(real, own);
	try {
		await own;
	} finally {
		if (writing.get(real) === own) writing.delete(real);
	}
}
const writing = new Map<string, Promise<void>>();

async function withErrors<T>(shown: string, action: () => Promise<T>): Promise<T> {
	try {
		return await action();
	} catch (cause) {
		throw describe(cause, shown);
	}
}

function describe(cause: unknown, shown: string): unknown {
	const { code } = cause as NodeJS.ErrnoException;
	if (cause instanceof ToolError || typeof code !== "string") return cause;
	return new ToolError(`${shown} ${sentences[code] ?? `could not be used (${code})`}.`);
}

const sentences: Readonly<Record<string, string>> = {
	EACCES: "may not be read or written by the user Mission Control runs as",
	EPERM: "may not be changed by the user Mission Control runs as",
	EROFS: "lies on a disk that cannot be written",
	ENOSPC: "could not be written: the disk is full",
	EDQUOT: "could not be written: the disk quota is used up",
	EEXIST: "leads through a file as if it were a folder",
	ENOTDIR: "leads through a file as if it were a folder",
	EISDIR: "is a folder, not a file",
	ELOOP: "became a symbolic link meanwhile. Try again",
	EMLINK: "became a symbolic link meanwhile. Try again",
	ENXIO: "is not a regular file",
	ENAMETOOLONG: "has a name that is too long",
};
