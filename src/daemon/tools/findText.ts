import { lstat } from "node:fs/promises";
import * as v from "valibot";
import { globFilter } from "./globFilter.ts";
import { lineSearch } from "./lineSearch.ts";
import { deniedIn, listPaths, maxPaths, ripgrepScope, searchTimeoutMs, withSlashes } from "./listPaths.ts";
import { runRipgrep } from "./ripgrep.ts";
import { createSearchHits, maxCounted, type SearchHits } from "./searchHits.ts";
import { type SearchPattern, searchPattern } from "./searchPattern.ts";
import { readFileText } from "./textFile.ts";
import { type ReadTool, type ToolContext, ToolError } from "./tool.ts";
import { readInside } from "./workspaceFiles.ts";
import { relativeInside, resolveInside } from "./workspacePath.ts";

const described = <Schema extends v.GenericSchema>(schema: Schema, text: string) =>
	v.optional(v.pipe(schema, v.description(text)));
const countUpTo = (max: number, min: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const usualLimit = 200;
const Params = v.object({
	pattern: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1000)),
	path: v.optional(v.string()),
	glob: described(v.string(), "*.ts at any depth, src/**/*.{ts,tsx} from path on, !*.test.ts all others."),
	literal: described(v.boolean(), "The pattern is the text itself, and no regular expression."),
	case: described(
		v.picklist(["sensitive", "smart", "ignore"]),
		"sensitive if nothing is said; smart ignores it unless the pattern has a capital letter.",
	),
	multiline: described(v.boolean(), "A match may go over several lines, and . is a line break too."),
	context: described(countUpTo(20, 0), "How many lines before and after each one that matches."),
	filesOnly: described(v.boolean(), "Only the paths of the files in which something matches."),
	limit: described(countUpTo(1000, 1), `How many lines, or files, at most: ${usualLimit} if nothing is said.`),
});
type Args = v.InferOutput<typeof Params>;

const maxColumns = 1200;
/** What our own search takes on, since the daemon does nothing else meanwhile. ripgrep takes any. */
const maxFileBytes = 4 * 1024 * 1024;

export function createFindText(ripgrep: string | undefined): ReadTool<Args> {
	return {
		name: "findText",
		kind: "read",
		description:
			"Searches the workspace's text files (or those below path, or those that glob matches) for a regular expression, line by line, without ignored files. Gives path:line: text, and path-line- text for lines of context; says how many more there are.",
		params: Params,
		summarize: ({ pattern, path, glob, literal, ...args }) => {
			const flags = `${args.case === "ignore" ? "i" : ""}${args.multiline ? "s" : ""}`;
			return [literal ? `“${pattern}”` : `/${pattern}/${flags}`, path, glob].filter(Boolean).join("  ");
		},
		path: ({ path }) => path ?? ".",
		async run(args, context) {
			const { pattern, path, glob, filesOnly = false, limit = usualLimit } = args;
			const search = {
				pattern: searchPattern(args),
				shown: pattern,
				given: path ?? ".",
				wanted: globFilter(glob, path),
				beside: filesOnly ? 0 : (args.context ?? 0),
				filesOnly,
			};
			const newHits = () => createSearchHits(limit, search.beside > 0);
			let hits = newHits();
			let note = ripgrep
				? await searchWithRipgrep(ripgrep, search, hits, context)
				: await searchHere(search, hits, context);
			// ripgrep reads UTF-8 alone, and words of other languages may stand in files of other encodings; of regular
			// expressions, too, it knows others than JavaScript.
			if (ripgrep && hits.isEmpty && (note instanceof PatternProblem || (!note && /[^\0-\x7f]/.test(pattern)))) {
				hits = newHits();
				const problem = note;
				note = await searchHere(search, hits, context);
				if (problem && note instanceof PatternProblem) note = problem;
			}
			if (note instanceof PatternProblem)
				throw new ToolError(`Invalid regular expression ${pattern}: ${note.message.replace(/\.$/, "")}.`);
			const answer =
				hits.text() ?? (note ? `Nothing matches ${pattern} in what was searched.` : `Nothing matches ${pattern}.`);
			return note ? `${answer}\n[${note}]` : answer;
		},
	};
}

interface Search {
	readonly pattern: SearchPattern;
	/** As the agent wrote it. */
	readonly shown: string;
	readonly given: string;
	readonly wanted: (path: string) => boolean;
	/** Lines before and after. */
	readonly beside: number;
	readonly filesOnly: boolean;
}

/** Why it is no regular expression. */
class PatternProblem extends Error {}

/** A sentence of what was not searched; undefined when all was. */
type NotSearched = string | undefined | PatternProblem;

const tookTooLong = `the search ended after ${searchTimeoutMs / 1000} s: name a folder or a glob, there may be more`;

async function searchWithRipgrep(
	ripgrep: string,
	{ pattern, given, wanted, beside, filesOnly }: Search,
	hits: SearchHits,
	context: ToolContext,
): Promise<NotSearched> {
	const start = await resolveInside(context, given, "read");
	if (!(await lstat(start.real).catch(() => undefined))) throw new ToolError(`There is no ${given}.`);
	const inside = relativeInside(context.workspace, start.real)!;
	const isDenied = await deniedIn(context);
	const isWanted = (file: string) => wanted(file) && !isDenied(file);
	const { code, errors, timedOut } = await runRipgrep({
		ripgrep,
		args: [
			...(await ripgrepScope(inside, context)),
			// In the order of their names, so that the same search gives the same answer.
			...["--sort=path", "--color=never", "--crlf", pattern.ignoreCase ? "--ignore-case" : "--case-sensitive"],
			...(pattern.spansLines ? ["--multiline"] : []),
			...(pattern.spansLines && pattern.dotAll ? ["--multiline-dotall"] : []),
			...(filesOnly
				? ["--files-with-matches"]
				: ["--line-number", "--no-heading", "--with-filename", "--null", `--context=${beside}`]),
			...[`--max-columns=${maxColumns}`, "--max-columns-preview"],
			...["--regexp", pattern.source, "--", inside === "." ? "./" : inside],
		],
		folder: context.workspace,
		signal: context.signal,
		timeoutMs: searchTimeoutMs,
		onLine(line) {
			const end = filesOnly ? line.replace(/\r$/, "").length : line.indexOf("\0");
			const file = withSlashes(line.slice(0, end)).replace(/^\.\//, "");
			if (end < 0 || !isWanted(file)) return true;
			if (filesOnly) return hits.file(file);
			const [, number, sign, text] = /^(\d+)([:-])(.*)$/s.exec(line.slice(end + 1)) ?? [];
			if (sign === ":") return hits.match(file, Number(number), text!);
			if (sign === "-") hits.beside(file, Number(number), text!);
			return true;
		},
	});
	if (code === 2 && /regex|pattern/i.test(errors)) return new PatternProblem(errors.trim().split("\n").at(-1));
	return timedOut ? tookTooLong : undefined;
}

async function searchHere(
	{ pattern, shown, given, wanted, beside, filesOnly }: Search,
	hits: SearchHits,
	context: ToolContext,
): Promise<NotSearched> {
	const find = lineSearch(pattern);
	if ("problem" in find) return new PatternProblem(find.problem);
	const listing = await listPaths(given, context, undefined);
	const endsAt = Date.now() + searchTimeoutMs;
	const tooLarge: string[] = [];
	for (const path of listing.paths.toSorted(byNames)) {
		if (!wanted(path)) continue;
		context.signal.throwIfAborted();
		if (Date.now() > endsAt) return tookTooLong;
		const file = await readInside(context, path, maxFileBytes).catch(() => undefined);
		if (file && file.size > maxFileBytes) tooLarge.push(path);
		const read = file && file.size <= maxFileBytes ? await readFileText(file.bytes) : undefined;
		if (!read) continue;
		const text = read.text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
		const found = find.run(text, filesOnly ? 1 : maxCounted);
		if (!found) throw new ToolError(`The pattern ${shown} takes too long: make it simpler.`);
		if (found.length > 0 && !(filesOnly ? hits.file(path) : addLines(hits, path, text, found, beside)))
			return undefined;
	}
	if (listing.cut) return `only the first ${maxPaths} files were searched: name a folder`;
	if (tooLarge.length > 0)
		return `too large to be searched: ${tooLarge.slice(0, 5).join(", ")}${tooLarge.length > 5 ? "…" : ""}`;
	return undefined;
}

function addLines(hits: SearchHits, path: string, text: string, found: readonly number[], beside: number): boolean {
	const lines = text.split("\n");
	if (lines.at(-1) === "") lines.pop();
	let next = 0;
	for (const [at, line] of found.entries()) {
		for (let before = Math.max(next, line - beside); before < line; before++)
			hits.beside(path, before + 1, lines[before]!);
		if (!hits.match(path, line + 1, lines[line]!)) return false;
		next = line + 1;
		const end = Math.min(found[at + 1] ?? lines.length, line + 1 + beside, lines.length);
		for (; next < end; next++) hits.beside(path, next + 1, lines[next]!);
	}
	return true;
}

/** As ripgrep sorts: folder by folder. */
function byNames(a: string, b: string): number {
	const [one, other] = [a.replaceAll("/", "\0"), b.replaceAll("/", "\0")];
	return one < other ? -1 : one > other ? 1 : 0;
}
