import type { Stats } from "node:fs";

/**
 * A file's kind and rights in one word, as our trees carry it: git's "120000" for a symbolic link, and "10" with all
 * four octal digits of the rights for a file. Git itself writes only "100644" and "100755"; it reads the others as the
 * nearer of these two, so it compares and packs our trees as its own, and a change of rights alone is a new tree.
 */
export function treeMode(stats: Pick<Stats, "mode"> & { isSymbolicLink(): boolean }): string {
	return stats.isSymbolicLink() ? linkMode : `10${rightsOf(stats.mode).toString(8).padStart(4, "0")}`;
}

export const linkMode = "120000";
export const fileMode = "100644";
export const executableMode = "100755";

/** Git's mode and, of a file, the rights in octal: "600", "2755". */
export function splitMode(mode: string): { readonly mode: string; readonly rights?: string } {
	const bits = Number.parseInt(mode, 8);
	if ((bits & 0o170000) !== 0o100000) return { mode };
	return {
		mode: bits & 0o100 ? executableMode : fileMode,
		rights: (bits & 0o7777).toString(8).padStart(3, "0"),
	};
}

/** Windows knows no rights but "read-only". */
function rightsOf(mode: number): number {
	if (process.platform === "win32") return mode & 0o200 ? 0o644 : 0o444;
	return mode & 0o7777;
}
