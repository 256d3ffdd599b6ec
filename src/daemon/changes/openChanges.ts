import { execFile } from "node:child_process";
import { mkdir, readdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Changes, ChangesError, type Snapshot } from "./changes.ts";
import { changesBetween, diffBetween } from "./compare.ts";
import { type Git, openGit, withoutGit } from "./git.ts";
import { loadInventory, saveInventory } from "./indexFile.ts";
import { countFiles, emptyFolder } from "./inventory.ts";
import { openObjectReader } from "./objectReader.ts";
import { openObjectWriter } from "./objects.ts";
import { temporaryPrefix } from "./packFile.ts";
import { toBytes } from "./pathText.ts";
import { repack } from "./repack.ts";
import { openRuleSources } from "./ruleSources.ts";
import { scanWorkspace } from "./scan.ts";
import { oneAtATime } from "./sharedRuns.ts";
import { openTrackedFiles } from "./trackedFiles.ts";
import { findInTree, writeTrees } from "./trees.ts";

export interface ChangesOptions {
	readonly workspace: string;
	/** Where our repository lies, beside the daemon's data. One open `Changes` at a time may use it. */
	readonly folder: string;
	/** Larger files are named instead of recorded. */
	readonly maxFileBytes?: number;
	/** More folders that are never recorded, for example the daemon's data where it lies inside the workspace. */
	readonly exclude?: readonly string[];
	/** The git to run. */
	readonly git?: string;
}

/** Without git on the machine there is no record of changes; everything else goes on. The sentence is for the preflight. */
export async function openChanges(options: ChangesOptions): Promise<Changes | { readonly unavailable: string }> {
	const { folder, maxFileBytes = 5 * 1024 * 1024 } = options;
	const workspace = await realpath(options.workspace).catch(() => options.workspace);
	await mkdir(folder, { recursive: true, mode: 0o700 });
	const git = openGit(options.git ?? "git", folder);
	const unavailable = await createRepository(git, folder);
	if (unavailable !== undefined) return { unavailable };

	const packFolder = join(folder, "objects", "pack");
	const inventoryPath = join(folder, "inventory");
	await removeLeftovers(folder, packFolder);
	const objects = openObjectWriter(packFolder);
	const reader = openObjectReader(git);
	const sources = openRuleSources(workspace, await userRulesFile(options.git ?? "git", workspace));
	let tracked = openTrackedFiles(git, workspace, sources);
	const excluded = await excludedFolders(workspace, [folder, ...(options.exclude ?? [])]);
	const closing = new AbortController();

	let inventory = await loadInventory(inventoryPath, workspace);
	let number = 0;
	let readSinceSave = 0;
	let saving: Promise<void> = Promise.resolve();
	let packing: Promise<void> | undefined;
	let closed: Promise<void> | undefined;

	const snapshots = oneAtATime(async (wanted): Promise<Snapshot> => {
		await saving;
		const at = Date.now();
		const signal = AbortSignal.any([wanted, closing.signal]);
		inventory ??= emptyFolder();
		try {
			const { skipped } = await scanWorkspace({
				workspace: `${toBytes(workspace)}/`,
				inventory,
				number: ++number,
				rules: sources.forWorkspace(),
				rulesOfRepository: sources.forRepository,
				trackedThoughIgnored: tracked.thoughIgnored,
				excluded,
				maxFileBytes,
				objects,
				onFileRead: () => readSinceSave++,
				signal,
			});
			const tree = await writeTrees(inventory, objects, signal);
			await objects.flush();
			if (readSinceSave * 50 > countFiles(inventory)) saving = save();
			return { tree, at, skipped };
		} catch (error) {
			// After an abort the next scan goes on from here. After anything else the inventory may name objects that did
			// not reach the disk; the saved one does not.
			if (error === signal.reason) await objects.flush();
			else await startOver();
			throw error;
		}
	});

	async function startOver(): Promise<void> {
		objects.drop();
		inventory = await loadInventory(inventoryPath, workspace);
		tracked = openTrackedFiles(git, workspace, sources);
	}

	/** Losing it costs time only, so a failure to write it is not worth a word. */
	async function save(): Promise<void> {
		if (!inventory || readSinceSave === 0) return;
		readSinceSave = 0;
		await saveInventory(inventoryPath, workspace, inventory).catch(() => {});
	}

	function whileOpen(): void {
		if (closed) throw new ChangesError("closed", "The record of changes is closed.");
	}

	async function content(blob: string): Promise<Buffer> {
		whileOpen();
		const object = await reader.read(blob);
		if (object?.type === "blob") return object.content;
		throw new ChangesError("unknownObject", `The record of changes holds no content named "${blob}".`);
	}

	return {
		async snapshot(signal) {
			whileOpen();
			return snapshots.run(signal);
		},
		async between(treeA, treeB) {
			whileOpen();
			return changesBetween(git, treeA, treeB);
		},
		content,
		async contentAt(tree, path) {
			whileOpen();
			const id = await findEntry(tree, path);
			const object = id === undefined ? undefined : await reader.read(id);
			return object?.type === "blob" ? object.content : undefined;
		},
		async diff(treeA, treeB, path) {
			whileOpen();
			return diffBetween(git, treeA, treeB, path);
		},
		async pack() {
			whileOpen();
			packing ??= repack(git, packFolder, reader, closing.signal).finally(() => {
				packing = undefined;
			});
			return packing;
		},
		close() {
			closed ??= (async () => {
				closing.abort(new ChangesError("closed", "The record of changes was closed."));
				await Promise.allSettled([snapshots.idle(), packing]);
				await saving;
				await save();
				await reader.rest();
			})();
			return closed;
		},
	};

	async function findEntry(tree: string, path: string): Promise<string | undefined> {
		let id: string | undefined = tree;
		for (const name of toBytes(path).split("/")) {
			const object = await reader.read(id);
			if (!object) throw new ChangesError("unknownObject", `The record of changes holds no snapshot "${tree}".`);
			id = object.type === "tree" ? findInTree(object.content, name) : undefined;
			if (id === undefined) return undefined;
		}
		return id;
	}
}

/** A bare repository is these files and folders. Returns the sentence that says why git cannot use it. */
async function createRepository(git: Git, folder: string): Promise<string | undefined> {
	await mkdir(join(folder, "objects", "pack"), { recursive: true, mode: 0o700 });
	await mkdir(join(folder, "refs"), { recursive: true });
	await replaceFile(join(folder, "HEAD"), "ref: refs/heads/main\n");
	await replaceFile(join(folder, "config"), config);
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

/** Nobody ever sees half of it, whenever we are killed. */
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

/** What a killed daemon left: we are the only one who writes here, so nobody is still at it. */
async function removeLeftovers(folder: string, packFolder: string): Promise<void> {
	const locks = (await readdir(folder)).filter((name) => name.endsWith(".lock") || name.endsWith(".new"));
	const names = new Set(await readdir(packFolder));
	const packs = [...names].filter(
		(name) =>
			name.startsWith(temporaryPrefix) || (name.endsWith(".pack") && !names.has(name.replace(/\.pack$/, ".idx"))),
	);
	const paths = [...locks.map((name) => join(folder, name)), ...packs.map((name) => join(packFolder, name))];
	for (const path of paths) await rm(path, { force: true, recursive: true });
}

/** What `core.excludesFile` names: the only question ever asked of the user's configuration. Asking runs nothing of it. */
function userRulesFile(command: string, workspace: string): Promise<string | undefined> {
	return new Promise((resolve) => {
		const options = { cwd: workspace, env: withoutGit(process.env), windowsHide: true };
		execFile(command, ["config", "--path", "--get", "core.excludesFile"], options, (error, output) =>
			resolve(error ? undefined : output.replace(/\n$/, "") || undefined),
		);
	});
}

async function excludedFolders(workspace: string, folders: readonly string[]): Promise<ReadonlySet<string>> {
	const inside = new Set<string>();
	for (const folder of folders) {
		const path = relative(workspace, await realpath(folder).catch(() => folder));
		if (path !== "" && !path.startsWith("..")) inside.add(toBytes(path.split(sep).join("/")));
	}
	return inside;
}
