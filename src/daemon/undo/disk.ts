import { lstatSync, readdirSync, type Stats } from "node:fs";
import type { FileVersion } from "../../core/values.ts";
import { linkMode, splitMode, treeMode } from "../changes/fileMode.ts";
import { hashObject } from "../changes/objects.ts";
import { toBytes, toFsPath, toText } from "../changes/pathText.ts";
import { readLink, readRegular } from "../changes/readFile.ts";

/**
 * The workspace's files as undo sees them: by the ids of their contents, as the shadow repository names them, and never
 * through a symbolic link. Paths are relative to the workspace, as text (changes/pathText.ts).
 */
export interface Disk {
	look(path: string): OnDisk;
	/** The bytes, if the file still is this version. */
	bytes(path: string, version: FileVersion): Buffer | undefined;
	/** The folder on the way to a path that is none: a file or a link is in its place. */
	inTheWay(path: string): string | undefined;
	/** The folder on the way to a path that is a link, so that behind it is somewhere else. */
	behindLink(path: string): string | undefined;
	/** Everything below a folder that is no folder itself; undefined when it is more than `most`, or may not be looked at. */
	filesBelow(path: string, most: number): readonly string[] | undefined;
}

export type OnDisk =
	| { readonly kind: "absent" }
	| { readonly kind: "folder" }
	| { readonly kind: "file"; readonly version: FileVersion; readonly stats: Stats }
	/** Something that undo does not touch, and why. */
	| { readonly kind: "other"; readonly reason: string };

/** As large as the record of changes takes files. */
const maxFileBytes = 5 * 1024 * 1024;

/** `workspace` is absolute, without symbolic links. */
export function openDisk(workspace: string): Disk {
	const full = (path: string) => `${toBytes(workspace)}/${toBytes(path)}`;

	/** The first folder on the way that is none. */
	function obstacle(
		path: string,
	): { readonly folder: string; readonly kind: "none" | "file" | "link" | "denied" } | undefined {
		for (let end = path.indexOf("/"); end >= 0; end = path.indexOf("/", end + 1)) {
			const folder = path.slice(0, end);
			try {
				const stats = statsOf(full(folder));
				if (!stats) return { folder, kind: "none" };
				if (!stats.isDirectory()) return { folder, kind: stats.isSymbolicLink() ? "link" : "file" };
			} catch {
				return { folder, kind: "denied" };
			}
		}
		return undefined;
	}

	function look(path: string): OnDisk {
		const found = obstacle(path);
		switch (found?.kind) {
			case undefined:
				return lookAt(full(path));
			case "link":
				return { kind: "other", reason: `${found.folder} has become a symbolic link` };
			case "denied":
				return { kind: "other", reason: `${found.folder} may not be looked into` };
			default:
				return { kind: "absent" };
		}
	}

	function inTheWay(path: string): string | undefined {
		const found = obstacle(path);
		return found?.kind === "none" ? undefined : found?.folder;
	}

	function behindLink(path: string): string | undefined {
		const found = obstacle(path);
		return found?.kind === "link" ? found.folder : undefined;
	}

	return {
		look,
		inTheWay,
		behindLink,
		bytes(path, version) {
			const content = version.mode === linkMode ? readLink(full(path)) : readRegular(full(path), maxFileBytes);
			return typeof content !== "string" && hashObject("blob", content) === version.blob ? content : undefined;
		},
		filesBelow(path, most) {
			const found: string[] = [];
			const folders = [path];
			try {
				for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
					for (const entry of readdirSync(toFsPath(full(folder)), { withFileTypes: true, encoding: "latin1" })) {
						const child = `${folder}/${toText(entry.name)}`;
						if (entry.isDirectory()) folders.push(child);
						else found.push(child);
					}
					if (found.length + folders.length > most) return undefined;
				}
			} catch {
				return undefined;
			}
			return found;
		},
	};
}

/** What is there, by the full path as a byte string. The folders on the way are the caller's to look at. */
export function lookAt(full: string): OnDisk {
	let stats: Stats | undefined;
	try {
		stats = statsOf(full);
	} catch (cause) {
		return { kind: "other", reason: `it could not be looked at (${(cause as NodeJS.ErrnoException).code})` };
	}
	if (!stats) return { kind: "absent" };
	if (stats.isDirectory()) return { kind: "folder" };
	const isLink = stats.isSymbolicLink();
	const content = isLink ? readLink(full) : readRegular(full, maxFileBytes);
	if (content === "gone") return { kind: "absent" };
	if (typeof content === "string") return { kind: "other", reason: unreadable[content] };
	return { kind: "file", version: { blob: hashObject("blob", content), ...splitMode(treeMode(stats)) }, stats };
}

const unreadable = {
	tooLarge: "it is now larger than what is recorded",
	unreadable: "it may not be read",
	special: "it is not a regular file now",
} as const;

function statsOf(full: string): Stats | undefined {
	try {
		return lstatSync(toFsPath(full), { throwIfNoEntry: false });
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
		throw cause;
	}
}
