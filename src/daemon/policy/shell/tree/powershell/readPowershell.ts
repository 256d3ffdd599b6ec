import path from "node:path";
import type { Grammars, Syntax } from "../grammars.ts";
import {
	type Command,
	type Input,
	known,
	open,
	openWord,
	type Place,
	type Redirect,
	type Script,
	type Start,
	textWord,
	type Word,
} from "../script.ts";

/**
 * A text for PowerShell, read into commands by its grammar. Of its expressions only strings, numbers and variables are
 * understood; methods of objects and types may do anything, and say so as a problem.
 */
export function readPowershell(
	text: string,
	{ parse }: Grammars,
	{ folders: from, input: first, home }: Start,
): Script {
	const commands: Command[] = [];
	const problems = new Set<string>();
	const functions = new Set<string>();
	const variables = new Set<string>();
	let folders = from;
	const root = parse("powershell", text);
	if (typeof root === "string") problems.add(root);
	else visit(root, [], first);
	return { commands, problems: [...problems], functions, aliases: new Map(), variables };

	function textOf({ start, end }: Syntax): string {
		return text.slice(start, end);
	}

	function visit(node: Syntax, within: readonly Place[], input: Input | undefined): void {
		const { type, children } = node;
		if (type === "ERROR") problems.add("its grammar is not understood");
		if (doubtful[type]) problems.add(doubtful[type]);
		if (type === "variable") variableAt(textOf(node));
		if (type === "expandable_string_literal" || type === "expandable_here_string_literal") inString(node);
		if (type === "function_statement") {
			const name = children.find((child) => child.type === "function_name");
			if (name) functions.add(textOf(name).toLowerCase());
		}
		if (type === "redirections") {
			const redirects: Redirect[] = [];
			for (const child of children) element(child, [], redirects, within, undefined);
			written([], redirects, within, undefined);
		} else if (type === "assignment_expression") assigned(node, within, input);
		else if (type === "pipeline_chain") piped(node, within, input);
		else if (type === "command") command(node, within, input);
		else for (const child of children) visit(child, within, input);
	}

	function piped({ children }: Syntax, within: readonly Place[], input: Input | undefined): void {
		let given = input;
		for (const child of children) {
			if (child.type === "|") given = { kind: "pipe", from: commands.at(-1) };
			else visit(child, within, given);
		}
	}

	function assigned({ children }: Syntax, within: readonly Place[], input: Input | undefined): void {
		const [target, , ...value] = children;
		const name = /^\$(?:\{?env:)([\w]+)\}?$/i.exec(target ? textOf(target) : "")?.[1];
		if (name !== undefined) {
			const assignments = [{ name, value: openWord }];
			commands.push({ dialect: "powershell", words: [], assignments, redirects: [], within, folders });
		} else if (target && !/^\$\w+$/.test(textOf(target))) problems.add("it sets what is not understood");
		for (const one of value) visit(one, within, input);
	}

	function command(node: Syntax, within: readonly Place[], input: Input | undefined): void {
		const words: Word[] = [];
		const redirects: Redirect[] = [];
		const [head, ...rest] = node.children;
		const isDot = head?.type === "command_invokation_operator";
		if (isDot && textOf(head) === ".") words.push(textWord("."));
		for (const child of isDot ? rest : node.children) element(child, words, redirects, within, input);
		// The grammar takes a row of numbers for a program.
		const isRow = words.length === 1 && !isDot && /^-?\d+(\.\.-?\d+)?$/.test(words[0]!.text);
		written(isRow ? [] : words, redirects, within, input);
		if (/^(cd|chdir|sl|set-location|pushd|popd|push-location|pop-location)$/i.test(words[0]?.text ?? ""))
			folders = moved(words);
	}

	function written(
		words: readonly Word[],
		redirects: readonly Redirect[],
		within: readonly Place[],
		input: Input | undefined,
	): void {
		for (const { target } of redirects) if (target.isOpen) problems.add("where it writes is not understood");
		commands.push({ dialect: "powershell", words, assignments: [], redirects, input, within, folders });
	}

	/** It may fail, and what follows runs all the same. */
	function moved([program, target, ...more]: readonly Word[]): readonly string[] {
		const to = known(target);
		if (/^p/i.test(program!.text) || to === undefined || /^[-+]/.test(to) || more.length > 0) return [];
		return [...new Set([...folders.map((folder) => path.resolve(folder, to)), ...folders])].slice(0, 4);
	}

	function element(
		node: Syntax,
		words: Word[],
		redirects: Redirect[],
		within: readonly Place[],
		input: Input | undefined,
	): void {
		const { type, children } = node;
		if (type === "command_argument_sep" || type === "comment") return;
		if (type === "ERROR") problems.add("its grammar is not understood");
		if (type === "command_elements") {
			for (const child of children) element(child, words, redirects, within, input);
			return;
		}
		if (type === "redirection") {
			const name = children.find((child) => child.type === "redirected_file_name");
			const target = name?.children.find((child) => child.type !== "command_argument_sep");
			if (target) redirects.push({ kind: "write", target: wordOf(target) });
			return;
		}
		const source = textOf(node);
		// The grammar takes `2>$null` for a word.
		const [, merged] = /^(?:\d|\*)?>{1,2}(.*)$/s.exec(source) ?? [];
		if (merged !== undefined) {
			if (!/^&\d$/.test(merged))
				redirects.push({
					kind: "write",
					target: merged === "" ? openWord : wordOf({ ...node, start: node.end - merged.length, children: [] }),
				});
			return;
		}
		for (const child of node.children) visit(child, [...within, "substitution"], input);
		words.push(wordOf(node));
	}

	function wordOf(node: Syntax): Word {
		const source = textOf(node);
		if (/^'([^']|'')*'$/s.test(source)) return textWord(paths(source.slice(1, -1).replaceAll("''", "'")));
		const inner = /^"([^"`$]*)"$/s.exec(source)?.[1];
		if (inner !== undefined) return textWord(paths(inner));
		if (source.startsWith("{")) return { ...openWord, text: "{}", isOpen: false, maySplit: false };
		const isPlain = /^[^\s"'`$(){}@;|&<>]*$/.test(source);
		if (isPlain) return { ...textWord(paths(withHome(source))), isGlob: /[*?[]/.test(source) };
		if (/^\$null$/i.test(source)) return textWord("$null");
		if (/^\$(home|env:userprofile)(?=[/\\]|$)[^\s"'`$(){}]*$/i.test(source))
			return textWord(paths(withHome(source.replace(/^\$[\w:]+/, "~"))));
		for (const [name] of source.matchAll(/\$[\w:]+/g)) variableAt(name);
		if (/^[-\w./\\]*[$(]/.test(source) || source.startsWith('"'))
			return { ...openWord, text: paths(/^[-\w./\\:]*/.exec(source)![0]) + open, maySplit: false };
		if (source.includes("`")) problems.add("a word has characters taken from their meaning");
		return { ...openWord, maySplit: false };
	}

	function withHome(source: string): string {
		return home === undefined ? source : source.replace(/^~(?=[/\\]|$)/, () => home);
	}

	function variableAt(source: string): void {
		const [, name] = /^\$\{?env:(\w+)/i.exec(source) ?? [];
		if (name !== undefined) variables.add(name);
	}

	function inString(node: Syntax): void {
		for (const [name] of textOf(node).matchAll(/\$\{?env:\w+/gi)) variableAt(name);
		if (/\$\(/.test(textOf(node)) && node.children.length === 0) problems.add("a string holds a command");
	}
}

const doubtful: Readonly<Record<string, string>> = {
	invokation_expression: "it calls a method, which may do anything",
	type_literal: "it uses a type, which may do anything",
	class_statement: "it makes a type",
	data_statement: "it holds data that is worked out",
	inlinescript_statement: "it holds a script of another kind",
	workflow_statement: "it holds a script of another kind",
	stop_parsing: "it hands a text on as it is",
};

function paths(text: string): string {
	return text.replaceAll("\\", "/");
}
