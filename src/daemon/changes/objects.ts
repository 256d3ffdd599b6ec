import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate, deflateSync, type ZlibOptions } from "node:zlib";
import { ChangesError } from "./changes.ts";
import { crc32 } from "./crc32.ts";

/**
 * Writes git objects, as packs. Everything a snapshot found new becomes one pack with its index: two files to make
 * durable instead of one for every blob and every tree above it, and 8 kB on disk instead of 4 kB each. A pack appears
 * under its name only when it is whole and synced, its index after it, and git looks at packs through their indexes;
 * so a kill or a power cut leaves either all of it or a file with a temporary name, which `openChanges` removes.
 */
export interface ObjectSink {
	put(type: ObjectType, id: string, content: Buffer): Promise<void>;
}

export type ObjectType = "blob" | "tree";

export interface PackWriter extends ObjectSink {
	/** Resolves when everything put so far is durable. */
	flush(): Promise<void>;
	/** Forgets what was put since the last flush. */
	drop(): void;
}

export function hashObject(type: ObjectType, content: Buffer): string {
	return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

/** `packFolder` is `objects/pack` of the repository. */
export function openPackWriter(packFolder: string): PackWriter {
	let pending = new Map<string, { readonly entry: Buffer; readonly crc: number }>();
	let pendingBytes = 0;

	async function flush(): Promise<void> {
		if (pending.size === 0) return;
		const entries = pending;
		pending = new Map();
		pendingBytes = 0;
		try {
			await writePack(packFolder, entries);
		} catch (cause) {
			throw new ChangesError("disk", diskSentence(packFolder, cause), { cause });
		}
	}

	return {
		async put(type, id, content) {
			if (pending.has(id)) return;
			const header = entryHeader(type, content.length);
			const body =
				content.length < asyncFromBytes ? deflateSync(content, compression) : await deflateAsync(content, compression);
			const entry = Buffer.concat([header, body]);
			pending.set(id, { entry, crc: crc32(entry) });
			pendingBytes += entry.length;
			if (pendingBytes >= maxPackBytes) await flush();
		},
		flush,
		drop() {
			pending.clear();
			pendingBytes = 0;
		},
	};
}

/** Files that a killed writer left behind have this in their names; git's own begin with `tmp_` too. */
export const temporaryPrefix = "tmp_";

// Level 1: of 32 kB of text it takes 0.29 ms where level 6 takes 0.64 ms and saves 5 %. `pack()` makes deltas anyway.
const compression = { level: 1 };
const asyncFromBytes = 64 * 1024;
// A first snapshot is written as several packs, so that its memory stays bounded.
const maxPackBytes = 32 * 1024 * 1024;
const deflateAsync = promisify(deflate) as (content: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

function diskSentence(packFolder: string, cause: unknown): string {
	const code = (cause as NodeJS.ErrnoException).code;
	if (code === "ENOSPC")
		return `The disk that holds ${packFolder} is full: changes are not recorded until there is space.`;
	return `Changes could not be written to ${packFolder} (${code ?? String(cause)}): see that the daemon may write there.`;
}

/** Type and size, seven bits a byte, the lowest first; the first byte holds four of them beside the type. */
function entryHeader(type: ObjectType, size: number): Buffer {
	const bytes: number[] = [];
	let byte = ((type === "tree" ? 2 : 3) << 4) | (size & 15);
	for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
		bytes.push(byte | 128);
		byte = rest & 127;
	}
	bytes.push(byte);
	return Buffer.from(bytes);
}

async function writePack(
	packFolder: string,
	entries: ReadonlyMap<string, { readonly entry: Buffer; readonly crc: number }>,
): Promise<void> {
	const header = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
	header.writeUInt32BE(entries.size, 8);
	const parts = [header];
	const rows: IndexRow[] = [];
	let offset = header.length;
	for (const [id, { entry, crc }] of entries) {
		rows.push({ id, crc, offset });
		parts.push(entry);
		offset += entry.length;
	}
	const body = Buffer.concat(parts);
	const sum = createHash("sha1").update(body).digest();
	const path = join(packFolder, `pack-${sum.toString("hex")}`);
	const temporary = join(packFolder, `${temporaryPrefix}${sum.toString("hex")}`);
	await Promise.all([
		writeDurably(`${temporary}.pack`, [body, sum]),
		writeDurably(`${temporary}.idx`, [packIndex(rows, sum)]),
	]);
	await rename(`${temporary}.pack`, `${path}.pack`);
	await rename(`${temporary}.idx`, `${path}.idx`);
	await syncFolder(packFolder);
}

interface IndexRow {
	readonly id: string;
	readonly crc: number;
	readonly offset: number;
}

/** Version 2 of git's pack index: counts by first byte, ids, checksums, offsets, and two sums. */
function packIndex(rows: IndexRow[], packSum: Buffer): Buffer {
	rows.sort((a, b) => (a.id < b.id ? -1 : 1));
	const head = 8;
	const ids = head + 1024;
	const crcs = ids + rows.length * 20;
	const offsets = crcs + rows.length * 4;
	const index = Buffer.alloc(offsets + rows.length * 4 + 20);
	index.write("\xfftOc\0\0\0\x02", 0, "latin1");
	const counts = new Uint32Array(256);
	rows.forEach(({ id, crc, offset }, at) => {
		index.write(id, ids + at * 20, "hex");
		index.writeUInt32BE(crc, crcs + at * 4);
		index.writeUInt32BE(offset, offsets + at * 4);
		counts[index[ids + at * 20]!]!++;
	});
	let sum = 0;
	for (let byte = 0; byte < 256; byte++) {
		sum += counts[byte]!;
		index.writeUInt32BE(sum, head + byte * 4);
	}
	packSum.copy(index, index.length - 20);
	return Buffer.concat([index, createHash("sha1").update(index).digest()]);
}

async function writeDurably(path: string, parts: readonly Buffer[]): Promise<void> {
	const file = await open(path, "w", 0o600);
	try {
		await file.writev(parts);
		await file.sync();
	} catch (error) {
		await rm(path, { force: true });
		throw error;
	} finally {
		await file.close();
	}
}

/** Makes new names in a folder durable. Windows cannot open a folder, and journals names itself. */
export async function syncFolder(path: string): Promise<void> {
	if (process.platform === "win32") return;
	const folder = await open(path, "r");
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}
