import { lstatSync, readdirSync, type Stats } from "node:fs";
import type { SkippedPath } from "./changes.ts";
import { ChangesError } from "./changesError.ts";
import { treeMode } from "./fileMode.ts";
import { addRules, isIgnored, type RuleChain } from "./ignoreRules.ts";
import { emptyFolder, type FileStat, type Folder, sameStat } from "./inventory.ts";
import type { LeftOutReason } from "./leftOut.ts";
import { hashObject, type ObjectWriter } from "./objects.ts";
import { toFsPath, toText } from "./pathText.ts";
import { readLink, readRegular } from "./readFile.ts";
import { startTimeSlices } from "./timeSlices.ts";

/**
 * Walks the workspace and brings the inventory up to date, reading only what has another stat than before. Own code and
 * not `git add`, for three reasons: in a small workspace a whole snapshot takes 0.9 ms, where two git processes take
 * 6 ms; git records a repository inside the workspace as one opaque commit id; and git reads a file of gigabytes before
 * a caller could refuse. (With 100,000 files both walk for about 0.4 s of processor time.)
 *
 * As with git, a file once recorded stays recorded when a rule begins to ignore it: otherwise an edit of .gitignore
 * would look like the deletion of files that are all still there. What is there and not recorded is remembered by its
 * name, in the folder it is in (coverage.ts).
 *
 * The calls are synchronous, because an lstat takes 1 to 3 µs here and about 15 µs through the thread pool; the walk
 * lets other work in every few milliseconds. Every file is looked at every time: trusting the time of a folder would
 * save a quarter, and miss changes where the file system does not keep it. Long, because the walk is one loop over state that
 * its parts share.
 */
export async function scanWorkspace(scan: Scan): Promise<ScanResult> {
	const { workspace, inventory, number, signal } = scan;
	const skipped: SkippedPath[] = [];
	const repositories: string[] = [];
	const ignored: string[] = [];
	const slices = startTimeSlices(signal);

	await visit(inventory, "", scan.rules, false);
	for (const path of await scan.trackedThoughIgnored(repositories)) await pin(path);
	return { skipped, repositories, ignored };

	/**
	 * `path` is "" or ends in a slash. `knownOnly`: the folder is ignored, only what is recorded already is looked at.
	 * Resolves to false when the folder may not be listed.
	 */
	async function visit(
		folder: Folder,
		path: string,
		above: RuleChain | undefined,
		knownOnly: boolean,
	): Promise<boolean> {
		const names = knownOnly ? [...folder.folders.keys(), ...folder.files.keys()] : list(path);
		if (!Array.isArray(names)) return names === "gone";
		const left = startLeaving(folder);
		let rules = above;
		if (!knownOnly) {
			if (path !== "" && names.some(isGitFolder)) {
				repositories.push(path);
				rules = scan.rulesOfRepository(path, above);
			}
			if (names.includes(".gitignore")) rules = rulesOf(folder, path, rules);
			else folder.ownRules = undefined;
		}
		for (const name of names) {
			if (isGitFolder(name) || isHalfWritten(name)) continue;
			if (slices.over()) await slices.next();
			const full = path + name;
			const stat = look(full, left);
			if (!stat) continue;
			if (stat.isDirectory()) {
				if (scan.excluded.has(full)) {
					left.add(name, "excluded");
					continue;
				}
				let child = folder.folders.get(name);
				const isLeftOut = knownOnly || verdict(folder, rules, full, name, true, names.length);
				if (isLeftOut && !knownOnly) {
					nameIgnored(`${full}/`);
					left.add(name, "ignored");
				}
				if (isLeftOut && (!child || (child.files.size === 0 && child.folders.size === 0))) continue;
				if (!child) {
					child = emptyFolder();
					folder.folders.set(name, child);
				}
				child.seen = number;
				try {
					if (!(await visit(child, `${full}/`, rules, isLeftOut))) left.add(name, "unreadable");
				} finally {
					// Also when the scan is aborted: the next one goes on from here.
					if (child.tree === undefined) folder.tree = undefined;
					if (child.coverage === undefined) folder.coverage = undefined;
				}
			} else if (folder.files.has(name) || !verdict(folder, rules, full, name, false, names.length)) {
				await record(folder, full, name, stat, left);
			} else if (!knownOnly) {
				nameIgnored(full);
				left.add(name, "ignored");
			}
		}
		forgetUnseen(folder);
		left.end();
		return true;
	}

	function nameIgnored(path: string): void {
		if (ignored.length < maxIgnoredNamed) ignored.push(toText(path));
	}

	function list(path: string): string[] | "gone" | "unreadable" {
		try {
			return readdirSync(toFsPath(workspace + path), { encoding: "latin1" });
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code;
			if (path === "") throw new ChangesError("workspaceGone", goneSentence(workspace, code), { cause: error });
			// Gone between its parent's listing and now: the next scan will see it as the rest of the world does.
			if (code === "ENOENT" || code === "ENOTDIR") return "gone";
			skipped.push({ path: toText(path.slice(0, -1)), reason: "unreadable" });
			return "unreadable";
		}
	}

	function look(full: string, left?: Leaving): Stats | undefined {
		try {
			return lstatSync(toFsPath(workspace + full), { throwIfNoEntry: false });
		} catch {
			skipped.push({ path: toText(full), reason: "unreadable" });
			left?.add(full.slice(full.lastIndexOf("/") + 1), "unreadable");
			keep(full);
			return undefined;
		}
	}

	/** What cannot be looked at is not therefore gone. */
	function keep(full: string): void {
		const { folder, name } = place(full);
		const known = folder?.files.get(name) ?? folder?.folders.get(name);
		if (known) known.seen = number;
	}

	function place(full: string): { folder: Folder | undefined; name: string } {
		const names = full.split("/");
		const name = names.pop()!;
		let folder: Folder | undefined = inventory;
		for (const step of names) folder = folder?.folders.get(step);
		return { folder, name };
	}

	async function record(folder: Folder, full: string, name: string, found: Stats, left?: Leaving): Promise<void> {
		const known = folder.files.get(name);
		const skip = (reason: SkippedPath["reason"]) => {
			skipped.push({ path: toText(full), reason });
			left?.add(name, reason);
		};
		const isLink = found.isSymbolicLink();
		if (!isLink && !found.isFile()) {
			skip("special");
			return;
		}
		if (!isLink && found.size > scan.maxFileBytes) {
			skip("tooLarge");
			if (known) known.seen = number;
			return;
		}
		const stat = statOf(found);
		if (known && !known.racy && sameStat(known.stat, stat)) {
			known.seen = number;
			return;
		}
		const readAt = Date.now();
		const content = isLink ? readLink(workspace + full) : readRegular(workspace + full, scan.maxFileBytes);
		if (content === "gone") return;
		if (typeof content === "string") {
			skip(content);
			if (known) known.seen = number;
			return;
		}
		const blob = hashObject("blob", content);
		const mode = treeMode(found);
		if (known?.blob !== blob) await scan.objects.put("blob", blob, content);
		if (known?.blob !== blob || known.mode !== mode) folder.tree = undefined;
		folder.files.set(name, { mode, blob, stat, racy: isRacy(stat, readAt), seen: number });
		scan.onFileRead();
	}

	function forgetUnseen(folder: Folder): void {
		for (const children of [folder.files, folder.folders]) {
			for (const [name, child] of children) {
				if (child.seen === number) continue;
				children.delete(name);
				folder.tree = undefined;
				folder.coverage = undefined;
			}
		}
	}

	function rulesOf(folder: Folder, path: string, above: RuleChain | undefined): RuleChain | undefined {
		const found = look(`${path}.gitignore`);
		// Git does not follow a link here either.
		if (!found?.isFile() || found.size > scan.maxFileBytes) {
			folder.ownRules = undefined;
			return above;
		}
		const stat = statOf(found);
		const own = folder.ownRules;
		if (own && own.above === above && !own.racy && sameStat(own.stat, stat)) return own.chain;
		const readAt = Date.now();
		const content = readRegular(`${workspace}${path}.gitignore`, scan.maxFileBytes);
		const text = typeof content === "string" ? "" : content.toString("latin1");
		const chain = own && own.above === above && own.text === text ? own.chain : addRules(above, text, path);
		folder.ownRules = { above, stat, racy: isRacy(stat, readAt), text, chain };
		return chain;
	}

	/** Records a file below an ignored folder, because the user's own repository tracks it. */
	async function pin(path: string): Promise<void> {
		const stat = look(path);
		if (!stat || stat.isDirectory()) return;
		const names = path.split("/");
		const name = names.pop()!;
		let folder = inventory;
		const parents = [folder];
		for (const step of names) {
			// A link on the way leads elsewhere; and what is recorded as a file is not a folder of this scan.
			if (folder.files.has(step)) return;
			let child = folder.folders.get(step);
			if (!child) {
				if (!look([...names.slice(0, parents.length)].join("/"))?.isDirectory()) return;
				child = emptyFolder();
				child.seen = number;
				folder.folders.set(step, child);
			}
			folder = child;
			parents.push(folder);
		}
		if (folder.files.has(name)) return;
		await record(folder, path, name, stat);
		if (folder.files.has(name)) for (const parent of parents) parent.tree = undefined;
	}
}

interface Leaving {
	add(name: string, reason: LeftOutReason): void;
	end(): void;
}

/** Gathers what one look into a folder leaves out. */
function startLeaving(folder: Folder): Leaving {
	let left: Map<string, LeftOutReason> | undefined;
	return {
		add(name, reason) {
			left ??= new Map();
			left.set(name, reason);
		},
		end() {
			if (sameEntries(folder.leftOut, left)) return;
			folder.leftOut = left;
			folder.coverage = undefined;
		},
	};
}

function sameEntries(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): boolean {
	if ((a?.size ?? 0) !== (b?.size ?? 0)) return false;
	if (a) for (const [name, reason] of a) if (b?.get(name) !== reason) return false;
	return true;
}

export interface Scan {
	/** A byte string that ends in a slash. */
	readonly workspace: string;
	/** Changed in place. */
	readonly inventory: Folder;
	/** Counts up from one scan to the next. */
	readonly number: number;
	/** The rules from above and beside the workspace: everything but its own .gitignore files. */
	readonly rules: RuleChain | undefined;
	/** The rules that a repository inside the workspace begins with. The same object while nothing changed. */
	readonly rulesOfRepository: (path: string, outside: RuleChain | undefined) => RuleChain | undefined;
	/** Files that a repository of the user tracks although a rule ignores them, for the repositories found. */
	readonly trackedThoughIgnored: (repositories: readonly string[]) => Promise<readonly string[]>;
	/** Folders that are never entered: the daemon's own. */
	readonly excluded: ReadonlySet<string>;
	readonly maxFileBytes: number;
	readonly objects: ObjectWriter;
	readonly onFileRead: () => void;
	readonly signal: AbortSignal;
}

export interface ScanResult {
	readonly skipped: readonly SkippedPath[];
	/** Folders inside the workspace that are repositories of their own; each ends in a slash. */
	readonly repositories: readonly string[];
	/** What the rules ignore, not gone into: folders end in a slash. At most a thousand. */
	readonly ignored: readonly string[];
}

const maxIgnoredNamed = 1000;

/**
 * The coarsest clock of a file system in use is FAT's, with two seconds. A file that changed so shortly before it was
 * read may change again without a trace in its stat, so it is read again next time.
 */
const racyMs = 2_000;

function isRacy(stat: FileStat, readAt: number): boolean {
	return Math.max(stat.mtimeMs, stat.ctimeMs) > readAt - racyMs;
}

function isGitFolder(name: string): boolean {
	return name === ".git" || (name.length === 4 && name.toLowerCase() === ".git" && process.platform !== "linux");
}

/** What a write of ours leaves beside its file when it is killed (tools/workspaceFiles.ts); the next write replaces it. */
function isHalfWritten(name: string): boolean {
	return /^\.mission-[0-9a-f]{12}\.tmp$/.test(name);
}

function verdict(
	folder: Folder,
	chain: RuleChain | undefined,
	full: string,
	name: string,
	isFolder: boolean,
	names: number,
): boolean {
	if (!chain) return false;
	let verdicts = folder.verdicts;
	// Names of files long gone would gather here, so the memory is thrown away when it outgrows the folder.
	if (!verdicts || verdicts.chain !== chain || verdicts.ignored.size > 2 * names + 16) {
		verdicts = { chain, ignored: new Map() };
		folder.verdicts = verdicts;
	}
	const key = isFolder ? `${name}/` : name;
	let ignored = verdicts.ignored.get(key);
	if (ignored === undefined) {
		ignored = isIgnored(chain, full, isFolder);
		verdicts.ignored.set(key, ignored);
	}
	return ignored;
}

function statOf(stat: Stats): FileStat {
	return { size: stat.size, mtimeMs: stat.mtimeMs, ctimeMs: stat.ctimeMs, ino: stat.ino, mode: stat.mode };
}

function goneSentence(workspace: string, code: string | undefined): string {
	const path = toText(workspace.slice(0, -1));
	if (code === "ENOENT" || code === "ENOTDIR")
		return `The workspace ${path} is not there any more: put it back, then go on.`;
	return `The workspace ${path} cannot be read (${code}): see that the daemon may read it.`;
}
