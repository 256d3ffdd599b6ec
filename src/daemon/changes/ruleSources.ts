import { lstatSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { addRules, isIgnored, type RuleChain } from "./ignoreRules.ts";
import { toBytes } from "./pathText.ts";

/**
 * Where rules come from besides the .gitignore files that the scan meets: the user's own file of rules, the repository's
 * `info/exclude`, and the .gitignore files of the folders above a workspace that is part of a larger repository. Reading
 * them is all that is ever done to a repository of the user.
 */
export interface RuleSources {
	/** The chain that the workspace begins with. The same object while nothing changed. */
	forWorkspace(): RuleChain | undefined;
	/** The user's own file of rules; it need not exist. */
	readonly userFile: string;
	/**
	 * The chain that a folder with a `.git` begins with: when that is a repository, rules from outside do not reach in, as
	 * in git.
	 */
	forRepository(path: string, outside: RuleChain | undefined): RuleChain | undefined;
}

/** `userRules` is the file that `core.excludesFile` names, where the user has set it. */
export function openRuleSources(workspace: string, userRules: string | undefined): RuleSources {
	const userFile = userRules ?? join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "git", "ignore");
	const chains = new Map<string, { readonly key: string; readonly chain: RuleChain | undefined }>();

	/** Builds the chain anew only when one of its texts changed. */
	function cached(name: string, files: readonly RuleFile[]): RuleChain | undefined {
		const read = files.map((file) => ({ ...file, text: readRules(file.path) }));
		const key = JSON.stringify(read);
		const before = chains.get(name);
		if (before?.key === key) return before.chain;
		let chain: RuleChain | undefined;
		for (const { text, base, above } of read) chain = addRules(chain, text, base, above);
		chains.set(name, { key, chain });
		return chain;
	}

	return {
		userFile,
		forWorkspace() {
			const home = findRepository(workspace);
			const user = { path: userFile, base: "", above: "" };
			if (!home) return cached("", [user]);
			const names = home.below.map(toBytes);
			const above = names.map((name) => `${name}/`).join("");
			const files: RuleFile[] = [
				{ ...user, above },
				{ path: join(home.commonFolder, "info", "exclude"), base: "", above },
			];
			let folder = home.top;
			home.below.forEach((name, depth) => {
				const rest = names.slice(depth).map((each) => `${each}/`);
				files.push({ path: join(folder, ".gitignore"), base: "", above: rest.join("") });
				folder = join(folder, name);
			});
			if (names.length > 0 && isWorkspaceIgnored(names, files)) return cached("", [user]);
			return cached("", files);
		},
		forRepository(path, outside) {
			const found = resolveGitFolder(join(workspace, fromBytes(path), ".git"));
			if (!found) return outside;
			return cached(path, [
				{ path: userFile, base: path, above: "" },
				{ path: join(found.commonFolder, "info", "exclude"), base: path, above: "" },
			]);
		},
	};
}

/** The repository that a folder belongs to, as git would find it. */
export function findRepository(folder: string): Repository | undefined {
	const below: string[] = [];
	for (let top = folder; ; top = dirname(top)) {
		const found = resolveGitFolder(join(top, ".git"));
		if (found) return { top, ...found, below };
		if (dirname(top) === top) return undefined;
		below.unshift(basename(top));
	}
}

export interface Repository {
	readonly top: string;
	/** Where its index is. */
	readonly gitFolder: string;
	/** Where `info/exclude` is: another one only for a linked work tree. */
	readonly commonFolder: string;
	/** The folders between the top and the folder asked about. */
	readonly below: readonly string[];
}

interface RuleFile {
	readonly path: string;
	readonly base: string;
	readonly above: string;
}

/** A workspace that the repository around it ignores stands on its own; its rules would hide all of it. */
function isWorkspaceIgnored(names: readonly string[], files: readonly RuleFile[]): boolean {
	return names.some((_, depth) => {
		let chain: RuleChain | undefined;
		// The files of rules stand in the order user, exclude, top, below…: those above the folder asked about decide.
		for (const { path, above } of files.slice(0, depth + 3)) {
			const rest = above.split("/").filter(Boolean);
			const skippedFolders = names.length - rest.length;
			const base = names
				.slice(0, skippedFolders)
				.map((name) => `${name}/`)
				.join("");
			chain = addRules(chain, readRules(path), base);
		}
		return isIgnored(chain, names.slice(0, depth + 1).join("/"), true);
	});
}

/** A byte string; "" when there is no such file. */
function readRules(path: string): string {
	try {
		// A pipe under this name would make the daemon wait for ever.
		const stat = statSync(path, { throwIfNoEntry: false });
		return stat?.isFile() && stat.size <= maxRuleBytes ? readFileSync(path, "latin1") : "";
	} catch {
		return "";
	}
}

const maxRuleBytes = 1024 * 1024;

/** `.git` is a folder, or in a submodule and a linked work tree a file that names one, which may name a common one. */
function resolveGitFolder(path: string): Pick<Repository, "gitFolder" | "commonFolder"> | undefined {
	const stat = lstatSync(path, { throwIfNoEntry: false });
	if (!stat) return undefined;
	let gitFolder = path;
	if (!stat.isDirectory()) {
		const named = /^gitdir: (.*)/.exec(fromBytes(readRules(path)))?.[1];
		if (!named) return undefined;
		gitFolder = resolve(dirname(path), named);
	}
	// Without a HEAD git does not take it for a repository either.
	if (!lstatSync(join(gitFolder, "HEAD"), { throwIfNoEntry: false })) return undefined;
	const common = stat.isDirectory() ? "" : fromBytes(readRules(join(gitFolder, "commondir"))).trim();
	return { gitFolder, commonFolder: common ? resolve(gitFolder, common) : gitFolder };
}

function fromBytes(bytes: string): string {
	return Buffer.from(bytes, "latin1").toString();
}
