import type { Dirent } from "node:fs";
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import path from "node:path";
import { addRules, isIgnored, type RuleChain } from "../changes/ignoreRules.ts";
import { toBytes } from "../changes/pathText.ts";
import { isGitName } from "./pathRules.ts";
import { runRipgrep } from "./ripgrep.ts";
import { type ToolContext, ToolError } from "./tool.ts";
import { relativeInside, resolveInside } from "./workspacePath.ts";

/**
 * The files below a folder that are worth an agent's look: without those the user ignores, without `.git`, without what
 * nothing may read, links not followed. Searching and listing both begin here.
 */
export interface Listing {
	/** Relative to the workspace, with `/`, sorted. */
	readonly paths: readonly string[];
	/** Set when there are more than were looked at. */
	readonly cut: boolean;
}

export const maxPaths = 50_000;
export const searchTimeoutMs = 30_000;

export async function listPaths(given: string, context: ToolContext, ripgrep: string | undefined): Promise<Listing> {
	const start = await resolveInside(context, given, "read");
	const stats = await lstat(start.real).catch(() => undefined);
	if (!stats) throw new ToolError(`There is no ${given}.`);
	const inside = relativeInside(context.workspace, start.real)!;
	if (!stats.isDirectory()) return { paths: [inside], cut: false };
	const prefix = inside === "." ? "" : `${inside}/`;
	const isDenied = await deniedIn(context);
	const found = ripgrep
		? await ask(ripgrep, inside, context)
		: await walk(context.workspace, prefix, isDenied, context.signal);
	const paths = found.paths.filter((name) => !isDenied(name));
	return { paths: paths.sort(), cut: found.cut };
}

/** What of the workspace nothing may read, relative to it. */
async function deniedFolders({ workspace, denied }: ToolContext): Promise<readonly string[]> {
	const folders: string[] = [];
	for (const folder of denied) {
		const inside = relativeInside(workspace, await realpath(folder).catch(() => folder));
		if (inside !== undefined) folders.push(inside);
	}
	return folders;
}

/** Whether a path relative to the workspace is one that nothing may read. */
export async function deniedIn(context: ToolContext): Promise<(relative: string) => boolean> {
	const folders = await deniedFolders(context);
	return (relative) =>
		folders.some((folder) => folder === "." || relative === folder || relative.startsWith(`${folder}/`)) ||
		context.fileRules?.hides(relative) === true;
}

/**
 * How ripgrep is to look at a folder of the workspace, from the workspace. Ignore files count without a git repository
 * too, but none above the workspace: a `*` in a person's home folder must not hide everything. Those between the
 * workspace and the folder are named one by one. What nothing may read is not even entered.
 */
export async function ripgrepScope(inside: string, context: ToolContext): Promise<readonly string[]> {
	const denied = (await deniedFolders(context)).map((folder) => `--glob=!/${folder.replace(/[\\*?[\]{}!]/g, "\\$&")}`);
	const above = inside === "." ? [] : ["", ...parentsOf(inside)];
	const rules = above.flatMap((folder) => [`--ignore-file=${folder}.gitignore`, `--ignore-file=${folder}.ignore`]);
	return ["--hidden", "--no-require-git", "--no-ignore-parent", "--no-messages", "--glob=!.git", ...denied, ...rules];
}

/** `a/` and `a/b/` for `a/b/c`. */
function parentsOf(inside: string): readonly string[] {
	const names = inside.split("/").slice(0, -1);
	return names.map((_, at) => `${names.slice(0, at + 1).join("/")}/`);
}

async function ask(ripgrep: string, inside: string, context: ToolContext): Promise<Listing> {
	const { workspace, signal } = context;
	const paths: string[] = [];
	const { timedOut } = await runRipgrep({
		ripgrep,
		args: ["--files", ...(await ripgrepScope(inside, context)), "--", inside === "." ? "./" : inside],
		folder: workspace,
		signal,
		timeoutMs: searchTimeoutMs,
		onLine: (line) => paths.push(withSlashes(line).replace(/^\.\//, "")) < maxPaths,
	});
	return { paths, cut: timedOut || paths.length >= maxPaths };
}

export function withSlashes(line: string): string {
	return path.sep === "/" ? line : line.replaceAll("\\", "/");
}

async function walk(
	workspace: string,
	prefix: string,
	isDenied: (relative: string) => boolean,
	signal: AbortSignal,
): Promise<Listing> {
	const paths: string[] = [];
	const queue: { readonly folder: string; readonly rules: RuleChain | undefined }[] = [];
	// Rules of the folders above the one that was asked for hold in it too.
	let rules: RuleChain | undefined;
	for (let at = prefix.indexOf("/"), from = ""; at >= 0; at = prefix.indexOf("/", at + 1)) {
		rules = await withRules(rules, workspace, from);
		from = prefix.slice(0, at + 1);
	}
	queue.push({ folder: prefix, rules });
	for (let next = queue.pop(); next; next = queue.pop()) {
		signal.throwIfAborted();
		const own = await withRules(next.rules, workspace, next.folder);
		const entries: Dirent[] = await readdir(path.join(workspace, next.folder), { withFileTypes: true }).catch(() => []);
		for (const entry of entries) {
			if (isGitName(entry.name)) continue;
			const name = next.folder + entry.name;
			if (isDenied(name)) continue;
			if (isIgnored(own, toBytes(name), entry.isDirectory())) continue;
			if (entry.isDirectory()) queue.push({ folder: `${name}/`, rules: own });
			else if (entry.isFile()) paths.push(name);
			if (paths.length >= maxPaths) return { paths, cut: true };
		}
	}
	return { paths, cut: false };
}

async function withRules(
	rules: RuleChain | undefined,
	workspace: string,
	folder: string,
): Promise<RuleChain | undefined> {
	let chain = rules;
	for (const name of [".gitignore", ".ignore"]) {
		const text = await readFile(path.join(workspace, folder, name), "latin1").catch(() => undefined);
		if (text !== undefined && text.length < 1_000_000) chain = addRules(chain, text, toBytes(folder));
	}
	return chain;
}
