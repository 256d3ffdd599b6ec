import { anyFolders, type Glob, matchName, matchPath, parseGlob, type Segment } from "./wildmatch.ts";

/**
 * Which paths the user does not want to hear about, decided as git decides it: rules nearer to the file win over rules
 * further up, a later line wins over an earlier one, `!` takes a path back, and nothing below an ignored folder is
 * looked at. Rules form a chain, one link for each file of rules; a folder without rules of its own shares its parent's
 * link, so that an unchanged identity means unchanged verdicts.
 */
export interface RuleChain {
	readonly parent: RuleChain | undefined;
	/** The folder the rules are relative to: "" for the workspace, "a/b/" below it. */
	readonly base: string;
	/** What stands between the folder of the rules and the workspace, when the rules lie above it: "sub/folder/". */
	readonly above: string;
	readonly rules: readonly Rule[];
}

/** Whether the path, relative to the workspace, is ignored. Its parent folders are known not to be. */
export function isIgnored(chain: RuleChain | undefined, path: string, isFolder: boolean): boolean {
	const name = path.slice(path.lastIndexOf("/") + 1);
	for (let link = chain; link; link = link.parent) {
		const relative = link.above + path.slice(link.base.length);
		for (let at = link.rules.length - 1; at >= 0; at--) {
			const rule = link.rules[at]!;
			if (rule.foldersOnly && !isFolder) continue;
			if (rule.matches(relative, name)) return !rule.negated;
		}
	}
	return false;
}

/** Adds a file of rules to a chain. */
export function addRules(parent: RuleChain | undefined, text: string, base: string, above = ""): RuleChain | undefined {
	const rules = parseRules(text);
	return rules.length ? { parent, base, above, rules } : parent;
}

interface Rule {
	readonly negated: boolean;
	readonly foldersOnly: boolean;
	readonly matches: (relative: string, name: string) => boolean;
}

// Git asks the same of the file system when it creates a repository (core.ignoreCase); these two answer yes by default.
const ignoreCase = process.platform === "win32" || process.platform === "darwin";

/** `text` is a byte string. */
function parseRules(text: string): readonly Rule[] {
	const rules: Rule[] = [];
	for (const line of text.replace(/^\xef\xbb\xbf/, "").split("\n")) {
		const rule = parseRule(trimTrailingSpaces(line.replace(/\r$/, "")));
		if (rule) rules.push(rule);
	}
	return rules;
}

function parseRule(line: string): Rule | undefined {
	if (line === "" || line.startsWith("#")) return undefined;
	const negated = line.startsWith("!");
	let pattern = negated ? line.slice(1) : line;
	const foldersOnly = pattern.endsWith("/");
	if (foldersOnly) pattern = pattern.slice(0, -1);
	const anchored = pattern.includes("/");
	if (anchored && pattern.startsWith("/")) pattern = pattern.slice(1);
	const matches = matcher(pattern, anchored);
	return matches && { negated, foldersOnly, matches };
}

function matcher(pattern: string, anchored: boolean): Rule["matches"] | undefined {
	if (!/[*?[\\]/.test(pattern)) {
		const literal = withCase(pattern);
		return anchored ? (relative) => withCase(relative) === literal : (_, name) => withCase(name) === literal;
	}
	// Git compares what stands before the first wildcard on its own, and only then begins to match: so `a**/b` takes `ab`.
	const start = anchored ? pattern.search(/[*?[\\]/) : 0;
	const prefix = withCase(pattern.slice(0, start));
	const glob = parseGlob(pattern.slice(start), ignoreCase);
	if (!glob) return undefined;
	if (anchored) {
		return (relative) =>
			withCase(relative.slice(0, start)) === prefix && matchPath(glob, relative.slice(start), ignoreCase);
	}
	const segment = onlySegment(glob);
	return segment ? (_, name) => matchName(segment, name, ignoreCase) : () => true;
}

function withCase(text: string): string {
	return ignoreCase ? text.toLowerCase() : text;
}

/** A pattern without a slash is one segment, and matches the last name of a path; `**` alone matches any name. */
function onlySegment(glob: Glob): Segment | undefined {
	const segment = glob[0];
	return segment === undefined || segment === anyFolders ? undefined : segment;
}

/** Spaces at the end of a line do not count, unless a backslash stands before them. */
function trimTrailingSpaces(line: string): string {
	let end = line.length;
	while (end > 0 && line[end - 1] === " ") end--;
	if (end === line.length) return line;
	let backslashes = 0;
	while (end - backslashes > 0 && line[end - 1 - backslashes] === "\\") backslashes++;
	return line.slice(0, backslashes % 2 === 1 ? end + 1 : end);
}
