import { createHash } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "./crc32.ts";

/**
 * Git's pack format, without deltas: a head, the entries, a sum; and beside it an index, which git needs to see the pack
 * at all. Both are synced under temporary names first, then the pack gets its name, then the index, then the names are
 * synced. A kill or a power cut leaves either all of it or a file that `openChanges` removes.
 */
export async function writePack(packFolder: string, entries: ReadonlyMap<string, Buffer>): Promise<void> {
	const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
	head.writeUInt32BE(entries.size, 8);
	const body = Buffer.concat([head, ...entries.values()]);
	const sum = createHash("sha1").update(body).digest();
	const path = join(packFolder, `pack-${sum.toString("hex")}`);
	const temporary = join(packFolder, `${temporaryPrefix}${sum.toString("hex")}`);
	await Promise.all([
		writeDurably(`${temporary}.pack`, [body, sum]),
		writeDurably(`${temporary}.idx`, [packIndex(entries, head.length, sum)]),
	]);
	await rename(`${temporary}.pack`, `${path}.pack`);
	await rename(`${temporary}.idx`, `${path}.idx`);
	await syncFolder(packFolder);
}

/** What stands in a pack before the deflated content: type and size, seven bits a byte, four beside the type. */
export function entryHead(type: "blob" | "tree", size: number): Buffer {
	const bytes: number[] = [];
	let byte = ((type === "tree" ? 2 : 3) << 4) | (size & 15);
	for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
		bytes.push(byte | 128);
		byte = rest & 127;
	}
	bytes.push(byte);
	return Buffer.from(bytes);
}

/** The ids in a pack's index. */
export function listIds(index: Buffer): string[] {
	const count = index.readUInt32BE(idsAt - 4);
	return Array.from({ length: count }, (_, row) => index.toString("hex", idsAt + row * 20, idsAt + row * 20 + 20));
}

/** Files that a killed writer left behind begin so; git's own do too. */
export const temporaryPrefix = "tmp_";

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

/** Version 2 of the index: counts by first byte, then ids, checksums and offsets in the order of the ids, two sums. */
function packIndex(entries: ReadonlyMap<string, Buffer>, firstOffset: number, packSum: Buffer): Buffer {
	const offsets = new Map<string, number>();
	let offset = firstOffset;
	for (const [id, entry] of entries) {
		offsets.set(id, offset);
		offset += entry.length;
	}
	const crcsAt = idsAt + entries.size * 20;
	const offsetsAt = crcsAt + entries.size * 4;
	const index = Buffer.alloc(offsetsAt + entries.size * 4 + 20);
	index.write("\xfftOc\0\0\0\x02", 0, "latin1");
	const counts = new Uint32Array(256);
	[...entries.keys()].sort().forEach((id, row) => {
		index.write(id, idsAt + row * 20, "hex");
		index.writeUInt32BE(crc32(entries.get(id)!), crcsAt + row * 4);
		index.writeUInt32BE(offsets.get(id)!, offsetsAt + row * 4);
		counts[index[idsAt + row * 20]!]!++;
	});
	let sum = 0;
	for (let byte = 0; byte < 256; byte++) {
		sum += counts[byte]!;
		index.writeUInt32BE(sum, countsAt + byte * 4);
	}
	packSum.copy(index, index.length - 20);
	return Buffer.concat([index, createHash("sha1").update(index).digest()]);
}

const countsAt = 8;
const idsAt = countsAt + 256 * 4;

async function writeDurably(path: string, parts: readonly Buffer[]): Promise<void> {
	const file = await open(path, "w", 0o600);
	try {
		for (const part of parts) await file.writeFile(part);
		await file.sync();
	} catch (error) {
		await rm(path, { force: true });
		throw error;
	} finally {
		await file.close();
	}
}
