import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import path from "node:path";

/**
 * The workspace files that a command names, with the hashes of their contents: what a person approved is the command
 * together with the scripts that it would run. Words are cut roughly, as a shell would without expansions; a word that
 * is no file is passed over.
 */
export async function namedFiles(command: string, workspace: string): Promise<Record<string, string>> {
	const words = new Set(command.split(/[\s;&|()<>"'`=$]+/).filter((word) => word !== "" && !word.startsWith("-")));
	const found: Record<string, string> = {};
	for (const word of [...words].slice(0, maxWords)) {
		const file = path.resolve(workspace, word);
		const relative = path.relative(workspace, file);
		if (relative === "" || relative.startsWith("..") || path.isAbsolute(relative)) continue;
		const info = await stat(file).catch(() => undefined);
		if (info?.isFile() && info.size <= maxBytes) found[relative] = await fileHash(file);
		else if (info?.isFile()) found[relative] = `size ${info.size}, changed ${info.mtimeMs}`;
	}
	return found;
}

const maxWords = 64;
const maxBytes = 8 * 1024 * 1024;

async function fileHash(file: string): Promise<string> {
	const hash = createHash("sha256");
	for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
	return hash.digest("hex");
}
