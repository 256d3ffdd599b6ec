import { readdir } from "node:fs/promises";
import { decodeText } from "../tools/textFile.ts";
import { readInside } from "../tools/workspaceFiles.ts";

/** What a model is told of the workspace without asking: what lies at its top, and what AGENTS.md says. Bounded. */
export interface Surroundings {
	/** Names, folders with a `/` behind. */
	readonly entries: readonly string[];
	/** How many are not named. */
	readonly more: number;
	readonly agentsMd?: string;
}

const maxEntries = 100;
const maxAgentsMdBytes = 12_000;

/** `denied`: what nothing may read, as for tools. A workspace that cannot be read has no surroundings. */
export async function lookAround(workspace: string, denied: readonly string[]): Promise<Surroundings> {
	const found = await readdir(workspace, { withFileTypes: true }).catch(() => []);
	const names = found
		.filter(({ name }) => name !== ".git" && name !== ".DS_Store")
		.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
		.sort();
	return {
		entries: names.slice(0, maxEntries),
		more: Math.max(names.length - maxEntries, 0),
		agentsMd: await readAgentsMd(workspace, denied),
	};
}

async function readAgentsMd(workspace: string, denied: readonly string[]): Promise<string | undefined> {
	const file = await readInside({ workspace, denied }, "AGENTS.md", maxAgentsMdBytes).catch(() => undefined);
	if (!file) return undefined;
	// Cut between two lines, so that no character is cut in half.
	const end = file.size > file.bytes.length ? file.bytes.lastIndexOf(0x0a) + 1 : file.bytes.length;
	const text = decodeText(file.bytes.subarray(0, end))?.trim();
	return text && file.size > end ? `${text}\n(cut)` : text;
}
