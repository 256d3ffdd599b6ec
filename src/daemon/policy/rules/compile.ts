import os from "node:os";
import path from "node:path";
import picomatch from "picomatch";
import { type PolicyLevel, type PolicyRule, values } from "../../../core/policy/rule.ts";
import { namedRule } from "../../../core/policy/ruleWords.ts";
import type { Act } from "./act.ts";
import { commandPattern, coversCommand, globTest, speaksOf } from "./words.ts";

/** The rules of one level, ready to be asked. Rules that name a program are found by it, so that many cost little. */
export interface CompiledRules {
	/** Those that speak of the act. */
	of(act: Act, at: Place): readonly SpokenRule[];
	/** One of them may speak of looking at files. Where none does, thousands of paths need not be asked about one by one. */
	readonly speakOfFiles: boolean;
}

export interface SpokenRule extends CompiledRule {
	/** Only if what nobody knows beforehand is what the rule speaks of. */
	readonly isMaybe: boolean;
}

export interface CompiledRule {
	readonly rule: PolicyRule;
	/** For people. */
	readonly name: string;
}

export interface Place {
	readonly workspace: string;
	readonly isSandboxed: boolean;
}

type Test = (act: Act, at: Place) => boolean | "maybe";

interface Tested extends CompiledRule {
	readonly tests: readonly Test[];
}

export function compileRules(level: PolicyLevel, rules: readonly PolicyRule[]): CompiledRules {
	const byProgram = new Map<string, Tested[]>();
	const general: Tested[] = [];
	for (const [at, rule] of rules.entries()) {
		const tested: Tested = { rule, name: namedRule(level, at + 1, rule), tests: testsOf(rule) };
		const programs = programsOf(rule);
		if (!programs) general.push(tested);
		for (const program of programs ?? []) byProgram.set(program, [...(byProgram.get(program) ?? []), tested]);
	}
	return {
		speakOfFiles: rules.some(mayBeOfFiles),
		of(act, at) {
			const program = act.words?.[0];
			const named =
				act.words === undefined
					? []
					: program === undefined
						? [...byProgram.values()].flat()
						: [...new Set([program, path.basename(program).replace(/\.exe$/i, "")])].flatMap(
								(name) => byProgram.get(name) ?? [],
							);
			return [...named, ...general].flatMap(({ tests, ...rule }) => {
				const answers = tests.map((test) => test(act, at));
				return answers.includes(false) ? [] : { ...rule, isMaybe: answers.includes("maybe") };
			});
		},
	};
}

function mayBeOfFiles({ kind, class: risk, command, host }: PolicyRule): boolean {
	const isKind = kind === undefined || values(kind).includes("read");
	return isKind && (risk === undefined || values(risk).includes("read")) && command === undefined && host === undefined;
}

/** The programs that a rule is about; undefined where it may be about any. */
function programsOf({ command }: PolicyRule): readonly string[] | undefined {
	const programs = values(command).map((one) => commandPattern(one).words[0]?.text);
	const isAny = programs.length === 0 || programs.some((program) => program === undefined || program.includes("*"));
	return isAny ? undefined : [...new Set(programs as string[])];
}

/** One for each condition. What allows has to be sure of it, what asks or denies not. */
function testsOf(rule: PolicyRule): Tested["tests"] {
	const isStrict = rule.effect === "allow";
	const tests: Test[] = [];
	if (isStrict) tests.push(({ isCertain }) => isCertain);
	if (rule.class !== undefined) {
		const classes = values(rule.class);
		tests.push(({ risk }) => classes.includes(risk));
	}
	if (rule.kind !== undefined) {
		const kinds = values(rule.kind);
		tests.push(({ kind }) => kinds.includes(kind));
	}
	if (rule.tool !== undefined) {
		const names = values(rule.tool).map(globTest);
		tests.push(({ tool }) => names.some((test) => test(tool)));
	}
	if (rule.command !== undefined) {
		const patterns = values(rule.command).map(commandPattern);
		tests.push(({ words }) => {
			if (words === undefined) return false;
			if (isStrict) return patterns.some((pattern) => coversCommand(pattern, words));
			const answers = patterns.map((pattern) => speaksOf(pattern, words));
			return answers.includes("yes") || (answers.includes("maybe") && "maybe");
		});
	}
	if (rule.path !== undefined) {
		const patterns = values(rule.path);
		tests.push(({ kind, paths = [] }, { workspace }) => {
			const isPath = (file: string) =>
				patterns.some((pattern) => matchesPath(pattern, path.resolve(workspace, file), workspace));
			// A command's words may be paths, and it may reach others: a path is enough to hold it, never to let it go.
			if (isStrict) return kind !== "command" && paths.length > 0 && paths.every(isPath);
			return paths.some(isPath);
		});
	}
	if (rule.host !== undefined) {
		const hosts = values(rule.host).map((host) => globTest(host.toLowerCase()));
		tests.push(({ host }) => host !== undefined && hosts.some((test) => test(host.toLowerCase())));
	}
	if (rule.sandboxed !== undefined) tests.push((_act, { isSandboxed }) => isSandboxed === rule.sandboxed);
	return tests;
}

const matchers = new Map<string, (file: string) => boolean>();

/** Relative patterns speak of the workspace; one without a slash of files of that name in any of its folders. */
function matchesPath(pattern: string, file: string, workspace: string): boolean {
	const own = pattern.startsWith("~/") ? path.join(os.homedir(), pattern.slice(2)) : pattern;
	let matches = matchers.get(own);
	if (!matches) {
		if (matchers.size > maxMatchers) matchers.clear();
		const nocase = process.platform === "darwin" || process.platform === "win32";
		matches = picomatch(own, { dot: true, nocase, matchBase: !own.includes("/"), basename: !own.includes("/") });
		matchers.set(own, matches);
	}
	if (path.isAbsolute(own)) return matches(file);
	const inside = path.relative(workspace, file);
	const isOutside = inside === "" || inside.startsWith("..") || path.isAbsolute(inside);
	return !isOutside && matches(inside.split(path.sep).join("/"));
}

const maxMatchers = 20_000;
