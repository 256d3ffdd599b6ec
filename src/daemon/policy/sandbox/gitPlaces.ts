import { lstat, mkdir, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";

/**
 * What git reads to find out which programs it runs: hooks, configuration, and the files that say where these lie. Also of
 * submodules and linked worktrees, and of the repositories that lie in a folder that is none itself.
 *
 * It is not enough that they cannot be written: whoever may write a folder may put it aside and make another of its name.
 * So the folders on the way to them are fixed as well. What is a mount cannot be renamed.
 */
export interface GitPlaces {
	/** Outside the workspace: what git writes for a worktree of it. */
	readonly writable: readonly string[];
	/** Writable, but not to be put aside. */
	readonly fixed: readonly string[];
	readonly readOnly: readonly string[];
}

/** Deeper in each other submodules are not looked for. */
const maxDepth = 4;
/** Folders that are looked at for repositories in them. */
const maxFolders = 200;

export async function gitPlaces(workspace: string): Promise<GitPlaces | { readonly unavailable: string }> {
	const writable = new Set<string>();
	const fixed = new Set<string>();
	const readOnly = new Set<string>();

	/** The `.git` of a working folder. */
	async function working(folder: string, depth = 0): Promise<void> {
		const git = path.join(folder, ".git");
		const kind = await kindOf(git);
		if (kind === "folder") {
			fixed.add(git);
			// Only linked worktrees have one, and those are no folders here: it would name a configuration of an agent's choice.
			await rm(path.join(git, "commondir"), { recursive: true, force: true });
			return store(git, depth);
		}
		if (kind !== "file") return;
		readOnly.add(git);
		const target = await gitFileTarget(git);
		if (target === undefined) return;
		if (isWithin(workspace, target)) {
			fixWay(target);
			return store(target, depth);
		}
		const common = await commonFolder(folder, target);
		if (common === undefined) return;
		writable.add(common);
		return store(common, depth);
	}

	/** A folder in which git keeps a repository. */
	async function store(git: string, depth: number): Promise<void> {
		if (depth > maxDepth) return;
		const hooks = path.join(git, "hooks");
		const config = path.join(git, "config");
		const own = path.join(git, "config.worktree");
		const kinds = await Promise.all([kindOf(hooks), kindOf(config), kindOf(own)]);
		// A link can be removed and another put in its place, so there nothing is writable.
		if (kinds.includes("link")) return void readOnly.add(git);
		if (kinds[0] === undefined) await mkdir(hooks).catch(() => undefined);
		const text = await readFile(config, "utf8").catch(() => "");
		if (kinds[2] === undefined && /worktreeConfig/i.test(text)) await writeFile(own, "", { flag: "a" });
		await keep(hooks, config, own);
		for (const linked of await foldersIn(path.join(git, "worktrees"))) {
			fixed.add(path.dirname(linked)).add(linked);
			await keep(...["commondir", "gitdir", "config.worktree"].map((name) => path.join(linked, name)));
			const back = (await readFile(path.join(linked, "gitdir"), "utf8").catch(() => "")).trim();
			if (back !== "") await keepInside(path.resolve(linked, back));
		}
		for (const module of await modulesIn(path.join(git, "modules"))) {
			for (let at = module; at !== git; at = path.dirname(at)) fixed.add(at);
			await store(module, depth + 1);
			const folder = await workingFolderOf(module);
			if (folder !== undefined) await keepInside(path.join(folder, ".git"));
		}
	}

	async function keep(...files: readonly string[]): Promise<void> {
		for (const file of files) if ((await kindOf(file)) !== undefined) readOnly.add(file);
	}

	/** A `.git` in the workspace that only leads on. */
	async function keepInside(git: string): Promise<void> {
		if (!isWithin(workspace, git) || (await kindOf(git)) !== "file") return;
		readOnly.add(git);
		fixWay(path.dirname(git));
	}

	function fixWay(to: string): void {
		for (let at = to; at !== workspace && isWithin(workspace, at); at = path.dirname(at)) fixed.add(at);
	}

	const own = await kindOf(path.join(workspace, ".git"));
	if (own === "link") return { unavailable: linkedGit };
	if (own !== undefined) await working(workspace);
	else
		for (const folder of (await foldersIn(workspace)).slice(0, maxFolders)) {
			const kind = await kindOf(path.join(folder, ".git"));
			if (kind !== "folder" && kind !== "file") continue;
			fixed.add(folder);
			await working(folder);
		}
	return { writable: [...writable], fixed: [...fixed], readOnly: [...readOnly] };
}

const linkedGit =
	"The workspace's .git is a symbolic link, which a sandbox cannot keep from being replaced. Put the folder itself there.";

async function kindOf(file: string): Promise<"folder" | "file" | "link" | undefined> {
	const found = await lstat(file).catch(() => undefined);
	if (found === undefined) return undefined;
	if (found.isSymbolicLink()) return "link";
	return found.isDirectory() ? "folder" : "file";
}

async function foldersIn(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
	return entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name));
}

/** Where a `.git` that is a file leads, with links followed. */
async function gitFileTarget(file: string): Promise<string | undefined> {
	const said = /^gitdir:\s*(.+)$/m.exec(await readFile(file, "utf8").catch(() => ""))?.[1]?.trim();
	return said === undefined ? undefined : realpath(path.resolve(path.dirname(file), said)).catch(() => undefined);
}

/**
 * The repository outside to which a working folder belongs, if that says so itself. The file in the workspace alone says
 * nothing: an agent may have written it, to be given a folder of its choice.
 */
async function commonFolder(folder: string, target: string): Promise<string | undefined> {
	const linked = (await readFile(path.join(target, "gitdir"), "utf8").catch(() => "")).trim();
	if (linked !== "") {
		const isOwn = await isSame(path.resolve(target, linked), path.join(folder, ".git"));
		const common = path.dirname(path.dirname(target));
		return isOwn && path.basename(path.dirname(target)) === "worktrees" ? common : undefined;
	}
	const working = await workingFolderOf(target);
	return working !== undefined && (await isSame(working, folder)) ? target : undefined;
}

async function isSame(one: string, other: string): Promise<boolean> {
	const [a, b] = await Promise.all([one, other].map((file) => realpath(file).catch(() => file)));
	return a === b;
}

/** As a submodule's configuration names it. */
async function workingFolderOf(git: string): Promise<string | undefined> {
	const text = await readFile(path.join(git, "config"), "utf8").catch(() => "");
	const said = /^\s*worktree\s*=\s*(.+?)\s*$/m.exec(text)?.[1];
	return said === undefined ? undefined : path.resolve(git, said);
}

/** Repositories of submodules: their names may have slashes in them. */
async function modulesIn(folder: string, depth = 0): Promise<string[]> {
	if (depth > maxDepth) return [];
	const found: string[] = [];
	for (const each of (await foldersIn(folder)).slice(0, maxFolders)) {
		// By what cannot be removed: an earlier command may have taken away the rest.
		if ((await kindOf(path.join(each, "config"))) !== undefined) found.push(each);
		else found.push(...(await modulesIn(each, depth + 1)));
	}
	return found;
}

function isWithin(folder: string, place: string): boolean {
	const relative = path.relative(folder, place);
	return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}
