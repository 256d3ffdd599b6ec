import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { syncFolder } from "./durableFolder.ts";

/** Replaces a small file in one step: a power cut leaves the old text or the new, and the new one when this returned. */
export function writeDurably(file: string, text: string, mode = 0o600): void {
	const handle = openSync(`${file}.new`, "w", mode);
	try {
		writeFileSync(handle, text);
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
	renameSync(`${file}.new`, file);
	syncFolder(path.dirname(file));
}
