import path from "node:path";
import type { Policy, PolicyRule } from "../../core/policy/rule.ts";
import type { Act } from "./rules/act.ts";
import type { Decision, Rules, RulesAt } from "./rules/decide.ts";

/**
 * Rules that would let happen unasked what a person is asked about now, the narrowest first: just this, then the same with
 * other arguments, or the folder around a file. One that would not do it, because another rule is stricter, is left out.
 */
export function proposedRules(acts: readonly Act[], withRule: (rule: PolicyRule) => Rules, at: RulesAt): PolicyRule[] {
	if (acts.length === 0 || acts.some(({ isCertain }) => !isCertain)) return [];
	const rules = candidates(acts, at.workspace);
	return rules.filter((rule) => withRule(rule).decide(acts, at).effect === "allow");
}

/** Why none of them would do: a stricter rule, by its name; undefined where there is none. */
export function stricterRule(acts: readonly Act[], rules: Rules, at: RulesAt): Decision["rule"] {
	return rules.decide(acts, at).rule;
}

/** The person's rules with one more, of a folder or of everywhere. */
export function withOneMore(policy: Policy, rule: PolicyRule, workspace: string | undefined): Policy {
	if (workspace === undefined) return { ...policy, rules: [...policy.rules, rule] };
	const own = policy.workspaces[workspace]?.rules ?? [];
	return { ...policy, workspaces: { ...policy.workspaces, [workspace]: { rules: [...own, rule] } } };
}

function candidates(acts: readonly Act[], workspace: string): PolicyRule[] {
	const [first] = acts;
	switch (first?.kind) {
		case "command": {
			const lines = acts.map(({ words = [] }) => words);
			// A star of its own would be read as any text.
			if (lines.some((words) => words.some((word) => word === undefined || word.includes("*")))) return [];
			const exact = lines.map((words) => patternOf(words as string[]));
			const open = lines.map((words) => openPattern(words as string[]));
			return [
				{ effect: "allow", command: oneOrMore(exact) },
				...(open.every((one) => one !== undefined)
					? [{ effect: "allow" as const, command: oneOrMore(open as string[]) }]
					: []),
			];
		}
		case "edit": {
			if (acts.some(({ paths = [] }) => paths.some((file) => /[*?[\]{}()!]/.test(file)))) return [];
			const files = [...new Set(acts.flatMap(({ paths = [] }) => paths))].map((file) => inside(workspace, file));
			const folders = files.map((file) => path.posix.dirname(file));
			const around = folders.map((folder) => (folder === "." ? "**" : `${folder}/**`));
			return [
				{ effect: "allow", kind: "edit", path: oneOrMore(files) },
				{ effect: "allow", kind: "edit", path: oneOrMore(around) },
			];
		}
		case "fetch":
			return first.host === undefined ? [] : [{ effect: "allow", kind: "fetch", host: first.host }];
		case "call":
			return [{ effect: "allow", kind: "call", tool: first.tool }];
		default:
			return [];
	}
}

/** Words as a pattern reads them. */
function patternOf(words: readonly string[]): string {
	return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

/**
 * The program and what it is told to do, with any arguments behind: `npm test *`. Of a program that is followed by an
 * option, by a path or by nothing, its arguments are all there is to tell what it does.
 */
function openPattern(words: readonly string[]): string | undefined {
	const [program, verb] = words;
	return program !== undefined && verb !== undefined && /^[a-z][\w:-]*$/i.test(verb)
		? `${patternOf([program, verb])} *`
		: undefined;
}

function inside(workspace: string, file: string): string {
	return path.relative(workspace, path.resolve(workspace, file)).split(path.sep).join("/");
}

function oneOrMore(all: readonly string[]): string | string[] {
	const [only, ...others] = [...new Set(all)];
	return others.length === 0 ? only! : [only!, ...others];
}
