import type { FileIo, FileStat } from "./fileIo.ts";
import { createHostFolder, type HostFolder } from "./hostFolder.ts";

/**
 * Stock sql.js keeps its databases in memory, on a small file system that Emscripten compiles in. But the system calls
 * of that file system are imports of the WebAssembly module, and Emscripten's `instantiateWasm` hook hands them to the
 * host before anything runs. Here those calls are answered for real files: paths under a mounted folder and the
 * descriptors opened there go to the host, everything else stays where it was. So SQLite's own pager and write-ahead
 * log work on the disk, with a real fsync, and nothing of sql.js is changed.
 *
 * File locks are granted without asking the system: one daemon owns the folder, which is the owner check's business.
 */
export interface WasmFiles {
	/** The import object to instantiate with, given Emscripten's own. */
	imports(original: WebAssembly.ModuleImports): WebAssembly.Imports;
	/** To be called with the instance's memory before SQLite runs. */
	attach(memory: WebAssembly.Memory): void;
	/** Makes a folder of the host visible to SQLite. */
	mount(hostPath: string, io: FileIo): HostFolder;
	unmount(folder: HostFolder): void;
}

/** What the routing needs the module to import, by the names of the build that keeps them. */
export const routedImports = [
	"env.__syscall_openat",
	"env.__syscall_faccessat",
	"env.__syscall_fcntl64",
	"env.__syscall_fstat64",
	"env.__syscall_stat64",
	"env.__syscall_lstat64",
	"env.__syscall_newfstatat",
	"env.__syscall_ftruncate64",
	"env.__syscall_unlinkat",
	"wasi_snapshot_preview1.fd_close",
	"wasi_snapshot_preview1.fd_read",
	"wasi_snapshot_preview1.fd_write",
	"wasi_snapshot_preview1.fd_seek",
	"wasi_snapshot_preview1.fd_sync",
] as const;

type Syscall = (...args: ReadonlyArray<number | bigint>) => number;

/** Emscripten's own descriptors stay below 4,096. Each mounted folder has a range of its own. */
const descriptorsPerFolder = 1_000_000;

export function createWasmFiles(): WasmFiles {
	const folders: Array<HostFolder | undefined> = [];
	let memory: WebAssembly.Memory;
	let bytes = new Uint8Array(0);
	let view = new DataView(bytes.buffer);

	/** Growing the memory replaces its buffer, so every call looks again. */
	function look(): void {
		if (bytes.buffer === memory.buffer) return;
		bytes = new Uint8Array(memory.buffer);
		view = new DataView(memory.buffer);
	}

	function text(pointer: number): string {
		look();
		return Buffer.from(memory.buffer, pointer, bytes.indexOf(0, pointer) - pointer).toString("utf8");
	}

	function folderOf(fd: number): HostFolder | undefined {
		const folder = folders[Math.floor(fd / descriptorsPerFolder) - 1];
		return folder?.owns(fd) ? folder : undefined;
	}

	function locate(pointer: number): { readonly folder: HostFolder; readonly name: string } | undefined {
		const path = text(pointer);
		const match = /^\/host([0-9]+)(?:\/(.*))?$/.exec(path);
		const folder = folders[Number(match?.[1])];
		return folder && { folder, name: match?.[2] ?? "" };
	}

	/** Layout of musl's `struct stat` on wasm32. SQLite looks at kind, size and identity only; times stay zero. */
	function putStat(pointer: number, stat: FileStat): number {
		look();
		bytes.fill(0, pointer, pointer + 96);
		view.setUint32(pointer, Number(BigInt.asUintN(32, stat.dev)), true);
		view.setUint32(pointer + 4, Number(stat.mode), true);
		view.setUint32(pointer + 8, Number(stat.nlink), true);
		view.setBigInt64(pointer + 24, stat.size, true);
		view.setInt32(pointer + 32, 4096, true);
		view.setBigInt64(pointer + 88, BigInt.asIntN(64, stat.ino), true);
		return 0;
	}

	/** Calls `each` with every buffer of a scatter/gather list, until one was not filled; returns the bytes moved. */
	function gather(list: number, count: number, each: (offset: number, length: number) => number): number {
		look();
		let total = 0;
		for (let index = 0; index < count; index++) {
			const offset = view.getUint32(list + index * 8, true);
			const length = view.getUint32(list + index * 8 + 4, true);
			const moved = length === 0 ? 0 : each(offset, length);
			total += moved;
			if (moved < length) break;
		}
		return total;
	}

	/** System calls report an error as its negated number, the WASI functions as the number itself. */
	const negated = (run: () => number) => {
		try {
			return run();
		} catch (error) {
			return -errnoOf(error);
		}
	};
	const plain = (run: () => void) => {
		try {
			run();
			return 0;
		} catch (error) {
			return errnoOf(error);
		}
	};

	/** A call that names a path: ours if the path is under a mounted folder. */
	function byPath(original: Syscall, at: number, ours: (place: Place, args: number[]) => number): Syscall {
		return (...args) => {
			const place = locate(Number(args[at]));
			return place === undefined ? original(...args) : negated(() => ours(place, args.map(Number)));
		};
	}

	/** A call on a descriptor: ours if a mounted folder opened it. */
	function byFd(original: Syscall, ours: (folder: HostFolder, args: number[]) => number): Syscall {
		return (...args) => {
			const folder = folderOf(Number(args[0]));
			return folder === undefined ? original(...args) : ours(folder, args.map(Number));
		};
	}

	function route(original: Record<string, Syscall>): Record<string, Syscall> {
		const of = (name: string) => original[name] as Syscall;
		const statPath = (name: string, at: number) =>
			byPath(of(name), at, ({ folder, name: file }, args) => putStat(args[at + 1] ?? 0, folder.stat(file)));
		return {
			__syscall_openat: byPath(of("__syscall_openat"), 1, ({ folder, name }, [, , flags = 0]) =>
				folder.open(name, {
					access: (["read", "write", "both"] as const)[flags & 3] ?? "read",
					create: (flags & 0o100) !== 0,
					exclusive: (flags & 0o200) !== 0,
					truncate: (flags & 0o1000) !== 0,
				}),
			),
			__syscall_faccessat: byPath(of("__syscall_faccessat"), 1, ({ folder, name }) => {
				folder.stat(name);
				return 0;
			}),
			__syscall_unlinkat: byPath(of("__syscall_unlinkat"), 1, ({ folder, name }) => {
				folder.unlink(name);
				return 0;
			}),
			__syscall_stat64: statPath("__syscall_stat64", 0),
			__syscall_lstat64: statPath("__syscall_lstat64", 0),
			__syscall_newfstatat: statPath("__syscall_newfstatat", 1),
			__syscall_fstat64: byFd(of("__syscall_fstat64"), (folder, [fd = 0, pointer = 0]) =>
				negated(() => putStat(pointer, folder.stat(fd))),
			),
			__syscall_ftruncate64: byFd(
				of("__syscall_ftruncate64"),
				(folder, [fd = 0, length = 0]) => plain(() => folder.truncate(fd, length)) * -1,
			),
			__syscall_fcntl64: byFd(of("__syscall_fcntl64"), (_folder, [, command, pointer = 0]) => {
				if (command !== F_GETLK) return 0;
				look();
				view.setInt16(view.getUint32(pointer, true), F_UNLCK, true);
				return 0;
			}),
			fd_close: byFd(of("fd_close"), (folder, [fd = 0]) => plain(() => folder.close(fd))),
			fd_sync: byFd(of("fd_sync"), (folder, [fd = 0]) => plain(() => folder.sync(fd))),
			fd_read: byFd(of("fd_read"), (folder, [fd = 0, list = 0, count = 0, result = 0]) =>
				plain(() => {
					const total = gather(list, count, (offset, length) => folder.read(fd, bytes, offset, length));
					view.setUint32(result, total, true);
				}),
			),
			fd_write: byFd(of("fd_write"), (folder, [fd = 0, list = 0, count = 0, result = 0]) =>
				plain(() => {
					const total = gather(list, count, (offset, length) => {
						folder.write(fd, bytes.subarray(offset, offset + length));
						return length;
					});
					view.setUint32(result, total, true);
				}),
			),
			fd_seek: byFd(of("fd_seek"), (folder, [fd = 0, offset = 0, whence = 0, result = 0]) =>
				plain(() => {
					const from = (["start", "current", "end"] as const)[whence] ?? "start";
					const position = folder.seek(fd, offset, from);
					look();
					view.setBigInt64(result, BigInt(position), true);
				}),
			),
		};
	}

	return {
		imports(original) {
			const table = { ...original, ...route(original as Record<string, Syscall>) };
			return { env: table, wasi_snapshot_preview1: table };
		},
		attach(attached) {
			memory = attached;
		},
		mount(hostPath, io) {
			const index = folders.includes(undefined) ? folders.indexOf(undefined) : folders.length;
			const folder = createHostFolder(`/host${index}`, hostPath, (index + 1) * descriptorsPerFolder, io);
			folders[index] = folder;
			return folder;
		},
		unmount(folder) {
			const index = folders.indexOf(folder);
			if (index < 0) return;
			folder.reset();
			folders[index] = undefined;
		},
	};
}

interface Place {
	readonly folder: HostFolder;
	readonly name: string;
}

const F_GETLK = 12;
const F_UNLCK = 2;

/** Node's error codes as WASI numbers. A used-up quota is a full disk to SQLite, too. */
const errnos: Readonly<Record<string, number>> = {
	EACCES: 2,
	EBADF: 8,
	EBUSY: 10,
	EDQUOT: 51,
	EEXIST: 20,
	EINVAL: 28,
	EIO: 29,
	EISDIR: 31,
	EMFILE: 33,
	ENFILE: 41,
	ENOENT: 44,
	ENOSPC: 51,
	ENOTDIR: 54,
	EPERM: 63,
	EROFS: 69,
};

function errnoOf(error: unknown): number {
	const code = (error as NodeJS.ErrnoException).code;
	return errnos[code ?? "EIO"] ?? errnos.EIO ?? 29;
}
