import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";
import { commandWords, foldersOf, pathsIn } from "./commandWords.ts";

/**
 * The workspace files that a command names, with the hashes of their contents: what a person approved is the command
 * together with the scripts that it would run. A word that is no file is passed over.
 */
export async function namedFiles(
	command: string,
	workspace: string,
	home: string | undefined,
): Promise<Record<string, string>> {
	const words = commandWords(command, home);
	const found: Record<string, string> = {};
	for (const folder of foldersOf(words, workspace, home)) {
		for (const word of pathsIn(words, home)) {
			const file = path.resolve(folder, word);
			const relative = path.relative(workspace, file);
			if (word === "" || relative === "" || relative.startsWith("..") || path.isAbsolute(relative)) continue;
			const info = await stat(file).catch(() => undefined);
			if (!info?.isFile() || relative in found) continue;
			found[relative] =
				info.size <= maxBytes ? await fileHash(file) : `size ${info.size}, changed ${Math.round(info.mtimeMs)}`;
		}
	}
	return found;
}

const maxBytes = 8 * 1024 * 1024;

/** A file that cannot be read now is none that anybody approved. */
async function fileHash(file: string): Promise<string> {
	const hash = createHash("sha256");
	try {
		for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
	} catch (cause) {
		return `unreadable: ${(cause as NodeJS.ErrnoException).code ?? "unknown"}`;
	}
	return hash.digest("hex");
}
