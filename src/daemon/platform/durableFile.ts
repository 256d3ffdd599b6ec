import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { threadId } from "node:worker_threads";
import { syncFolder } from "./durableFolder.ts";

/**
 * Replaces a small file in one step: a power cut leaves the old text or the new, and the new one when this returned.
 * Several processes may do so at once: each writes a file of its own first, and the last one to put it in place stays.
 */
export function writeDurably(file: string, text: string, mode = 0o600): void {
	const own = `${file}.${process.pid}-${threadId}.new`;
	try {
		const handle = openSync(own, "w", mode);
		try {
			writeFileSync(handle, text);
			fsyncSync(handle);
		} finally {
			closeSync(handle);
		}
		renameSync(own, file);
	} catch (error) {
		rmSync(own, { force: true });
		throw error;
	}
	syncFolder(path.dirname(file));
}
