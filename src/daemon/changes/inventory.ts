import type { RuleChain } from "./ignoreRules.ts";
import type { LeftOutReason } from "./leftOut.ts";

/**
 * What the last snapshot saw, in memory: folders with their files, each with the stat it had and the blob it became.
 * A file whose stat is the same needs no reading; a folder whose `tree` is known needs no writing. Names are byte
 * strings (pathText.ts).
 */
export interface Folder {
	readonly folders: Map<string, Folder>;
	readonly files: Map<string, KnownFile>;
	/** The id of its git tree; undefined when something below changed, "" when there is no file below. */
	tree: string | undefined;
	/** What is there and not recorded, by name (coverage.ts). */
	leftOut?: ReadonlyMap<string, LeftOutReason>;
	/** The id of what was left out here and below; undefined when that changed, "" when there is nothing. */
	coverage: string | undefined;
	/** The scan that saw it last. */
	seen: number;
	/** What the rules said about its unknown names, good for as long as the chain is the same object. */
	verdicts?: { readonly chain: RuleChain | undefined; readonly ignored: Map<string, boolean> };
	/** The rules in the folder's own .gitignore, kept while neither the file nor the rules above it change. */
	ownRules?: OwnRules;
}

export interface KnownFile {
	/** Kind and rights (fileMode.ts). */
	readonly mode: string;
	readonly blob: string;
	readonly stat: FileStat;
	/** It changed so shortly before it was read that another change could have left the same stat: read it again. */
	readonly racy: boolean;
	seen: number;
}

/** The parts of a stat that a change of content cannot leave alone. */
export interface FileStat {
	readonly size: number;
	readonly mtimeMs: number;
	readonly ctimeMs: number;
	readonly ino: number;
	readonly mode: number;
}

export interface OwnRules {
	readonly above: RuleChain | undefined;
	readonly stat: FileStat;
	readonly racy: boolean;
	readonly text: string;
	readonly chain: RuleChain | undefined;
}

export function emptyFolder(): Folder {
	return { folders: new Map(), files: new Map(), tree: undefined, coverage: undefined, seen: 0 };
}

export function sameStat(a: FileStat, b: FileStat): boolean {
	return (
		a.size === b.size && a.mtimeMs === b.mtimeMs && a.ctimeMs === b.ctimeMs && a.ino === b.ino && a.mode === b.mode
	);
}

export function countFiles(folder: Folder): number {
	let count = folder.files.size;
	for (const child of folder.folders.values()) count += countFiles(child);
	return count;
}
