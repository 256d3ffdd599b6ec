import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { emptyFolder, type Folder, type KnownFile } from "./inventory.ts";
import { startTimeSlices } from "./timeSlices.ts";

/**
 * The inventory on disk, so that a restarted daemon does not read a large workspace again. An old one is as good as a
 * new one, only slower: each line says "a file with this stat had this content", and that stays true. A torn or foreign
 * one is not used. It is written after the objects it names are durable, never before.
 */
export async function saveInventory(path: string, workspace: string, root: Folder): Promise<void> {
	const lines: string[] = [JSON.stringify([formatVersion, workspace])];
	const slices = startTimeSlices();
	await add("", root);
	const body = `${lines.join("\n")}\n`;
	await writeFile(`${path}.new`, `${body}${sha1(body)}`, { mode: 0o600 });
	await rename(`${path}.new`, path);

	async function add(name: string, folder: Folder): Promise<void> {
		const files: FileRow[] = [];
		for (const [fileName, { mode, blob, stat, racy }] of folder.files) {
			files.push([fileName, mode, blob, stat.size, stat.mtimeMs, stat.ctimeMs, stat.ino, stat.mode, racy ? 1 : 0]);
		}
		lines.push(JSON.stringify([name, folder.tree ?? null, folder.folders.size, files] satisfies FolderRow));
		if (slices.over()) await slices.next();
		for (const [childName, child] of folder.folders) await add(childName, child);
	}
}

/** Undefined when there is none that can be trusted. */
export async function loadInventory(path: string, workspace: string): Promise<Folder | undefined> {
	const text = await readFile(path, "utf8").catch(() => "");
	const end = text.lastIndexOf("\n") + 1;
	if (end === 0 || sha1(text.slice(0, end)) !== text.slice(end)) return undefined;
	const lines = text.slice(0, end - 1).split("\n");
	if (lines[0] !== JSON.stringify([formatVersion, workspace])) return undefined;
	let at = 1;
	const slices = startTimeSlices();
	const root = await take();
	return root.folder;

	async function take(): Promise<{ readonly name: string; readonly folder: Folder }> {
		const [name, tree, folders, files] = JSON.parse(lines[at++]!) as FolderRow;
		const folder: Folder = { ...emptyFolder(), tree: tree ?? undefined };
		for (const [fileName, mode, blob, size, mtimeMs, ctimeMs, ino, statMode, racy] of files) {
			const stat = { size, mtimeMs, ctimeMs, ino, mode: statMode };
			folder.files.set(fileName, { mode, blob, stat, racy: racy === 1, seen: 0 } satisfies KnownFile);
		}
		if (slices.over()) await slices.next();
		for (let left = folders; left > 0; left--) {
			const child = await take();
			folder.folders.set(child.name, child.folder);
		}
		return { name, folder };
	}
}

/** Name, tree, number of folders in the lines that follow, files. */
type FolderRow = [string, string | null, number, FileRow[]];
/** Name, mode, blob, then size, mtime, ctime, inode and mode of the stat, and whether it is racy. */
type FileRow = [string, string, string, number, number, number, number, number, 0 | 1];

/** 2: modes carry all rights. */
const formatVersion = 2;

function sha1(text: string): string {
	return createHash("sha1").update(text).digest("hex");
}
