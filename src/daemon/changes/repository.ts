import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeDurableFolder } from "../platform/durableFolder.ts";
import type { Git } from "./git.ts";
import { temporaryPrefix } from "./packFile.ts";

/**
 * Makes our repository, or makes it sound again: a bare repository is a few small files and folders, written anew at
 * every start, so that whatever a power cut did to them does not matter. Returns the sentence that says why changes
 * cannot be tracked.
 */
export async function prepareRepository(git: Git, folder: string): Promise<string | undefined> {
	const packFolder = join(folder, "objects", "pack");
	try {
		makeDurableFolder(packFolder);
		await mkdir(join(folder, "refs"), { recursive: true, mode: 0o700 });
		await removeLeftovers(folder, packFolder);
		await replaceFile(join(folder, "HEAD"), "ref: refs/heads/main\n");
		await replaceFile(join(folder, "config"), config);
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code ?? String(error);
		return `Changes to files are not tracked, because ${folder} cannot be written (${code}): see that the daemon may write there.`;
	}
	try {
		await git.run(["rev-parse", "--is-bare-repository"]);
		return undefined;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "ENOENT") {
			return "git is not installed here, so changes to files are not tracked: install git and start the daemon again.";
		}
		return `Changes to files are not tracked: ${(error as Error).message}`;
	}
}

/** No reader ever sees half of it, whenever the daemon is killed. */
async function replaceFile(path: string, text: string): Promise<void> {
	await writeFile(`${path}.new`, text, { mode: 0o600 });
	await rename(`${path}.new`, path);
}

/**
 * All that git needs to know. The only thing it writes here is packs, on `pack()`: synced before they appear, so that
 * the packs they replace may go.
 */
const config = `[core]
	repositoryformatversion = 0
	bare = true
	filemode = true
	quotePath = false
	attributesFile = /dev/null
	fsync = all
[gc]
	auto = 0
[maintenance]
	auto = false
[pack]
	writeBitmaps = false
`;

/** What a killed daemon left: we are the only one who writes here, so no process is still at it. */
async function removeLeftovers(folder: string, packFolder: string): Promise<void> {
	const locks = (await readdir(folder)).filter((name) => name.endsWith(".lock") || name.endsWith(".new"));
	const names = new Set(await readdir(packFolder));
	// A power cut may keep either of two names and lose the other.
	const isOrphan = (name: string) =>
		/\.(pack|rev|idx)$/.test(name) &&
		["idx", "pack"].some((ending) => !names.has(name.replace(/\.\w+$/, `.${ending}`)));
	const packs = [...names].filter((name) => name.startsWith(temporaryPrefix) || isOrphan(name));
	const paths = [...locks.map((name) => join(folder, name)), ...packs.map((name) => join(packFolder, name))];
	for (const path of paths) await rm(path, { force: true, recursive: true });
}
