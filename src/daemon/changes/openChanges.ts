import { readdir, realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { crashPoint } from "../platform/crashPoint.ts";
import type { Changes, Snapshot } from "./changes.ts";
import { ChangesError } from "./changesError.ts";
import { changeArgs, changesBetween, diffBetween } from "./compare.ts";
import { compareLeftOut, findLeftOut, writeCoverage } from "./coverage.ts";
import { openGit } from "./git.ts";
import { loadInventory, saveInventory } from "./indexFile.ts";
import { countFiles, emptyFolder } from "./inventory.ts";
import { openObjectReader } from "./objectReader.ts";
import { hashObject, openObjectWriter } from "./objects.ts";
import { toBytes } from "./pathText.ts";
import { repack } from "./repack.ts";
import { prepareRepository } from "./repository.ts";
import { openRuleSources } from "./ruleSources.ts";
import { scanWorkspace } from "./scan.ts";
import { oneAtATime } from "./sharedRuns.ts";
import { openTrackedFiles } from "./trackedFiles.ts";
import { openTreeComparer } from "./treeComparer.ts";
import { findInTree, writeTrees } from "./trees.ts";
import { findUserRules } from "./userRules.ts";

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
	const git = openGit(options.git ?? "git", folder);
	const unavailable = await prepareRepository(git, folder);
	if (unavailable !== undefined) return { unavailable };

	const packFolder = join(folder, "objects", "pack");
	const inventoryPath = join(folder, "inventory");
	const objects = openObjectWriter(packFolder, () => loosePacks++);
	const reader = openObjectReader(git);
	const comparer = openTreeComparer(git, changeArgs);
	const rest = async () => void (await Promise.all([reader.rest(), comparer.rest()]));
	const sources = openRuleSources(workspace, await findUserRules(options.git ?? "git", workspace));
	let tracked = openTrackedFiles(git, workspace, sources);
	const excluded = await excludedFolders(workspace, [folder, ...(options.exclude ?? [])]);
	const closing = new AbortController();

	let inventory = await loadInventory(inventoryPath, workspace);
	let number = 0;
	let readSinceSave = 0;
	let saving: Promise<void> = Promise.resolve();
	let packing: Promise<void> | undefined;
	let loosePacks = (await readdir(packFolder)).length / 2;
	let closed: Promise<void> | undefined;

	const snapshots = oneAtATime(async (wanted): Promise<Snapshot> => {
		await saving;
		const at = Date.now();
		const signal = AbortSignal.any([wanted, closing.signal]);
		inventory ??= emptyFolder();
		try {
			const { skipped, ignored } = await scanWorkspace({
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
			const coverage = await writeCoverage(inventory, objects, signal);
			crashPoint("snapshot.read");
			await objects.flush();
			if (readSinceSave * 50 > countFiles(inventory)) saving = save();
			// Should it fail, it is tried again after as many snapshots; meanwhile everything works, only slower.
			if (loosePacks >= packsUntilPacking) void pack().catch(() => {});
			return { tree, coverage, at, skipped, ignored };
		} catch (error) {
			// After an abort the next scan goes on from here. After anything else the inventory may name objects that did
			// not reach the disk; the saved one does not.
			const isRecorded =
				error === signal.reason &&
				(await objects.flush().then(
					() => true,
					() => false,
				));
			if (!isRecorded) await startOver();
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

	function pack(): Promise<void> {
		loosePacks = 0;
		packing ??= repack(git, packFolder, rest, closing.signal).finally(() => {
			packing = undefined;
		});
		return packing;
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
			return changesBetween(git, comparer, reader, treeA, treeB);
		},
		async leftOut(coverage, paths) {
			whileOpen();
			return findLeftOut(coverage, paths, async (id) => (await reader.read(id))?.content);
		},
		async leftOutBetween(coverageA, coverageB) {
			whileOpen();
			return compareLeftOut(coverageA, coverageB, 1000, async (id) => (await reader.read(id))?.content);
		},
		content,
		async contentAt(tree, path) {
			whileOpen();
			const id = await findEntry(tree, path);
			const object = id === undefined ? undefined : await reader.read(id);
			return object?.type === "blob" ? object.content : undefined;
		},
		async keep(contents) {
			whileOpen();
			// A writer of its own: what a scan that fails forgets is only what it found itself.
			const writer = openObjectWriter(packFolder, () => loosePacks++);
			const ids = contents.map((each) => hashObject("blob", each));
			for (const [at, id] of ids.entries()) await writer.put("blob", id, contents[at]!);
			await writer.flush();
			return ids;
		},
		async diff(treeA, treeB, path) {
			whileOpen();
			return diffBetween(git, comparer, reader, treeA, treeB, path);
		},
		async pack() {
			whileOpen();
			return pack();
		},
		close() {
			closed ??= (async () => {
				closing.abort(new ChangesError("closed", "The record of changes was closed."));
				await Promise.allSettled([snapshots.idle(), packing]);
				await saving;
				await save();
				await rest();
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

// With 100 packs git compares two trees in 4 ms, with 300 in 6 ms, with 1,000 in 25 ms.
const packsUntilPacking = 256;

async function excludedFolders(workspace: string, folders: readonly string[]): Promise<ReadonlySet<string>> {
	const inside = new Set<string>();
	for (const folder of folders) {
		const path = relative(workspace, await realpath(folder).catch(() => folder));
		if (path !== "" && !path.startsWith("..")) inside.add(toBytes(path.split(sep).join("/")));
	}
	return inside;
}
