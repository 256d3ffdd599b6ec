import { constants } from "node:fs";
import type { FileIo, FileStat } from "../../../src/daemon/store/fileIo.ts";
import type { Random } from "../../support/seed.ts";

/**
 * A disk whose power can be cut. What was written and not synced is lost, kept or torn at 512 bytes, each sector for
 * itself; a truncation that was not synced may or may not have happened; a name that was created or removed is only
 * safe once its folder was synced. Real disks and file systems are kinder than this.
 */
export interface FakeDisk extends FileIo {
	/** The power goes at this many further changes; that change may still be torn. */
	cutAfter(changes: number): void;
	readonly isOff: boolean;
	/** The disk as it is found when the power is back. */
	afterCut(random: Random): FakeDisk;
	/** The same disk once more, with everything safe. */
	copy(): FakeDisk;
}

interface Inode {
	readonly number: number;
	bytes: Buffer;
	size: number;
	safe: Buffer;
	unsynced: Change[];
}

type Change = { readonly at: number; readonly data: Buffer } | { readonly size: number };
type NameChange = { readonly path: string; readonly before: Inode | undefined; readonly after: Inode | undefined };

const sectorBytes = 512;
export const fakeFolder = "/disk";

export function createFakeDisk(image: ReadonlyMap<string, Buffer> = new Map()): FakeDisk {
	const names = new Map<string, Inode>();
	const open = new Map<number, Inode | "folder">();
	let nameChanges: NameChange[] = [];
	let nextInode = 1;
	let nextFd = 3;
	let left = Number.POSITIVE_INFINITY;

	function inode(content: Buffer): Inode {
		return { number: nextInode++, bytes: Buffer.from(content), size: content.length, safe: content, unsynced: [] };
	}
	for (const [path, content] of image) names.set(path, inode(content));

	function fail(code: string): never {
		throw Object.assign(new Error(code), { code });
	}

	/** A change is on its way to the disk when the power goes, so it is recorded before. */
	function change(record: () => void): void {
		if (left <= 0) fail("EIO");
		record();
		if (--left <= 0) fail("EIO");
	}

	function read(): void {
		if (left <= 0) fail("EIO");
	}

	function fileOf(fd: number): Inode {
		const file = open.get(fd);
		return file === undefined || file === "folder" ? fail("EBADF") : file;
	}

	function resize(file: Inode, size: number): void {
		if (size > file.bytes.length) {
			const larger = Buffer.alloc(Math.max(size, file.bytes.length * 2));
			file.bytes.copy(larger, 0, 0, file.size);
			file.bytes = larger;
		}
		if (size < file.size) file.bytes.fill(0, size, file.size);
		file.size = size;
	}

	function stat(file: Inode | "folder"): FileStat {
		const isFolder = file === "folder";
		return {
			dev: BigInt(diskNumber),
			ino: isFolder ? 0n : BigInt(file.number),
			mode: isFolder ? 0o040755n : 0o100600n,
			nlink: 1n,
			size: isFolder ? 0n : BigInt(file.size),
		};
	}
	const diskNumber = nextDisk++;

	function rename(path: string, after: Inode | undefined): void {
		nameChanges.push({ path, before: names.get(path), after });
		if (after === undefined) names.delete(path);
		else names.set(path, after);
	}

	return {
		openSync(path, flags) {
			read();
			const fd = nextFd++;
			if (path === fakeFolder) {
				open.set(fd, "folder");
				return fd;
			}
			let file = names.get(path);
			if (file === undefined) {
				if ((flags & constants.O_CREAT) === 0) fail("ENOENT");
				const created = inode(Buffer.alloc(0));
				change(() => rename(path, created));
				file = created;
			}
			open.set(fd, file);
			return fd;
		},
		closeSync: (fd) => void open.delete(fd),
		readSync(fd, buffer, offset, length, position) {
			read();
			const file = fileOf(fd);
			const end = Math.min(file.size, position + length);
			return position >= end ? 0 : file.bytes.copy(buffer, offset, position, end);
		},
		writeSync(fd, buffer, offset, length, position) {
			const file = fileOf(fd);
			const data = Buffer.from(buffer.subarray(offset, offset + length));
			change(() => {
				if (position + length > file.size) resize(file, position + length);
				data.copy(file.bytes, position);
				file.unsynced.push({ at: position, data });
			});
			return length;
		},
		fsyncSync(fd) {
			const file = open.get(fd) ?? fail("EBADF");
			if (left <= 1) change(() => undefined); // the power goes before the sync is through
			change(() => {
				if (file === "folder") {
					nameChanges = [];
					return;
				}
				file.safe = Buffer.from(file.bytes.subarray(0, file.size));
				file.unsynced = [];
			});
		},
		ftruncateSync(fd, length) {
			const file = fileOf(fd);
			change(() => {
				resize(file, length);
				file.unsynced.push({ size: length });
			});
		},
		fstatSync: (fd) => stat(open.get(fd) ?? fail("EBADF")),
		statSync: (path) => stat(path === fakeFolder ? "folder" : (names.get(path) ?? fail("ENOENT"))),
		unlinkSync(path) {
			if (!names.has(path)) fail("ENOENT");
			change(() => rename(path, undefined));
		},

		cutAfter(changes) {
			left = changes;
		},
		get isOff() {
			return left <= 0;
		},
		afterCut(random) {
			const found = new Map(names);
			// From the newest back: a change of names that was lost leaves what was there before.
			for (const { path, before } of nameChanges.toReversed()) {
				if (random.next() < 0.5) break; // a journal keeps names in order: all up to here happened
				if (before === undefined) found.delete(path);
				else found.set(path, before);
			}
			return createFakeDisk(new Map([...found].map(([path, file]) => [path, torn(file, random)])));
		},
		copy: () =>
			createFakeDisk(new Map([...names].map(([path, file]) => [path, Buffer.from(file.bytes.subarray(0, file.size))]))),
	};
}

let nextDisk = 1;

function torn(file: Inode, random: Random): Buffer {
	let bytes = Buffer.from(file.safe);
	const resize = (size: number) => {
		const resized = Buffer.alloc(size);
		bytes.copy(resized, 0, 0, Math.min(size, bytes.length));
		bytes = resized;
	};
	for (const change of file.unsynced) {
		if ("size" in change) {
			if (random.next() < 0.5) resize(change.size);
			continue;
		}
		for (let from = 0; from < change.data.length; from += sectorBytes) {
			if (random.next() < 0.5) continue;
			const sector = change.data.subarray(from, from + sectorBytes);
			if (change.at + from + sector.length > bytes.length) resize(change.at + from + sector.length);
			sector.copy(bytes, change.at + from);
		}
	}
	return bytes;
}
