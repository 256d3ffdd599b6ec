import { toBytes } from "../changes/pathText.ts";
import { matchPath, parseGlob } from "../changes/wildmatch.ts";
import { ToolError } from "./tool.ts";

/**
 * The glob of a tool call: `*`, `?`, `[a-z]`, `**` and `{a,b}`. One without `/` is matched with the name alone, any other
 * with the path from the folder that was asked for; `!` in front turns it round. Not compiled to a regular expression: an agent may write one that
 * takes forever.
 */
export function globFilter(glob: string | undefined, folder: string | undefined): (path: string) => boolean {
	if (!glob) return () => true;
	if (glob.startsWith("!")) {
		const isExcluded = globFilter(glob.slice(1), folder);
		return (path) => !isExcluded(path);
	}
	const byName = !glob.includes("/");
	const globs = expandBraces(toBytes(glob.replace(/^\.?\//, "")))
		.map((each) => parseGlob(each, false))
		.filter((each) => each !== undefined);
	if (globs.length === 0) throw new ToolError(`${glob} is not a glob: write one such as *.ts or src/**/*.{ts,tsx}.`);
	const base = (folder ?? ".").replace(/^(\.\/)+/, "").replace(/\/+$/, "");
	const prefix = base === "." || base === "" ? "" : `${base}/`;
	return (path) => {
		const relative = path.startsWith(prefix) ? path.slice(prefix.length) : path;
		const subject = toBytes(byName ? relative.slice(relative.lastIndexOf("/") + 1) : relative);
		return globs.some((each) => matchPath(each, subject, false));
	};
}

const maxGlobs = 100;

/** `a{b,c{d,e}}` is `ab`, `acd` and `ace`. Braces that are never closed stand for themselves. */
function expandBraces(glob: string): readonly string[] {
	const done: string[] = [];
	const waiting = [glob];
	for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
		const choice = innermostBraces(next);
		if (!choice) done.push(next);
		else waiting.push(...choice.options.map((option) => choice.before + option + choice.after).reverse());
		if (done.length + waiting.length > maxGlobs)
			throw new ToolError(`${glob} stands for more than ${maxGlobs} globs: make it simpler.`);
	}
	return [...new Set(done)];
}

function innermostBraces(glob: string) {
	const match = /\{([^{}]*,[^{}]*)\}/.exec(glob);
	if (!match) return undefined;
	return {
		before: glob.slice(0, match.index),
		options: match[1]!.split(","),
		after: glob.slice(match.index + match[0].length),
	};
}
