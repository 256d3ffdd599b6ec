import { readdir } from "node:fs/promises";

/** What a planner is told of the workspace without asking: what lies at its top. Bounded. */
export interface Surroundings {
	/** Names, folders with a `/` behind. */
	readonly entries: readonly string[];
	/** How many are not named. */
	readonly more: number;
}

const maxEntries = 100;

/** A workspace that cannot be read has no surroundings. */
export async function lookAround(workspace: string): Promise<Surroundings> {
	const found = await readdir(workspace, { withFileTypes: true }).catch(() => []);
	const names = found
		.filter(({ name }) => name !== ".git" && name !== ".DS_Store")
		.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name))
		.sort();
	return { entries: names.slice(0, maxEntries), more: Math.max(names.length - maxEntries, 0) };
}
