import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { writeDurably } from "../platform/durableFile.ts";
import { makeDurableFolder } from "../platform/durableFolder.ts";
import { bootId } from "./processIdentity.ts";

/** Where spools lie: those of this boot, those of earlier ones, and those on their way out (`dropped/`). */
export interface SpoolFolders {
	readonly folder: string;
	/** The folder of this boot. */
	readonly current: string;
	/** The folders of earlier boots. Nothing in them runs. */
	readonly earlier: readonly string[];
}

/** `besides` are folders in it that belong to no boot. */
export function openSpoolFolders(folder: string, besides: readonly string[] = []): SpoolFolders {
	const boot = bootId();
	const current = join(folder, boot);
	makeDurableFolder(current);
	const others = new Set([...besides, "dropped", boot]);
	const earlier = readdirSync(folder, { withFileTypes: true })
		.filter((entry) => entry.isDirectory() && !others.has(entry.name))
		.map((entry) => join(folder, entry.name))
		.filter((path) => !removedEmpty(path));
	void emptyDropped(join(folder, "dropped")).catch(() => {});
	return { folder, current, earlier };
}

/** Shuts the gate `begun` of a spool for ever. False when another daemon or the runner passed or shut it before. */
export function claim(path: string): boolean {
	try {
		mkdirSync(join(path, "begun"));
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
		throw error;
	}
}

/** Takes a spool away in one step, and removes it at leisure. Nothing if it is not there. */
export async function dropSpool({ folder }: SpoolFolders, path: string): Promise<void> {
	const dropped = join(folder, "dropped");
	await mkdir(dropped, { recursive: true, mode: 0o700 });
	const gone = join(dropped, randomUUID());
	await rename(path, gone).catch(ignoreMissing);
	rm(gone, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
}

/** An id as a file name on every platform; reversible by `decodeURIComponent`. */
export function spoolName(id: string): string {
	const name = encodeURIComponent(id).replace(/[.*~]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
	if (name === "" || name.length > 180) throw new RangeError(`A spool's id has 1 to 180 bytes; "${id}" has not.`);
	return name;
}

/** A runner as a file, named after its content, so that daemons of two versions in one folder do not change each other's. */
export function writeRunner(folder: string, kind: string, text: string): string {
	const digest = createHash("sha256").update(text).digest("hex").slice(0, 12);
	const [name, extension] = kind.split(".");
	const file = join(folder, `${name}-${digest}.${extension}`);
	if (existsSync(file) && readFileSync(file, "utf8") === text) return file;
	// Whole after a power cut: what is there under the right name with other bytes would start nothing ever again.
	writeDurably(file, text);
	return file;
}

/** What is in it, and not the folder itself: something may be dropped at this moment. */
async function emptyDropped(dropped: string): Promise<void> {
	for (const name of await readdir(dropped)) await rm(join(dropped, name), { recursive: true, force: true });
}

function removedEmpty(path: string): boolean {
	try {
		rmdirSync(path);
		return true;
	} catch {
		return false;
	}
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
	if (error.code !== "ENOENT") throw error;
}
