import path from "node:path";
import { type Lexeme, lex, type RawWord } from "./lex.ts";

/**
 * The simple commands of a shell text, each with the folders in which it may run. Lists, pipes, subshells, redirections,
 * assignments, `cd` and the keywords of loops and conditions are read; a text that holds more than that says so in
 * `problem`, and is to be treated as one of which nothing is known.
 */
export interface SimpleCommand {
	/** Program and arguments, without assignments and redirections. */
	readonly words: readonly Word[];
	readonly assignments: readonly { readonly name: string; readonly value: Word }[];
	/** Files that it is given to read. */
	readonly reads: readonly Word[];
	/** Files that its output goes to. */
	readonly writes: readonly Word[];
	/** What a here-document or a here-string gives it to read. */
	readonly input: string | undefined;
	/** It reads what another command prints. */
	readonly isPiped: boolean;
	/** Absolute; more than one where a `cd` may fail, none where it is unknown. */
	readonly folders: readonly string[];
}

export interface Word {
	readonly text: string;
	/** Its value depends on more than the text: a variable, the output of a command. */
	readonly isOpen: boolean;
	/** It has wildcards. */
	readonly isGlob: boolean;
}

export interface ParsedText {
	readonly commands: readonly SimpleCommand[];
	/** Why it is not known what the text does. */
	readonly problem?: string;
}

export interface ShellState {
	readonly folders: readonly string[];
	readonly variables: ReadonlyMap<string, string>;
}

/** Before a command, and no command themselves. */
const prefixes: ReadonlySet<string> = new Set([..."if elif else then while until do { ! time".split(" "), "coproc"]);
const closers: ReadonlySet<string> = new Set(["fi", "done", "}"]);
const unread: ReadonlySet<string> = new Set(["case", "function", "select", "esac"]);
const maxFolders = 4;
const maxDepth = 6;
const maxChars = 200_000;
/** Of a value that is followed: values of values double. */
const maxValueChars = 10_000;

export function parseShell(text: string, start: ShellState, depth = 0): ParsedText {
	if (depth > maxDepth || text.length > maxChars) return { commands: [], problem: "it is too long or too deep" };
	const { lexemes, problem } = lex(text);
	if (problem) return { commands: [], problem };
	const commands: SimpleCommand[] = [];
	const variables = new Map(start.variables);
	const saved: { readonly folders: readonly string[]; readonly listStart: readonly string[] }[] = [];
	let folders = start.folders;
	/** Where the list of `&&` began: whoever comes after it may be there still. */
	let listStart = folders;
	let isPiped = false;
	let found: string | undefined;
	let current = newDraft();

	for (const lexeme of lexemes) {
		if (found) break;
		if (lexeme.kind === "word") addWord(lexeme.word);
		else if (lexeme.kind === "redirect") addRedirect(lexeme);
		else operator(lexeme.text);
	}
	if (!found) finish(";");
	if (!found && saved.length > 0) found = "a bracket is never closed";
	return { commands, problem: found };

	function addWord(raw: RawWord): void {
		const isStart = current.words.length === 0 && current.loop === undefined;
		const word = expanded(raw);
		if (isStart && raw.isPlain && unread.has(raw.text)) found = `it contains \`${raw.text}\``;
		if (isStart && raw.isPlain && raw.text === "for") {
			current.loop = [];
			return;
		}
		if (current.loop) {
			current.loop.push(word);
			return;
		}
		if (isStart && raw.isPlain && (prefixes.has(raw.text) || closers.has(raw.text))) return;
		const assignment = isStart ? /^([A-Za-z_]\w*)\+?=([\s\S]*)$/.exec(raw.text) : null;
		if (assignment && raw.parts[0]?.kind === "text" && raw.parts[0].text.startsWith(`${assignment[1]}`)) {
			const value = { ...word, text: word.text.slice(word.text.indexOf("=") + 1) };
			current.assignments.push({ name: assignment[1]!, value });
			return;
		}
		current.words.push(word);
	}

	function addRedirect({ text: op, word, body }: Lexeme & { kind: "redirect" }): void {
		if (body !== undefined) {
			current.input = (current.input ?? "") + body;
			return;
		}
		const target = expanded(word);
		if (op.startsWith("<<<")) current.input = `${current.input ?? ""}${target.text}\n`;
		else if (op.includes("<>")) {
			current.reads.push(target);
			current.writes.push(target);
		} else if (op.includes("<")) current.reads.push(target);
		else if (!/^(\d+|-)$/.test(target.text) || !op.endsWith("&")) current.writes.push(target);
	}

	function operator(op: string): void {
		if (op === "(") {
			if (current.words.length > 0 || current.loop) found = "it defines a function, counts, or holds an array";
			saved.push({ folders, listStart });
			return;
		}
		finish(op);
		if (op === ")") {
			const before = saved.pop();
			if (!before) found = "a bracket is closed that was never opened";
			else ({ folders, listStart } = before);
		}
	}

	function finish(op: string): void {
		const draft = current;
		current = newDraft();
		const isInPipe = isPiped || op === "|" || op === "|&";
		if (draft.loop) {
			const [name] = draft.loop;
			if (name) variables.delete(name.text);
		} else if (draft.words.length + draft.assignments.length + draft.writes.length + draft.reads.length > 0) {
			const { words, assignments, reads, writes, input } = draft;
			commands.push({ words, assignments, reads, writes, input, isPiped, folders });
			if (words.length === 0) for (const { name, value } of assignments) assign(name, value);
			if (words[0]?.text === "export" || words[0]?.text === "declare") assignExported(words.slice(1));
			if (!isInPipe) changeFolder(words);
		}
		isPiped = op === "|" || op === "|&";
		if (op !== "&&" && !isPiped) {
			folders = united(folders, listStart);
			listStart = folders;
		}
	}

	function assign(name: string, value: Word): void {
		if (value.isOpen || value.text.length > maxValueChars) variables.delete(name);
		else variables.set(name, value.text);
	}

	function assignExported(words: readonly Word[]): void {
		for (const word of words) {
			const [, name, text] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word.text) ?? [];
			if (name !== undefined) assign(name, { ...word, text: text! });
		}
	}

	function changeFolder([program, ...args]: readonly Word[]): void {
		if (program?.text === "popd") folders = [];
		if (program?.text !== "cd" && program?.text !== "pushd") return;
		const target = args.find(({ text: arg }) => !/^-[LPe@]+$|^--$/.test(arg));
		const text = target?.text ?? variables.get("HOME");
		if (text === undefined || target?.isOpen || target?.isGlob || text === "-") folders = [];
		else
			folders = united(
				[],
				folders.map((folder) => path.resolve(folder, text)),
			);
	}

	/** Substitutions run, whatever becomes of what they print. */
	function expanded(raw: RawWord): Word {
		let isOpen = false;
		const texts = raw.parts.map((part) => {
			if (part.kind === "text") return part.text;
			if (part.kind === "variable") {
				const value = variables.get(part.text);
				if (value === undefined) isOpen = true;
				return value ?? `$${part.text}`;
			}
			isOpen = true;
			if (part.kind === "command") {
				const inner = parseShell(part.text, { folders, variables }, depth + 1);
				found ??= inner.problem;
				commands.push(...inner.commands);
			}
			return "$";
		});
		return { text: texts.join(""), isOpen, isGlob: raw.isGlob };
	}
}

function newDraft() {
	return {
		words: [] as Word[],
		assignments: [] as { name: string; value: Word }[],
		reads: [] as Word[],
		writes: [] as Word[],
		input: undefined as string | undefined,
		loop: undefined as Word[] | undefined,
	};
}

function united(some: readonly string[], others: readonly string[]): readonly string[] {
	return [...new Set([...some, ...others])].slice(0, maxFolders);
}
