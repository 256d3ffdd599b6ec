import type { FileChange } from "./changes.ts";
import { ChangesError } from "./changesError.ts";
import { splitMode } from "./fileMode.ts";
import type { Git } from "./git.ts";
import type { ObjectReader } from "./objectReader.ts";
import { hasLoneByte, toBytes, toText } from "./pathText.ts";
import type { TreeComparer } from "./treeComparer.ts";
import { type ModeChange, modesBetween } from "./treeModes.ts";

/** The changed files between two trees. Nothing is asked of git when they are the same. */
export async function changesBetween(
	git: Git,
	comparer: TreeComparer,
	reader: ObjectReader,
	treeA: string,
	treeB: string,
): Promise<readonly FileChange[]> {
	checkTree(treeA);
	checkTree(treeB);
	if (treeA === treeB) return [];
	const output = (await comparer.compare(treeA, treeB)) ?? (await git.run(["diff-tree", ...changeArgs, treeA, treeB]));
	return withRights(parseChanges(output.toString("latin1")), await modesBetween(reader, treeA, treeB));
}

/** Git tells which content went where; the rights, and the files of which nothing else changed, stand in the trees. */
function withRights(changes: readonly FileChange[], modes: ReadonlyMap<string, ModeChange>): readonly FileChange[] {
	const named = new Set(changes.map(({ path }) => path));
	const rightsOf = (mode: string | undefined) => (mode === undefined ? undefined : splitMode(mode).rights);
	const all = changes.map((change) => ({
		...change,
		...given("rightsBefore", rightsOf(modes.get(toBytes(change.from ?? change.path))?.before)),
		...given("rightsAfter", rightsOf(modes.get(toBytes(change.path))?.after)),
	}));
	for (const [bytes, { before, after, blob }] of modes) {
		const path = toText(bytes);
		if (blob === undefined || before === undefined || after === undefined || named.has(path)) continue;
		all.push({
			path,
			status: "modified",
			before: blob,
			after: blob,
			modeBefore: splitMode(before).mode,
			modeAfter: splitMode(after).mode,
			...given("rightsBefore", rightsOf(before)),
			...given("rightsAfter", rightsOf(after)),
			added: 0,
			removed: 0,
		});
	}
	return all.length === changes.length ? all : all.sort((a, b) => (toBytes(a.path) < toBytes(b.path) ? -1 : 1));
}

function given<K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } {
	return (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: string };
}

/** A unified diff; with `path`, of that file only, found under either of its names when it was renamed. */
export async function diffBetween(
	git: Git,
	comparer: TreeComparer,
	reader: ObjectReader,
	treeA: string,
	treeB: string,
	path?: string,
): Promise<string> {
	checkTree(treeA);
	checkTree(treeB);
	if (treeA === treeB) return "";
	const args = ["diff-tree", "-r", "-p", ...renames, ...plain, treeA, treeB];
	if (path === undefined) return cut(await git.run(args, { maxBytes: maxDiffBytes + 1 }));
	const change = (await changesBetween(git, comparer, reader, treeA, treeB)).find(
		(each) => each.path === path || each.from === path,
	);
	if (!change) return "";
	const paths = change.from === undefined ? [change.path] : [change.from, change.path];
	if (!paths.some(hasLoneByte)) return cut(await git.run([...args, "--", ...paths], { maxBytes: maxDiffBytes + 1 }));
	// Such a name cannot be an argument: take the whole diff and keep the part that carries the name.
	const header = `diff --git a/${toBytes(paths[0]!)} b/${toBytes(change.path)}\n`;
	const whole = (await git.run(args)).toString("latin1");
	const part = whole.split(/^(?=diff --git )/m).filter((each) => each.startsWith(header));
	return cut(Buffer.from(part.join(""), "latin1"));
}

// Rename detection compares every added file with every deleted one: past a thousand of either it is left out.
const renames = ["-M", "-l1000"];
const plain = ["--no-color", "--no-ext-diff", "--no-textconv"];
export const changeArgs = ["-r", "-z", "--raw", "--numstat", ...renames, ...plain];
const maxDiffBytes = 16 * 1024 * 1024;

function checkTree(tree: string): void {
	if (!/^[0-9a-f]{40}$/.test(tree)) throw new ChangesError("unknownObject", `"${tree}" is not the id of a snapshot.`);
}

function cut(diff: Buffer): string {
	if (diff.length <= maxDiffBytes) return diff.toString();
	const end = diff.lastIndexOf(10, maxDiffBytes) + 1;
	return `${diff.toString("utf8", 0, end)}\\ The diff is longer than 16 MiB and ends here.\n`;
}

/** All raw records first, then as many of line counts, in the same order; everything ends in NUL. */
function parseChanges(output: string): readonly FileChange[] {
	const fields = output.split("\0");
	const raw: Omit<FileChange, "added" | "removed">[] = [];
	let at = 0;
	while (fields[at]?.startsWith(":")) {
		const [modeBefore, modeAfter, before, after, letter] = fields[at]!.slice(1).split(" ");
		const renamed = letter!.startsWith("R");
		raw.push({
			path: toText(fields[at + (renamed ? 2 : 1)]!),
			status: statuses[letter![0]!] ?? "modified",
			...(renamed && { from: toText(fields[at + 1]!) }),
			...(modeBefore !== absent && { before: before!, modeBefore: modeBefore! }),
			...(modeAfter !== absent && { after: after!, modeAfter: modeAfter! }),
		});
		at += renamed ? 3 : 2;
	}
	return raw.map((change) => {
		const [added, removed, path] = fields[at]!.split("\t");
		at += path === "" ? 3 : 1;
		return added === "-" ? change : { ...change, added: Number(added), removed: Number(removed) };
	});
}

const absent = "000000";
const statuses: Readonly<Record<string, FileChange["status"]>> = { A: "added", D: "deleted", R: "renamed" };
