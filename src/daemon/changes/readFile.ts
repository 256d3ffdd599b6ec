import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from "node:fs";
import type { SkippedPath } from "./changes.ts";
import { toFsPath } from "./pathText.ts";

/** Why there is no content: "gone" means that the file vanished since it was looked at. */
export type Unread = "gone" | SkippedPath["reason"];

/** The target of a symbolic link, as its bytes. */
export function readLink(path: string): Buffer | Unread {
	try {
		return readlinkSync(toFsPath(path), { encoding: "buffer" });
	} catch (error) {
		return unread(error);
	}
}

// Should the name have become a link or a pipe since it was looked at, opening it must neither follow nor wait.
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** The bytes of a regular file, as many as it had when it was opened. Paths are byte strings. */
export function readRegular(path: string, maxBytes: number): Buffer | Unread {
	let file: number | undefined;
	try {
		file = openSync(toFsPath(path), openFlags);
		const stat = fstatSync(file);
		if (!stat.isFile()) return "special";
		if (stat.size > maxBytes) return "tooLarge";
		const content = Buffer.allocUnsafe(stat.size);
		let length = 0;
		while (length < content.length) {
			const read = readSync(file, content, length, content.length - length, null);
			if (read === 0) break;
			length += read;
		}
		return content.subarray(0, length);
	} catch (error) {
		return unread(error);
	} finally {
		if (file !== undefined) closeSync(file);
	}
}

function unread(error: unknown): Unread {
	const code = (error as NodeJS.ErrnoException).code;
	return code === "ENOENT" || code === "ENOTDIR" ? "gone" : "unreadable";
}
