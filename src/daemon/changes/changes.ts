import type { LeftOutChange, LeftOutReason } from "./leftOut.ts";

/**
 * What changed on disk, whoever changed it: a tool, a command, an agent of another vendor or the person. A snapshot is
 * the id of a git tree over the whole workspace; two ids give the changed files, their contents and their diffs.
 *
 * The objects lie in a bare repository beside the daemon's data. The workspace is only read, and only by our own scan
 * (scan.ts), never by git: so no attributes, filters, hooks, locks or configuration of the user take part, a repository
 * inside the workspace is files like any other, and a file too large is left out before a byte of it is read. Git reads
 * the objects back, compares trees and packs. Nothing is ever pruned, because the trees are referred to by the event
 * log and not by refs.
 *
 * A tree carries the rights of each file (fileMode.ts), and beside it stands what was there and could not be recorded
 * (coverage.ts): a path that is new in a tree was not there before only if the earlier snapshot did not leave it out.
 *
 * Left out on purpose: borrowing objects from the user's repository. `git gc --prune` over there could take away what our
 * log refers to, and the gain is small: the first snapshot of 10,000 files takes 1 to 2 s here, in pieces of a few
 * milliseconds that let other work in, and nothing waits for it.
 */
export interface Changes {
	/**
	 * Records the workspace as it is now. Resolves when the objects would survive a power cut. One scan runs at a time;
	 * callers that come while one runs share the next one, which begins after they asked.
	 */
	snapshot(signal?: AbortSignal): Promise<Snapshot>;
	/** The files that differ in content, kind or rights, ordered by path. Free when the trees are the same. */
	between(treeA: string, treeB: string): Promise<readonly FileChange[]>;
	/**
	 * Of these paths, those that a snapshot left out, or that lie below what it left out, with the reasons from the top
	 * down. A path that is neither here nor in the tree was not there.
	 */
	leftOut(coverage: string, paths: readonly string[]): Promise<ReadonlyMap<string, readonly LeftOutReason[]>>;
	/** What only one of two snapshots left out, or each for another reason: the first thousand. */
	leftOutBetween(coverageA: string, coverageB: string): Promise<readonly LeftOutChange[]>;
	/** The raw bytes of a blob. */
	content(blob: string): Promise<Buffer>;
	/** The raw bytes of a file in a tree (of a symbolic link: its target); undefined when the tree has no such file. */
	contentAt(tree: string, path: string): Promise<Buffer | undefined>;
	/** Records contents that are not in the workspace. Resolves with their ids when they would survive a power cut. */
	keep(contents: readonly Buffer[]): Promise<readonly string[]>;
	/** A unified diff in git's style, of everything or of one file. */
	diff(treeA: string, treeB: string, path?: string): Promise<string>;
	/**
	 * Makes the history small on disk; snapshots go on meanwhile. To be called when nothing else is to do: after some
	 * hundred snapshots it happens by itself, in a process of low priority.
	 */
	pack(): Promise<void>;
	/** Ends what is under way; what it has recorded so far is not lost. Safe to call twice. */
	close(): Promise<void>;
}

export interface Snapshot {
	/** The id of the git tree. Equal ids mean equal workspaces. */
	readonly tree: string;
	/** The id of what was left out. Equal ids mean that the same names were. */
	readonly coverage: string;
	/** When the scan began, in milliseconds since the epoch. */
	readonly at: number;
	/** What is in the workspace but could not be recorded. A file that was recorded before stays as it was then. */
	readonly skipped: readonly SkippedPath[];
	/** What the user's rules ignore, and is therefore not recorded: the first thousand, folders with a `/` at the end. */
	readonly ignored: readonly string[];
}

export interface SkippedPath {
	readonly path: string;
	/** "special" is a socket, a pipe or a device. */
	readonly reason: "tooLarge" | "unreadable" | "special";
}

export interface FileChange {
	/** Relative to the workspace, with `/`. A byte that is not UTF-8 is written as U+DC80…U+DCFF (see pathText.ts). */
	readonly path: string;
	readonly status: "added" | "modified" | "deleted" | "renamed";
	/** The path before a rename. */
	readonly from?: string;
	/** Blob ids. Equal where only the name or the mode changed. */
	readonly before?: string;
	readonly after?: string;
	/** Git's file modes: "100644", "100755" (executable) or "120000" (symbolic link). */
	readonly modeBefore?: string;
	readonly modeAfter?: string;
	/** Of files that are no links, in octal: "600", "2755". */
	readonly rightsBefore?: string;
	readonly rightsAfter?: string;
	/** Lines; undefined when the content is binary. */
	readonly added?: number;
	readonly removed?: number;
}
