import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";

/**
 * What files hold now, for knowing whether they are what a person approved. Hashes are kept by what the file system says
 * of a file (its number, size and times), so that judging an unchanged workspace reads nothing.
 */
export interface FileContents {
	/** Undefined for what is no file. */
	hash(file: string): Promise<FileHash | undefined>;
	/** Undefined for what is no file, is too large to be read as a program, or holds other bytes than text. */
	text(file: string): Promise<string | undefined>;
	kind(place: string): Promise<"file" | "folder" | undefined>;
	/** Names in a folder; none where there is no folder. */
	names(folder: string): Promise<readonly string[]>;
}

export interface FileHash {
	/** Hex SHA-256, or what stands for it: of a file too large to be read each time, its size and when it changed. */
	readonly sha256: string;
	/** As git names the content; absent where it was not read. */
	readonly blob?: string;
}

const maxBytes = 8 * 1024 * 1024;
const maxTextBytes = 1024 * 1024;
const maxKept = 20_000;
/** A file that changed so lately may change again within the same tick of its clock. */
const settledNs = 1_000_000_000n;

export function openFileContents(now: () => bigint = () => BigInt(Date.now()) * 1_000_000n): FileContents {
	const kept = new Map<string, { readonly mark: string; readonly hash: FileHash }>();
	return {
		async hash(file) {
			const info = await stat(file, { bigint: true }).catch(() => undefined);
			if (!info?.isFile()) return undefined;
			const { dev, ino, size, mtimeNs, ctimeNs } = info;
			const mark = [dev, ino, size, mtimeNs, ctimeNs].join(".");
			const known = kept.get(file);
			if (known?.mark === mark) return known.hash;
			const hash = size > maxBytes ? { sha256: `size ${size}, changed ${ctimeNs}` } : await contentHash(file, size);
			kept.delete(file);
			if (now() - ctimeNs > settledNs) kept.set(file, { mark, hash });
			for (const oldest of kept.keys()) {
				if (kept.size <= maxKept) break;
				kept.delete(oldest);
			}
			return hash;
		},
		async text(file) {
			const info = await stat(file).catch(() => undefined);
			if (!info?.isFile() || info.size > maxTextBytes) return undefined;
			const bytes = await readFile(file).catch(() => undefined);
			return bytes === undefined || bytes.includes(0) ? undefined : bytes.toString("utf8");
		},
		async kind(place) {
			const info = await stat(place).catch(() => undefined);
			return info?.isFile() ? "file" : info?.isDirectory() ? "folder" : undefined;
		},
		names: (folder) => readdir(folder).catch(() => []),
	};
}

/** A file that cannot be read now is not one that a person approved. */
async function contentHash(file: string, size: bigint): Promise<FileHash> {
	const sha256 = createHash("sha256");
	const blob = createHash("sha1").update(`blob ${size}\0`);
	try {
		for await (const chunk of createReadStream(file)) {
			sha256.update(chunk as Buffer);
			blob.update(chunk as Buffer);
		}
	} catch (cause) {
		return { sha256: `unreadable: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}` };
	}
	return { sha256: sha256.digest("hex"), blob: blob.digest("hex") };
}
