import { constants } from "node:fs";
import { join } from "node:path";
import { type AppendBuffer, createAppendBuffer } from "./appendBuffer.ts";
import type { FileIo } from "./fileIo.ts";

/**
 * A folder of the host that SQLite sees under `path`, and the open files in it. It answers the system calls that
 * `wasmFiles.ts` routes here. Beside reading and writing it knows three things that durability needs: a created or
 * removed name is only safe once its folder was synced; a transaction that failed must not come back, so what it left
 * in the write-ahead log can be cut off again; and a store that was taken over must not write another byte.
 */
export interface HostFolder {
	/** The folder's path as SQLite knows it. */
	readonly path: string;
	/** The last failure of a call that should have worked; for the sentence that a person reads. */
	lastFailure: HostFailure | undefined;
	/** Bytes of the write-ahead log up to the end of the last write. */
	readonly walBytes: number;
	/** Everything written so far is committed: `discardUncommitted` keeps it. */
	markCommitted(): void;
	/** Cuts off what was written to the write-ahead log since `markCommitted`. Throws when the disk refuses. */
	discardUncommitted(): void;
	/** From now on every change fails with EROFS. */
	seal(): void;
	/** Forgets all open files and takes changes again. */
	reset(): void;

	open(name: string, flags: OpenFlags): number;
	owns(fd: number): boolean;
	close(fd: number): void;
	read(fd: number, buffer: Uint8Array, offset: number, length: number): number;
	write(fd: number, bytes: Uint8Array): void;
	/** Moves the position and returns it. */
	seek(fd: number, offset: number, from: "start" | "current" | "end"): number;
	sync(fd: number): void;
	truncate(fd: number, length: number): void;
	stat(target: number | string): ReturnType<FileIo["statSync"]>;
	unlink(name: string): void;
}

export interface OpenFlags {
	readonly access: "read" | "write" | "both";
	readonly create: boolean;
	readonly exclusive: boolean;
	readonly truncate: boolean;
}

export interface HostFailure {
	readonly call: string;
	readonly code: string;
}

interface OpenFile {
	readonly hostFd: number;
	/** Of the write-ahead log only. */
	readonly appends: AppendBuffer | undefined;
	/** The name was created by us and its folder was not synced since. */
	nameUnsynced: boolean;
	position: number;
}

/** What file systems answer that keep no folders of their own to sync (network and virtual ones). */
const unsyncable: ReadonlySet<string> = new Set(["EINVAL", "ENOTSUP", "ENOSYS", "EISDIR"]);

export function createHostFolder(path: string, hostPath: string, firstFd: number, io: FileIo): HostFolder {
	const files = new Map<number, OpenFile>();
	let nextFd = firstFd;
	let sealed = false;
	let walBytes = 0;
	let walPath: string | undefined;
	/** Lowest offset of the write-ahead log that was written since the last commit. */
	let uncommittedFrom = Number.POSITIVE_INFINITY;

	const toHost = (name: string) => (name === "" ? hostPath : join(hostPath, ...name.split("/")));

	function fileOf(fd: number): OpenFile {
		const file = files.get(fd);
		if (file === undefined) throw Object.assign(new Error("The file is not open."), { code: "EBADF" });
		return file;
	}

	function attempt<Result>(call: string, run: () => Result): Result {
		try {
			return run();
		} catch (error) {
			folder.lastFailure = { call, code: (error as NodeJS.ErrnoException).code ?? "EIO" };
			throw error;
		}
	}

	function refuseWhenSealed(): void {
		if (sealed) throw Object.assign(new Error("The store no longer belongs to this process."), { code: "EROFS" });
	}

	function put(hostFd: number, position: number, bytes: Uint8Array): void {
		attempt("write", () => {
			refuseWhenSealed();
			let written = 0;
			while (written < bytes.length)
				written += io.writeSync(hostFd, bytes, written, bytes.length - written, position + written);
		});
	}

	function syncFolder(): void {
		if (process.platform === "win32") return; // a folder cannot be opened there; NTFS journals names itself
		const fd = io.openSync(hostPath, constants.O_RDONLY);
		try {
			io.fsyncSync(fd);
		} catch (error) {
			if (!unsyncable.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
		} finally {
			io.closeSync(fd);
		}
	}

	function exists(target: string): boolean {
		try {
			io.statSync(target, { bigint: true });
			return true;
		} catch {
			return false;
		}
	}

	const folder: HostFolder = {
		path,
		lastFailure: undefined,
		get walBytes() {
			return walBytes;
		},
		markCommitted() {
			uncommittedFrom = Number.POSITIVE_INFINITY;
		},
		discardUncommitted() {
			if (uncommittedFrom === Number.POSITIVE_INFINITY || walPath === undefined) return;
			for (const { appends } of files.values()) appends?.forget();
			const keep = uncommittedFrom;
			const target = walPath;
			attempt("truncate", () => {
				refuseWhenSealed();
				const fd = io.openSync(target, constants.O_RDWR);
				try {
					io.ftruncateSync(fd, keep);
					io.fsyncSync(fd);
				} finally {
					io.closeSync(fd);
				}
			});
			walBytes = keep;
			uncommittedFrom = Number.POSITIVE_INFINITY;
		},
		seal() {
			sealed = true;
		},
		reset() {
			for (const file of files.values()) {
				try {
					io.closeSync(file.hostFd);
				} catch {
					// The descriptor is of no use any more.
				}
			}
			files.clear();
			sealed = false;
			folder.lastFailure = undefined;
		},
		open(name, flags) {
			const target = toHost(name);
			const isNew = flags.create && !exists(target);
			if (isNew || flags.truncate) refuseWhenSealed();
			const hostFlags =
				{ read: constants.O_RDONLY, write: constants.O_WRONLY, both: constants.O_RDWR }[flags.access] |
				(flags.create ? constants.O_CREAT : 0) |
				(flags.exclusive ? constants.O_EXCL : 0) |
				(flags.truncate ? constants.O_TRUNC : 0);
			const open = () => io.openSync(target, hostFlags, 0o600);
			const hostFd = flags.create ? attempt("open", open) : open();
			const isWal = target.endsWith("-wal");
			if (isWal) {
				walPath = target;
				// What an earlier process left in it is to be moved into the file like our own.
				walBytes = Number(io.fstatSync(hostFd, { bigint: true }).size);
			}
			const appends = isWal ? createAppendBuffer((position, bytes) => put(hostFd, position, bytes)) : undefined;
			const fd = nextFd++;
			files.set(fd, { hostFd, appends, nameUnsynced: isNew, position: 0 });
			return fd;
		},
		owns: (fd) => files.has(fd),
		close(fd) {
			const { hostFd, appends } = fileOf(fd);
			files.delete(fd);
			appends?.flush();
			attempt("close", () => io.closeSync(hostFd));
		},
		read(fd, buffer, offset, length) {
			const file = fileOf(fd);
			file.appends?.flush();
			let got = 0;
			while (got < length) {
				const bytes = attempt("read", () =>
					io.readSync(file.hostFd, buffer, offset + got, length - got, file.position),
				);
				if (bytes === 0) break;
				got += bytes;
				file.position += bytes;
			}
			return got;
		},
		write(fd, bytes) {
			const file = fileOf(fd);
			if (file.appends === undefined) put(file.hostFd, file.position, bytes);
			else {
				uncommittedFrom = Math.min(uncommittedFrom, file.position);
				file.appends.add(file.position, bytes);
				walBytes = file.position + bytes.length;
			}
			file.position += bytes.length;
		},
		seek(fd, offset, from) {
			const file = fileOf(fd);
			if (from === "end") file.appends?.flush();
			if (from === "start") file.position = offset;
			else if (from === "current") file.position += offset;
			else file.position = Number(io.fstatSync(file.hostFd, { bigint: true }).size) + offset;
			return file.position;
		},
		sync(fd) {
			const file = fileOf(fd);
			file.appends?.flush();
			attempt("fsync", () => {
				io.fsyncSync(file.hostFd);
				if (!file.nameUnsynced) return;
				syncFolder();
				file.nameUnsynced = false;
			});
		},
		truncate(fd, length) {
			const file = fileOf(fd);
			file.appends?.flush();
			attempt("truncate", () => {
				refuseWhenSealed();
				io.ftruncateSync(file.hostFd, length);
			});
			if (file.appends !== undefined) walBytes = length;
		},
		stat(target) {
			if (typeof target === "string") return io.statSync(toHost(target), { bigint: true });
			const { hostFd, appends } = fileOf(target);
			appends?.flush();
			return io.fstatSync(hostFd, { bigint: true });
		},
		unlink(name) {
			const target = toHost(name);
			if (!exists(target)) throw Object.assign(new Error("There is no such file."), { code: "ENOENT" });
			attempt("unlink", () => {
				refuseWhenSealed();
				io.unlinkSync(target);
				syncFolder();
			});
			if (target === walPath) walBytes = 0;
		},
	};
	return folder;
}
