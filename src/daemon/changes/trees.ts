import type { Folder } from "./inventory.ts";
import { hashObject, type ObjectWriter } from "./objects.ts";
import { startTimeSlices } from "./timeSlices.ts";

/** Writes the git trees that are not known yet, from the leaves up, and returns the id of the root. */
export async function writeTrees(root: Folder, objects: ObjectWriter, signal: AbortSignal): Promise<string> {
	const slices = startTimeSlices(signal);
	const tree = await write(root);
	// Git knows no empty folders, except as the whole.
	return tree === "" ? writeTree([]) : tree;

	async function write(folder: Folder): Promise<string> {
		if (folder.tree !== undefined) return folder.tree;
		if (slices.over()) await slices.next();
		const entries: Entry[] = [];
		for (const [name, child] of folder.folders) {
			const id = await write(child);
			// A folder sorts as if its name ended in a slash.
			if (id !== "") entries.push({ key: `${name}/`, head: `40000 ${name}\0`, id });
		}
		for (const [name, file] of folder.files) entries.push({ key: name, head: `${file.mode} ${name}\0`, id: file.blob });
		const tree = entries.length === 0 ? "" : await writeTree(entries);
		folder.tree = tree;
		return tree;
	}

	async function writeTree(entries: Entry[]): Promise<string> {
		entries.sort((a, b) => (a.key < b.key ? -1 : 1));
		const content = Buffer.concat(
			entries.flatMap(({ head, id }) => [Buffer.from(head, "latin1"), Buffer.from(id, "hex")]),
		);
		const id = hashObject("tree", content);
		await objects.put("tree", id, content);
		return id;
	}
}

/** The file in a tree; undefined when there is none of that name. A tree is a row of "mode name NUL id", the id in 20 bytes. */
export function findInTree(tree: Buffer, name: string): string | undefined {
	for (let at = 0; at < tree.length; ) {
		const space = tree.indexOf(32, at);
		const end = tree.indexOf(0, space);
		if (tree.toString("latin1", space + 1, end) === name) return tree.toString("hex", end + 1, end + 21);
		at = end + 21;
	}
	return undefined;
}

interface Entry {
	readonly key: string;
	readonly head: string;
	readonly id: string;
}
