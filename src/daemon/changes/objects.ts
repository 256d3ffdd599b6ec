import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { deflate, deflateSync, type ZlibOptions } from "node:zlib";
import { ChangesError } from "./changesError.ts";
import { entryHead, writePack } from "./packFile.ts";

/**
 * Writes git objects. Everything that one snapshot found new becomes one pack with its index: two files to make durable
 * instead of one for the blob and one for every tree above it, and 8 kB on disk instead of 4 kB for each.
 */
export interface ObjectWriter {
	put(type: ObjectType, id: string, content: Buffer): Promise<void>;
	/** Resolves when everything put so far would survive a power cut. */
	flush(): Promise<void>;
	/** Forgets what was put since the last flush. */
	drop(): void;
}

export type ObjectType = "blob" | "tree";

export function hashObject(type: ObjectType, content: Buffer): string {
	return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}

/** `packFolder` is `objects/pack` of the repository; `onPack` hears of every pack that was written. */
export function openObjectWriter(packFolder: string, onPack: () => void): ObjectWriter {
	let pending = new Map<string, Buffer>();
	let pendingBytes = 0;

	async function flush(): Promise<void> {
		if (pending.size === 0) return;
		const entries = pending;
		drop();
		try {
			await writePack(packFolder, entries);
		} catch (cause) {
			throw new ChangesError("disk", diskSentence(packFolder, cause), { cause });
		}
		onPack();
	}

	function drop(): void {
		pending = new Map();
		pendingBytes = 0;
	}

	return {
		async put(type, id, content) {
			if (pending.has(id)) return;
			const isSmall = content.length < asyncFromBytes;
			const deflated = isSmall ? deflateSync(content, compression) : await deflateAsync(content, compression);
			const entry = Buffer.concat([entryHead(type, content.length), deflated]);
			pending.set(id, entry);
			pendingBytes += entry.length;
			if (pendingBytes >= maxPackBytes || pending.size >= maxPackObjects) await flush();
		},
		flush,
		drop,
	};
}

// Level 1: of 32 kB of text it takes 0.29 ms where level 6 takes 0.64 ms and saves 5 %. `pack()` makes deltas anyway.
const compression = { level: 1 };
const asyncFromBytes = 64 * 1024;
// A first snapshot becomes several packs, so that neither its memory nor the time to sum up a pack grows with it.
const maxPackBytes = 8 * 1024 * 1024;
const maxPackObjects = 4096;
const deflateAsync = promisify(deflate) as (content: Uint8Array, options: ZlibOptions) => Promise<Buffer>;

function diskSentence(packFolder: string, cause: unknown): string {
	const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
	return code === "ENOSPC" || code === "EDQUOT"
		? `The disk that holds ${packFolder} is full: changes are not recorded until there is space.`
		: `Changes could not be written to ${packFolder} (${code}): see that the daemon may write there.`;
}
