import { closeSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";

/**
 * Makes a folder, with those above it that are missing, so that a power cut leaves it there: what is synced inside a
 * folder whose own name never reached the disk is gone with it. A spool that is gone would mean that its command never
 * began. Of a folder that is there already the name is synced all the same: who made it may have been killed before.
 */
export function makeDurableFolder(
	folder: string,
	{ mode = 0o700, sync = syncFolder }: { readonly mode?: number; sync?(folder: string): void } = {},
): void {
	const top = path.resolve(mkdirSync(folder, { recursive: true, mode }) ?? folder);
	for (let made = path.resolve(folder); ; made = path.dirname(made)) {
		sync(path.dirname(made));
		if (made === top || made === path.dirname(made)) return;
	}
}

/** Makes new names in a folder durable. Windows cannot open a folder, and keeps names in a journal of its own; some network file systems cannot sync one. */
export function syncFolder(folder: string | Buffer): void {
	if (process.platform === "win32") return;
	let handle: number;
	try {
		handle = openSync(folder, "r");
	} catch {
		// A folder above ours that may not be read is not ours to look after.
		return;
	}
	try {
		fsyncSync(handle);
	} catch (cause) {
		if (!unsyncable.has((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
	} finally {
		closeSync(handle);
	}
}

const unsyncable: ReadonlySet<string> = new Set(["EINVAL", "ENOTSUP", "ENOSYS", "EISDIR"]);
