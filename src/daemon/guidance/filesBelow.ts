import { opendir } from "node:fs/promises";
import path from "node:path";
import { relativeInside } from "../tools/workspacePath.ts";

/** Looked at in one folder, with all that is below it. */
const maxEntries = 2000;

/** The names of files below a folder, with `/`, in order. Links are not followed; no folder has no files. */
export async function filesBelow(
	folder: string,
): Promise<{ readonly names: readonly string[]; readonly cut: boolean }> {
	const names: string[] = [];
	let looked = 0;
	try {
		for await (const entry of await opendir(folder, { recursive: true })) {
			if (++looked > maxEntries) break;
			const name = entry.isFile() ? relativeInside(folder, path.join(entry.parentPath, entry.name)) : undefined;
			if (name !== undefined) names.push(name);
		}
	} catch {
		// What cannot be entered is not there for agents either.
	}
	return { names: names.sort(), cut: looked > maxEntries };
}
