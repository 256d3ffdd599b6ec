import { lstat } from "node:fs/promises";
import * as v from "valibot";
import { globFilter } from "./globFilter.ts";
import { lineSearch } from "./lineSearch.ts";
import { deniedIn, listPaths, ripgrepScope, searchTimeoutMs, withSlashes } from "./listPaths.ts";
import { runRipgrep } from "./ripgrep.ts";
import { readFileText } from "./textFile.ts";
import { type ReadTool, type ToolContext, ToolError } from "./tool.ts";
import { readInside } from "./workspaceFiles.ts";
import { relativeInside, resolveInside } from "./workspacePath.ts";

const Params = v.object({
	pattern: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1000)),
	path: v.optional(v.string()),
	glob: v.optional(v.string()),
});

const maxMatches = 200;
const maxLineChars = 300;
const maxFileBytes = 4 * 1024 * 1024;

export function createFindText(ripgrep: string | undefined): ReadTool<v.InferOutput<typeof Params>> {
	return {
		name: "findText",
		kind: "read",
		description: `Searches the workspace's text files (or those below path, or those that glob matches) for a regular expression, line by line. Gives path:line: text, at most ${maxMatches} lines.`,
		params: Params,
		summarize: ({ pattern, path, glob }) => [`/${pattern}/`, path, glob].filter(Boolean).join("  "),
		path: ({ path }) => path ?? ".",
		async run({ pattern, path, glob }, context) {
			const matches: string[] = [];
			const add = (file: string, line: number, text: string) => {
				const shown = text.length > maxLineChars ? `${text.slice(0, maxLineChars)}…` : text;
				return matches.push(`${file}:${line}: ${shown.replace(/\r$/, "")}`) < maxMatches;
			};
			const wanted = globFilter(glob, path);
			const ownSearch = () => search(pattern, path ?? ".", wanted, context, add);
			let complete = ripgrep
				? await searchWithRipgrep(ripgrep, pattern, path ?? ".", wanted, context, add)
				: await ownSearch();
			// ripgrep reads UTF-8 alone; words of other languages may stand in files of other encodings.
			if (ripgrep && matches.length === 0 && complete && /[^\0-\x7f]/.test(pattern)) complete = await ownSearch();
			if (matches.length === 0 && complete) return `Nothing matches ${pattern}.`;
			const sorted = matches.sort(byPathAndLine).join("\n");
			return complete
				? sorted
				: `${sorted}\n[there may be more: make the pattern narrower, or name a folder or a glob]`;
		},
	};
}

/** False ends the search. */
type Add = (file: string, line: number, text: string) => boolean;

async function searchWithRipgrep(
	ripgrep: string,
	pattern: string,
	given: string,
	wanted: (path: string) => boolean,
	context: ToolContext,
	add: Add,
): Promise<boolean> {
	const start = await resolveInside(context, given, "read");
	if (!(await lstat(start.real).catch(() => undefined))) throw new ToolError(`There is no ${given}.`);
	const inside = relativeInside(context.workspace, start.real)!;
	const isDenied = await deniedIn(context);
	const { code, errors } = await runRipgrep({
		ripgrep,
		args: [
			...(await ripgrepScope(inside, context)),
			...["--line-number", "--no-heading", "--with-filename", "--null", "--color=never"],
			...[`--max-columns=${maxLineChars * 4}`, "--max-columns-preview", `--max-filesize=${maxFileBytes}`],
			...["--regexp", pattern, "--", inside === "." ? "./" : inside],
		],
		folder: context.workspace,
		signal: context.signal,
		timeoutMs: searchTimeoutMs,
		onLine(line) {
			const end = line.indexOf("\0");
			const file = withSlashes(line.slice(0, end)).replace(/^\.\//, "");
			const colon = line.indexOf(":", end);
			if (end < 0 || colon < 0 || !wanted(file) || isDenied(file)) return true;
			return add(file, Number(line.slice(end + 1, colon)), line.slice(colon + 1));
		},
	});
	if (code === 2 && /regex|pattern/i.test(errors)) throw noPattern(pattern, errors.trim().split("\n").at(-1)!);
	return code !== null;
}

async function search(
	pattern: string,
	given: string,
	wanted: (path: string) => boolean,
	context: ToolContext,
	add: Add,
): Promise<boolean> {
	const find = lineSearch(pattern);
	if ("problem" in find) throw noPattern(pattern, find.problem);
	const listing = await listPaths(given, context, undefined);
	const endsAt = Date.now() + searchTimeoutMs;
	for (const path of listing.paths) {
		if (!wanted(path)) continue;
		context.signal.throwIfAborted();
		if (Date.now() > endsAt) return false;
		const file = await readInside(context, path, maxFileBytes).catch(() => undefined);
		const read = file && file.size <= maxFileBytes ? await readFileText(file.bytes) : undefined;
		if (!read) continue;
		const found = find.run(read.text, maxMatches);
		if (!found) throw new ToolError(`The pattern ${pattern} takes too long: make it simpler.`);
		for (const { line, text: shown } of found) if (!add(path, line, shown)) return false;
	}
	return !listing.cut;
}

function noPattern(pattern: string, why: string): ToolError {
	return new ToolError(`Invalid regular expression ${pattern}: ${why.replace(/\.$/, "")}.`);
}

function byPathAndLine(a: string, b: string): number {
	return a.localeCompare(b, "en", { numeric: true });
}
