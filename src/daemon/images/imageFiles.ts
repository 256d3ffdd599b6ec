import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { GoalId } from "../../core/ids.ts";
import { type Image, readImage } from "../../core/image.ts";
import { sha256 as hashOf } from "../platform/digest.ts";
import { syncFolder } from "../platform/durableFolder.ts";

/**
 * Images that a goal was given, or has read: by their contents, in a folder of the goal. They are there before the event
 * that names them, and go when the goal is erased.
 */
export function imagesFolder(dataFolder: string, goalId: GoalId): string {
	return path.join(dataFolder, "images", goalId);
}

/** Durable when it resolves; or why it is not taken, in a sentence. */
export async function keepImage(
	folder: string,
	name: string,
	bytes: Uint8Array,
): Promise<Image | { readonly problem: string }> {
	const read = readImage(name, bytes);
	if ("problem" in read) return read;
	const sha256 = hashOf(bytes);
	const made = await mkdir(folder, { recursive: true, mode: 0o700 });
	const file = path.join(folder, sha256);
	if (!(await isKept(file, sha256))) {
		// Another call may keep the same at the same time.
		const temporary = `${file}.${process.hrtime.bigint()}.new`;
		const handle = await open(temporary, "wx", 0o600);
		try {
			await handle.writeFile(bytes);
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(temporary, file);
		syncFolder(folder);
		if (made !== undefined)
			for (const above of [path.dirname(folder), path.dirname(path.dirname(folder))]) syncFolder(above);
	}
	return { sha256, ...read };
}

/** Undefined where it is not there any more, or is not what it was. */
export async function readKeptImage(
	folder: string,
	{ sha256 }: Pick<Image, "sha256">,
): Promise<Uint8Array | undefined> {
	const bytes = await readFile(path.join(folder, sha256)).catch((cause: NodeJS.ErrnoException) => {
		if (cause.code === "ENOENT") return undefined;
		throw cause;
	});
	return bytes && hashOf(bytes) === sha256 ? bytes : undefined;
}

export async function forgetImages(folder: string): Promise<void> {
	await rm(folder, { recursive: true, force: true });
}

async function isKept(file: string, sha256: string): Promise<boolean> {
	return (await readKeptImage(path.dirname(file), { sha256 })) !== undefined;
}
