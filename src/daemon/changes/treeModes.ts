import { ChangesError } from "./changesError.ts";
import type { ObjectReader } from "./objectReader.ts";

/**
 * The modes of all files that differ between two trees, as they stand in them: git tells only its own two apart. What is
 * the same on both sides is not read.
 */
export interface ModeChange {
	/** Modes as in our trees (fileMode.ts); undefined where there is no such file. */
	before?: string;
	after?: string;
	/** The content, where it is the same on both sides. */
	blob?: string;
}

/** By path, as a byte string. */
export async function modesBetween(
	reader: ObjectReader,
	treeA: string,
	treeB: string,
): Promise<ReadonlyMap<string, ModeChange>> {
	const found = new Map<string, ModeChange>();
	await compare(treeA, treeB, "");
	return found;

	async function compare(idA: string | undefined, idB: string | undefined, above: string): Promise<void> {
		const [a, b] = await Promise.all([entriesOf(idA), entriesOf(idB)]);
		for (const name of new Set([...a.keys(), ...b.keys()])) {
			const [before, after] = [a.get(name), b.get(name)];
			if (before?.id === after?.id && before?.mode === after?.mode) continue;
			const path = above + name;
			const folders = [before, after].map((entry) => (entry?.mode === folderMode ? entry.id : undefined));
			if (folders[0] !== folders[1]) await compare(folders[0], folders[1], `${path}/`);
			const [fileBefore, fileAfter] = [before, after].map((entry) => (entry?.mode === folderMode ? undefined : entry));
			if (!fileBefore && !fileAfter) continue;
			const isSame = fileBefore?.id === fileAfter?.id;
			found.set(path, { before: fileBefore?.mode, after: fileAfter?.mode, blob: isSame ? fileBefore?.id : undefined });
		}
	}

	async function entriesOf(id: string | undefined): Promise<ReadonlyMap<string, Entry>> {
		if (id === undefined) return new Map();
		const object = await reader.read(id);
		if (object?.type !== "tree")
			throw new ChangesError("unknownObject", `The record of changes holds no snapshot "${id}".`);
		return parseTree(object.content);
	}
}

interface Entry {
	readonly mode: string;
	readonly id: string;
}

const folderMode = "40000";

/** A tree is a row of "mode name NUL id", the id in 20 bytes. */
function parseTree(tree: Buffer): ReadonlyMap<string, Entry> {
	const entries = new Map<string, Entry>();
	for (let at = 0; at < tree.length; ) {
		const space = tree.indexOf(32, at);
		const end = tree.indexOf(0, space);
		const mode = tree.toString("latin1", at, space);
		entries.set(tree.toString("latin1", space + 1, end), { mode, id: tree.toString("hex", end + 1, end + 21) });
		at = end + 21;
	}
	return entries;
}
