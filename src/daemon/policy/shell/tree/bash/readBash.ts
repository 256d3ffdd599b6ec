/**
 * A text for bash, read into commands by its grammar. Words are read a second time by the rules of quoting, and where
 * the two do not agree, or the grammar finds an error, a problem says that the text cannot be read for sure.
 * Long, because the kinds of statement share one state: what variables hold, in which folder a command would run.
 */
import path from "node:path";
import type { Grammars, Syntax } from "../grammars.ts";
import { listing } from "../listing.ts";
import {
	type Assignment,
	type Command,
	type Input,
	known,
	listed,
	open,
	openWord,
	type Place,
	type Redirect,
	type Script,
	type Start,
	textWord,
	type Word,
} from "../script.ts";
import { countingIn } from "./arithmetic.ts";
import { withHome, wordOf, wordsOf } from "./atoms.ts";
import { readBody, readWord } from "./readWord.ts";
import { steadyNames } from "./variables.ts";

interface Scope {
	folders: readonly string[];
	variables: Map<string, Word>;
	input: Input | undefined;
	readonly within: readonly Place[];
}

/** Before the name of what they run. */
const aside: ReadonlySet<string> = new Set(["builtin", "command"]);
const maxCommands = 2000;
const maxFolders = 4;
const maxLoopValues = 8;
/** Statements, each as often as its loops are followed. */
const maxVisits = 50_000;
/** Of a value that is followed. */
const maxValueChars = 10_000;

export function readBash(text: string, { parse }: Grammars, start: Start): Script {
	const commands: Command[] = [];
	const problems = new Set<string>();
	const functions = new Set<string>();
	const aliases = new Map<string, string>();
	const variables = new Set<string>();
	const isSteady = steadyNames(text);
	const expanded = new Set<Syntax>();
	let visits = 0;
	const visitors: Readonly<Record<string, (node: Syntax, scope: Scope) => void>> = {
		comment: (node) => {
			if (node.start > 0 && !/[\s;&|()`]/.test(text[node.start - 1]!)) problems.add("a comment is not understood");
		},
		list: visitAll,
		negated_command: visitAll,
		do_group: visitAll,
		compound_statement: visitAll,
		subshell: branch("subshell"),
		if_statement: branch("branch"),
		elif_clause: branch("branch"),
		else_clause: branch("branch"),
		while_statement: branch("loop"),
		for_statement: loop,
		c_style_for_statement: (node, scope) => {
			const isBody = ({ type }: Syntax) => type === "do_group" || type === "compound_statement";
			const head = node.children.filter((child) => !isBody(child) && child.type !== "comment");
			if (!head.filter(({ isNamed }) => isNamed).every(isCount)) problems.add(counts);
			for (const one of head) counted(one, scope);
			readRest({ ...node, children: head }, scope);
			branch("loop")({ ...node, children: node.children.filter(isBody) }, scope);
		},
		case_statement: caseStatement,
		function_definition: definition,
		command: (node, scope) => (text.startsWith("((", node.start) ? test(node, scope) : command(node, scope)),
		redirected_statement: redirected,
		pipeline,
		test_command: test,
		declaration_command: declaration,
		unset_command: declaration,
		variable_assignment: (node, scope) => command({ ...node, children: [node] }, scope),
		variable_assignments: (node, scope) => command(node, scope),
	};
	const root = parse("bash", text);
	const isCount = typeof root === "string" ? () => false : countingIn(text, root);
	if (typeof root === "string") problems.add(root);
	else {
		if (/\S\\\n\S/.test(text)) problems.add("a line goes on in the middle of a word");
		// The grammar takes the two for a blank; to a shell a new command begins there.
		if (/\n[ \t]*\\(?!\n)/.test(text)) problems.add("a line begins with a backslash");
		if (has(root, ({ type }) => type === "ERROR")) problems.add("its grammar is not understood");
		if (root.children.every(({ type }) => type === "comment")) problems.add("it holds no command");
		if (!isCovered(root, text)) problems.add("a part of it is passed over");
		const { folders, input } = start;
		visitAll(root, { folders, variables: new Map(), input, within: [] });
	}
	return { commands, problems: [...problems], functions, aliases, variables };

	function visitAll({ children }: Syntax, scope: Scope): void {
		for (const child of children) visit(child, scope);
	}

	function inner(scope: Scope, place: Place, more: Partial<Scope> = {}): Scope {
		return { ...scope, variables: new Map(scope.variables), within: [...scope.within, place], ...more };
	}

	function visit(node: Syntax, scope: Scope): void {
		if (visits++ > maxVisits) {
			problems.add("it holds too many commands");
			return;
		}
		if (!node.isNamed) {
			if (!marks.has(node.type)) problems.add(`\`${node.type}\` stands where it is not understood`);
			return;
		}
		const visitor = visitors[node.type];
		if (visitor) {
			visitor(node, scope);
			return;
		}
		problems.add("it holds what is not understood");
		visitAll(node, inner(scope, "branch"));
	}

	function command(node: Syntax, scope: Scope, outer: readonly Syntax[] = []): void {
		const assignments: Assignment[] = [];
		const spans: Span[] = [];
		const redirects: Syntax[] = [];
		for (const child of node.children) {
			if (child.type === "variable_assignment") assignments.push(...assignment(child, scope));
			else if (/redirect$/.test(child.type)) redirects.push(child);
			else if (child.type === "subshell") visit(child, scope);
			else if (spans.at(-1)?.end === child.start && child.start > node.start) spans.at(-1)!.end = child.end;
			else spans.push({ start: child.start, end: child.end });
		}
		const nodes = expansionsIn(node);
		const words = withoutKeywords(spans).flatMap((span) => wordsAt(span.start, span.end, nodes, scope));
		const { found, input, rest, after } = readRedirects([...redirects, ...outer], scope);
		emit({ words: [...words, ...rest], assignments, redirects: found, input: input ?? scope.input }, scope);
		names(words, spans);
		if (words.length === 0) for (const { name, value } of assignments) assign(name, value, scope);
		const made = commands.at(-1);
		for (const one of after) one(made);
	}

	/** Of what sets variables by their names: those have to stand in the text, where others look for them. */
	function names(words: readonly Word[], spans: readonly Span[]): void {
		const name = words.map(known).find((one) => !aside.has(one ?? ""));
		if (name === undefined || !naming.has(name)) return;
		if (name === "let") problems.add(counts);
		const sources = spans.map(({ start, end }) => text.slice(start, end));
		const isName = nameAt[name] ?? ((before: string) => !/^-[pdnNtui]$/.test(before));
		if (sources.some((one, at) => at > 0 && isName(sources[at - 1]!, one) && !/^[\w./=:,+-]*$/.test(one)))
			problems.add("which variable it sets is not known beforehand");
	}

	/** Behind `time`, `coproc` and `!` the grammar takes words of the shell's own language for programs. */
	function withoutKeywords(spans: readonly Span[]): readonly Span[] {
		const texts = spans.slice(0, 4).map(({ start, end }) => text.slice(start, end));
		const last = texts.findLastIndex((one) => keywords.has(one));
		const isPrefixed = texts
			.slice(0, Math.max(last, 0))
			.every((one, at) => prefix.test(one) || texts[at - 1] === "coproc");
		if (last < 0 || !isPrefixed) return spans;
		problems.add(`\`${texts[last]}\` stands where it is not understood`);
		return spans.slice(last + 1);
	}

	function emit(about: Pick<Command, "words" | "assignments" | "redirects" | "input">, scope: Scope): void {
		if (commands.length >= maxCommands) {
			problems.add("it holds too many commands");
			return;
		}
		commands.push({ dialect: "bash", ...about, within: scope.within, folders: scope.folders });
		changeFolder(about.words, scope);
		if (known(about.words[0]) === "alias") addAliases(about.words);
	}

	function addAliases([, ...words]: readonly Word[]): void {
		for (const { text: one, isOpen } of words) {
			const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(one) ?? [];
			if (name !== undefined && !isOpen) aliases.set(name, value!);
		}
	}

	function changeFolder([program, ...args]: readonly Word[], scope: Scope): void {
		const name = known(program);
		if (name === "popd") scope.folders = [];
		if (name !== "cd" && name !== "pushd") return;
		const target = args.find(({ text: arg }) => !/^(-[LPe@]+|--)$/.test(arg));
		const to = target ? known(target) : start.home;
		if (to === undefined || to === "-" || to.startsWith("+")) scope.folders = [];
		else {
			const moved = scope.folders.map((folder) => path.resolve(folder, to));
			// It may fail, and what follows runs all the same.
			scope.folders = united(moved, scope.folders);
		}
	}

	function readRedirects(nodes: readonly Syntax[], scope: Scope) {
		const found: Redirect[] = [];
		const rest: Word[] = [];
		const after: After[] = [];
		let input: Input | undefined;
		for (const node of nodes) {
			if (node.type === "heredoc_redirect") {
				input = hereDocument(node, scope, after);
				found.push(
					...readRedirects(
						node.children.filter(({ type }) => type === "file_redirect"),
						scope,
					).found,
				);
			} else if (node.type === "herestring_redirect") {
				const span = node.children.at(-1)!;
				input = { kind: "text", word: oneWord(span.start, span.end, expansionsIn(node), scope) };
			} else {
				const [first, ...more] = fileRedirect(node, scope, found);
				if (first && found.at(-1)?.kind === "read") input = { kind: "file", word: first };
				rest.push(...more);
			}
		}
		return { found, input, rest, after };
	}

	/** The words behind it, of which only the first is its target: the grammar takes in all that follow. */
	function fileRedirect(node: Syntax, scope: Scope, found: Redirect[]): readonly Word[] {
		const operator = node.children.find(({ isNamed, type }) => !isNamed && /[<>]/.test(type))?.type;
		if (operator === undefined || node.children.some(({ type }) => type === "ERROR"))
			problems.add("a redirection is not understood");
		const targets = node.children.filter(({ isNamed, type }) => isNamed && type !== "file_descriptor");
		const nodes = expansionsIn(node);
		const words = targets.flatMap(({ start, end }) => wordsAt(start, end, nodes, scope));
		const [target] = words;
		const copies = /&-?$/.test(operator ?? "") && /^\d*-?$/.test(target?.text ?? "");
		if (target && !copies) found.push({ kind: kindOf(operator ?? ""), target });
		return words;
	}

	function hereDocument(node: Syntax, scope: Scope, after: After[]): Input {
		const delimiter = node.children.find(({ type }) => type === "heredoc_start");
		const body = node.children.find(({ type }) => type === "heredoc_body");
		const isRaw = delimiter !== undefined && /['"\\]/.test(text.slice(delimiter.start, delimiter.end));
		const isIndented = node.children.some(({ type }) => type === "<<-");
		if (!delimiter || (body === undefined && !node.children.some(({ type }) => type === "heredoc_end")))
			problems.add("a here-document is never closed");
		const more = node.children.filter((child) => !ofDocument.has(child.type));
		if (more.length > 0)
			after.push((piped) => {
				for (const child of more) {
					const isPiped = child.type === "pipeline";
					visit(child, isPiped ? inner(scope, "pipe", { input: { kind: "pipe", from: piped } }) : scope);
				}
			});
		if (!body) return { kind: "text", word: textWord("") };
		const plain = (one: string) => (isIndented ? one.replace(/^\t+/gm, "") : one);
		if (isRaw) return { kind: "text", word: textWord(plain(text.slice(body.start, body.end))) };
		const word = wordOf(readBody(text, body.start, body.end, expanding(expansionsIn(body), scope)));
		return { kind: "text", word: { ...word, text: plain(word.text), isGlob: false, maySplit: false } };
	}

	function assignment(node: Syntax, scope: Scope): Assignment[] {
		const nodes = expansionsIn(node);
		const operator = node.children.find(({ type }) => type === "=" || type === "+=");
		const [target] = node.children;
		if (!operator || !target) {
			problems.add("an assignment is not understood");
			return [];
		}
		const name = text.slice(target.start, operator.start);
		if (target.type !== "variable_name") readRest(node, scope);
		if (target.type === "subscript" && !indexed(target)) problems.add(counts);
		const array = node.children.find(({ type }) => type === "array");
		if (array || operator.type === "+=" || target.type !== "variable_name") {
			readRest(node, scope);
			return [{ name: name.replace(/\[.*$/s, ""), value: openWord }];
		}
		return [{ name, value: oneWord(operator.end, node.end, nodes, scope) }];
	}

	/** Also variables of a loop, of the environment and of functions: whatever the text names. */
	function assign(name: string, value: Word, scope: Scope): void {
		if (isSteady(name) && value.text.length <= maxValueChars) scope.variables.set(name, value);
		else scope.variables.delete(name);
	}

	function wordsAt(from: number, to: number, nodes: Expansions, scope: Scope): readonly Word[] {
		const atoms = readWord(text, from, to, expanding(nodes, scope));
		const words = atoms && wordsOf(atoms, start.home);
		if (words !== undefined) return words;
		problems.add("a word of it is not understood");
		return [openWord];
	}

	/** Where nothing is split and no braces count: the value of an assignment, a here-string. */
	function oneWord(from: number, to: number, nodes: Expansions, scope: Scope): Word {
		const atoms = readWord(text, from, to, expanding(nodes, scope));
		if (atoms === undefined) {
			problems.add("a word of it is not understood");
			return openWord;
		}
		return { ...wordOf(withHome(atoms, start.home)), maySplit: false };
	}

	/** What begins with `$`, a backquote, `<(` or `>(`, by where it begins. */
	function expanding(nodes: Expansions, scope: Scope) {
		return (at: number) => {
			const node = nodes.get(at);
			if (!node) {
				if (/^(`|\$[({]|[<>]\()/.test(text.slice(at, at + 2))) problems.add("an expansion is not understood");
				return undefined;
			}
			return { end: node.end, value: expansionOf(node, scope) };
		};
	}

	function expansionOf(node: Syntax, scope: Scope): Word | string {
		const first = !expanded.has(node);
		expanded.add(node);
		if (node.type === "command_substitution" || node.type === "process_substitution") {
			if (text[node.start] === "`" && text.slice(node.start, node.end).includes("\\"))
				problems.add("a command in backquotes has characters taken from their meaning");
			const from = commands.length;
			if (first) visitAll(node, inner(scope, "substitution"));
			if (node.type === "process_substitution") return "/dev/fd/63";
			const [only, ...more] = commands.slice(from);
			const value = more.length === 0 ? outputOf(only) : undefined;
			if (value !== undefined) return value;
			return commands.length > from && listing(commands.at(-1)!) ? listed : open;
		}
		if (first) readRest(node, scope);
		if (node.type === "arithmetic_expansion") {
			if (!node.children.filter(({ isNamed }) => isNamed).every(isCount)) problems.add(counts);
			counted(node, scope);
			return "0";
		}
		const source = text.slice(node.start, node.end);
		const [, filled] = /^\$\{(\w+):?=/.exec(source) ?? [];
		if (filled !== undefined) sets(filled, scope);
		const index = node.children.find(({ type }) => type === "subscript");
		if (index && !indexed(index)) problems.add(counts);
		if (/^\$\{!\w+\}|^\$\{!.*[^@*\]]\}$|@P\}$/s.test(source))
			problems.add("it takes a value for a name, or for a text to carry out");
		if (/^\$\{\w+(\[[^\]]*\])?:(?![-=+?])/.test(source) && !/:\s*-?\d+\s*(:\s*-?\d+\s*)?\}$/.test(source))
			problems.add(counts);
		if (/^\$\{?#/.test(source) || /^\$[?$!]$/.test(source)) return "0";
		if (/^\$[@*]$|^\$\{[@*]\}$|\[[@*]\]/.test(source)) return openWord;
		const [, name, rest] = /^\$\{?(\w+)(.*?)\}?$/s.exec(source) ?? [];
		if (name === undefined) {
			for (const [one] of source.matchAll(/[A-Za-z_]\w*/g)) variables.add(one);
			return open;
		}
		const value = variableOf(name, scope);
		if (value === undefined) variables.add(name);
		if (value === undefined) return open;
		if (rest === "" || /^:?-/.test(rest!)) return value.text;
		return value.text.includes(listed) || value.isGlob ? listed : open;
	}

	/** A variable that it gives a value by another way than an assignment. Short ones say nothing to any program. */
	function sets(name: string, scope: Scope): void {
		if (/[A-Z_]/.test(name)) emit({ words: [], assignments: [{ name, value: openWord }], redirects: [] }, scope);
	}

	function counted({ start, end }: Syntax, scope: Scope): void {
		for (const [, before, after] of text.slice(start, end).matchAll(calculated)) sets((before ?? after)!, scope);
	}

	/** Between the brackets stands a number, or what stands for all. */
	function indexed({ children }: Syntax): boolean {
		return children.slice(2, -1).every((one) => /^[@*]$/.test(text.slice(one.start, one.end)) || isCount(one));
	}

	function variableOf(name: string, scope: Scope): Word | undefined {
		if (name === "PWD" && scope.folders.length === 1) return textWord(scope.folders[0]!);
		if (name === "HOME" && start.home !== undefined && !/\bHOME=/.test(text)) return textWord(start.home);
		return scope.variables.get(name);
	}

	/** What a command prints, where the text tells. */
	function outputOf(only: Command | undefined): string | undefined {
		if (!only || only.redirects.some(({ kind }) => kind !== "read")) return undefined;
		const words = only.words.map(known);
		const [program, ...args] = words;
		if (program === "pwd" && args.length === 0 && only.folders.length === 1) return only.folders[0];
		if (program === "echo" && args.every((arg) => arg !== undefined && !/^-|\\/.test(arg))) return args.join(" ");
		// What they print is a name of a commit, or the very words that they were given.
		if (program === "git" && /^(merge-base|rev-parse)$/.test(args[0] ?? "") && args.slice(1).every(isRevision))
			return aCommit;
		const isBody = program === "cat" && args.length === 0 && only.input?.kind === "text";
		return isBody ? (only.input as { word: Word }).word.text.replace(/\n+$/, "") : undefined;
	}

	/** Commands in what is read in no other way. */
	function readRest(node: Syntax, scope: Scope): void {
		for (const [, one] of expansionsIn(node)) if (one !== node && !expanded.has(one)) expansionOf(one, scope);
	}

	function redirected(node: Syntax, scope: Scope): void {
		const [body, ...redirects] = node.children;
		if (body?.type === "command") {
			command(body, scope, redirects);
			return;
		}
		if (body && (body.type === "list" || body.type === "pipeline")) {
			// The grammar takes the whole for what is redirected; it is the last of it.
			const last = body.children.at(-1)!;
			const start = last.start;
			const inside = { ...node, start, children: [last, ...redirects] };
			visit({ ...body, end: node.end, children: [...body.children.slice(0, -1), inside] }, scope);
			return;
		}
		const isRedirect = (one: Syntax | undefined) => one !== undefined && /redirect$/.test(one.type);
		if (!body || isRedirect(body)) {
			const { found, after } = readRedirects(node.children, scope);
			emit({ words: [], assignments: [], redirects: found }, scope);
			for (const one of after) one(undefined);
			return;
		}
		if (!redirects.every(isRedirect)) problems.add("a redirection is not understood");
		const { found, input, rest, after } = readRedirects(redirects, scope);
		if (rest.length > 0) problems.add("a redirection is not understood");
		emit({ words: [], assignments: [], redirects: found }, scope);
		const before = scope.input;
		if (input) scope.input = input;
		visit(body, scope);
		scope.input = before;
		for (const one of after) one(undefined);
	}

	function pipeline(node: Syntax, scope: Scope): void {
		const stages = node.children.filter(({ isNamed, type }) => isNamed && type !== "comment");
		// The grammar puts what stands behind a here-document into a pipeline of its own, which begins with `|`.
		const isRest = node.children[0]?.isNamed === false;
		let input = isRest ? scope.input : undefined;
		for (const [index, stage] of stages.entries()) {
			const from = commands.length;
			const mine = inner(scope, "pipe", index === 0 && !isRest ? {} : { input });
			visit(stage, mine);
			// The grammar takes `a && b | c` for a pipe of the whole list.
			scope.folders = united(mine.folders, scope.folders);
			const last = commands.slice(from).findLast(({ within }) => within.length === mine.within.length);
			input = { kind: "pipe", from: plainStages.has(stage.type) ? last : undefined };
		}
	}

	function loop(node: Syntax, scope: Scope): void {
		const name = node.children.find(({ type }) => type === "variable_name");
		const body = node.children.find(({ type }) => type === "do_group" || type === "compound_statement");
		const nodes = expansionsIn(node);
		const isValue = (one: Syntax) => one.isNamed && one !== name && one !== body && one.type !== "comment";
		const values = node.children.filter(isValue).flatMap(({ start, end }) => wordsAt(start, end, nodes, scope));
		if (!name || !body) {
			problems.add("a loop is not understood");
			return;
		}
		const variable = text.slice(name.start, name.end);
		sets(variable, scope);
		const isFew = values.length > 0 && values.length <= maxLoopValues && isSteady(variable);
		for (const value of isFew ? values : [openWord]) {
			if (visits > maxVisits) return;
			const mine = inner(scope, "loop");
			mine.variables.set(variable, value);
			if (!isFew) mine.variables.delete(variable);
			for (const one of expansionsIn(body).values()) expanded.delete(one);
			visit(body, mine);
			scope.folders = mine.folders;
		}
	}

	function branch(place: Place) {
		return (node: Syntax, scope: Scope) => {
			const before = scope.folders;
			const mine = inner(scope, place);
			visitAll(node, mine);
			if (place === "branch" || place === "loop") scope.folders = united(mine.folders, before);
		};
	}

	function definition(node: Syntax, scope: Scope): void {
		const [name, ...rest] = node.children.filter(({ isNamed }) => isNamed);
		if (name) functions.add(text.slice(name.start, name.end));
		for (const one of rest)
			visit(one, inner(scope, "function", { folders: [], variables: new Map(), input: undefined }));
		// Where it is called from is not followed.
	}

	function test(node: Syntax, scope: Scope): void {
		const isOld = text[node.start] === "[" && text[node.start + 1] !== "[";
		if (isOld && has(node, ({ type }) => /^[<>]/.test(type))) problems.add("a test holds a redirection");
		if (has(node, ({ type }) => type === "ERROR")) problems.add("a test is not understood");
		if (text.startsWith("((", node.start)) counted(node, scope);
		tested(node);
		readRest(node, scope);
	}

	/** Some of its operators count, and `-v` looks for an index. */
	function tested({ children, type }: Syntax): void {
		const at = children.findIndex((child) => child.type === "test_operator");
		const operator = at < 0 ? "" : text.slice(children[at]!.start, children[at]!.end);
		const operands = children.filter((child, index) => index !== at && child.isNamed);
		const sources = operands.map(({ start, end }) => text.slice(start, end));
		if (operator === "-v" && !sources.every((one) => /^\w+$/.test(one))) problems.add(counts);
		if (type === "binary_expression" && /^-(eq|ne|lt|le|gt|ge)$/.test(operator) && !operands.every(isQuotedCount))
			problems.add(counts);
		for (const child of children) if (!expansions.has(child.type)) tested(child);
	}

	function isQuotedCount(node: Syntax): boolean {
		const isString = node.type === "string" && node.children.length === 3;
		return isCount(isString ? node.children[1]! : node);
	}

	function declaration(node: Syntax, scope: Scope): void {
		const [keyword] = node.children;
		const assignments = node.children
			.filter(({ type }) => type === "variable_assignment")
			.flatMap((one) => assignment(one, scope));
		const nodes = expansionsIn(node);
		const words = node.children
			.filter(({ type }) => type !== "variable_assignment")
			.flatMap(({ start, end }) => wordsAt(start, end, nodes, scope));
		emit({ words: words.length > 0 ? words : [textWord(keyword?.type ?? "")], assignments, redirects: [] }, scope);
		const others = node.children.filter(({ type }, at) => at > 0 && type !== "variable_assignment");
		if (others.some(({ start, end }) => !/^(\w+|-[aAxrglpfFtu]+)$/.test(text.slice(start, end))))
			problems.add("which variable it sets is not known beforehand");
		for (const { name, value } of assignments) assign(name, value, scope);
	}

	function caseStatement(node: Syntax, scope: Scope): void {
		readRest({ ...node, children: node.children.filter(({ type }) => type !== "case_item") }, scope);
		for (const item of node.children.filter(({ type }) => type === "case_item")) {
			const close = item.children.findIndex(({ type }) => type === ")");
			readRest({ ...item, children: item.children.slice(0, close) }, scope);
			branch("branch")({ ...item, children: item.children.slice(close + 1) }, scope);
		}
	}

	/** A text's expansions by where they begin; of nested ones each. */
	function expansionsIn(node: Syntax, found: Map<number, Syntax> = new Map()): Expansions {
		if (expansions.has(node.type) && !found.has(node.start)) found.set(node.start, node);
		for (const child of node.children) expansionsIn(child, found);
		return found;
	}
}

type Expansions = Map<number, Syntax>;
interface Span {
	readonly start: number;
	end: number;
}
/** What stands on the line of a here-document behind it; the grammar puts it inside. */
type After = (piped: Command | undefined) => void;

/** `a = 1`, `a += 1`, `a++`, `++a` */
const calculated = /([A-Za-z_]\w*)\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\+\+|--)|(?:\+\+|--)\s*([A-Za-z_]\w*)/g;
const counts = "it counts with what may be no number";
const naming: ReadonlySet<string> = new Set("read mapfile readarray getopts printf let wait".split(" "));
/** Of some, which words are names; of the others all but values of options. */
const nameAt: Readonly<Record<string, (before: string, source: string) => boolean>> = {
	printf: (before, source) => /v['"]?$/.test(before) || /^['"\\$-]*v./.test(source),
	wait: () => true,
};
const aCommit = "0".repeat(40);

function isRevision(word: string | undefined): boolean {
	return word !== undefined && /^(--(short|verify|quiet)|[\w@][\w./@^~{}-]*)$/.test(word);
}

const marks: ReadonlySet<string> = new Set([
	..."; & \n && || | |& ( ) { } $( ` <( >( (( )) ;; ;& ;;& !".split(" "),
	..."if then fi else elif while until do done for select in case esac function".split(" "),
	"\n",
]);
const expansions: ReadonlySet<string> = new Set(
	"command_substitution process_substitution simple_expansion expansion arithmetic_expansion".split(" "),
);
const ofDocument: ReadonlySet<string> = new Set(
	"<< <<- heredoc_start heredoc_body heredoc_end file_redirect file_descriptor && ||".split(" "),
);
const keywords: ReadonlySet<string> = new Set(
	"! { } if then elif else fi while until for do done case esac select [[ ]]".split(" "),
);
/** What may stand before a keyword, and is a program or a keyword itself. */
const prefix = /^(time|-p|--|coproc|!|\{|then|else|do)$/;
const plainStages: ReadonlySet<string> = new Set(["command", "redirected_statement", "list"]);

/** None where one of them is unknown. */
function united(some: readonly string[], others: readonly string[]): readonly string[] {
	if (some.length === 0 || others.length === 0) return [];
	return [...new Set([...some, ...others])].slice(0, maxFolders);
}

/** Between the parts that the grammar saw there is nothing but blanks. */
function isCovered(root: Syntax, text: string): boolean {
	let end = root.start;
	let isWhole = /^\s*$/.test(text.slice(0, root.start)) && /^\s*$/.test(text.slice(root.end));
	const look = (node: Syntax) => {
		if (node.children.length > 0 && node.type !== "heredoc_body") return node.children.forEach(look);
		if (node.start > end && !/^(\s|\\\n)*$/.test(text.slice(end, node.start))) isWhole = false;
		end = Math.max(end, node.end);
	};
	look(root);
	return isWhole;
}

function has(node: Syntax, is: (node: Syntax) => boolean): boolean {
	return is(node) || node.children.some((child) => has(child, is));
}

function kindOf(operator: string): Redirect["kind"] {
	if (operator.includes("<>")) return "both";
	if (operator.includes("<")) return "read";
	return operator.includes(">>") ? "append" : "write";
}
