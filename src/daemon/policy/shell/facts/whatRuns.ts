import path from "node:path";
import type { FileContents } from "../../../platform/fileContents.ts";
import type { ParsedCommand } from "../parse/parseCommand.ts";
import {
	type ParsedText,
	parseShell,
	type ShellState,
	type SimpleCommand,
	type Word,
} from "../parse/simpleCommands.ts";
import { globPattern } from "./globPattern.ts";
import { importsOf } from "./imports.ts";
import { writesOf } from "./plain.ts";
import type { Invocation, Language, Reading, Runs } from "./program.ts";
import { programName, programOf } from "./programs.ts";
import { loadsBy } from "./wrappers.ts";

/**
 * What a command would run, followed from its text through scripts, manifests and imports as far as they tell. Files that
 * it executes or reads as configuration of what it executes, and files that it is given as arguments, unless it only
 * writes them. It reads, and runs nothing.
 */
export interface WhatRuns {
	/** Absolute. */
	readonly executed: readonly string[];
	/** Named and not executed. */
	readonly data: readonly string[];
	/** Why it may run more of the workspace than is named here. */
	readonly loads?: string;
	/** Why it is unknown what it runs. */
	readonly unknown?: string;
}

/** Files that are followed; of what runs more it is said that not all is told. */
const maxFollowed = 300;
const maxCalls = 400;
const maxDepth = 8;
const maxFolderFiles = 200;
/** What comes with the machine is none of the workspace's. */
const system =
	/^(\/(usr|bin|sbin|lib|lib64|opt|nix|snap|System|Library|Applications|proc|dev)\/|[A-Za-z]:\\(Windows|Program Files))/;

export async function whatRuns(command: ParsedCommand, contents: FileContents): Promise<WhatRuns> {
	const { workspace, home } = command;
	const reading: Reading = { contents, workspace };
	const executed = new Set<string>();
	const data = new Set<string>();
	const written = new Set<string>();
	const texts = new Set<string>();
	const seen = new Set<string>();
	let loads: string | undefined;
	let unknown: string | undefined;
	let calls = 0;
	let followed = 0;

	await parsed(command.text, command, command.start, 0);
	// What is written and executed is executed.
	return {
		executed: [...executed],
		data: [...data].filter((file) => !executed.has(file) && !written.has(file)),
		loads,
		unknown,
	};

	function more(why: string | undefined): void {
		loads ??= why;
	}

	/** What a file of the workspace leaves open is in its files; what the command itself leaves open may be anywhere. */
	function open(why: string | undefined, depth: number): void {
		if (depth > 0) more(why);
		else unknown ??= why;
	}

	async function text(shellText: string, state: ShellState, depth: number): Promise<void> {
		const key = `${state.folders.join()} ${shellText}`;
		if (texts.has(key)) return;
		texts.add(key);
		if (depth > maxDepth) return more("what it runs goes on too deep to be followed");
		await parsed(shellText, parseShell(shellText, state), state, depth);
	}

	async function parsed(shellText: string, found: ParsedText, state: ShellState, depth: number): Promise<void> {
		const { commands, problem } = found;
		if (problem) open(`its text cannot be read: ${problem}`, depth);
		for (const one of commands) await simple(one, state, depth);
		if (problem && depth === 0) for (const word of shellText.split(/[\s'"`;&|()<>=]+/)) await named(word, workspace);
	}

	async function simple(one: SimpleCommand, state: ShellState, depth: number): Promise<void> {
		for (const { name, value } of one.assignments) {
			more(loadsBy(`${name}=`));
			const words = new Set([value.text, ...value.text.split(/[\s'"`;=]+/)]);
			for (const folder of one.folders) for (const word of words) await named(word, folder);
		}
		if (one.folders.length === 0 && one.words.length > 0)
			open("the folder in which it runs is only known when it runs", depth);
		for (const folder of one.folders) {
			for (const target of one.writes) addWritten(target, folder);
			for (const source of one.reads) if (!source.isOpen) await named(source.text, folder);
			const [source] = one.reads;
			const given = source && !source.isOpen ? await contents.text(path.resolve(folder, source.text)) : undefined;
			const input = one.input ?? given;
			await call(one.words, {
				folder,
				input,
				isPiped: one.isPiped,
				depth,
				state,
				source: given && path.resolve(folder, source!.text),
			});
		}
	}

	interface Call {
		readonly folder: string;
		readonly input?: string;
		readonly isPiped?: boolean;
		readonly depth: number;
		readonly state: ShellState;
		/** The file from which the input comes. */
		readonly source?: string;
	}

	async function call(words: readonly Word[], about: Call): Promise<void> {
		const [first, ...args] = words;
		if (!first || first.text === "") return;
		if (calls++ > maxCalls) return more("it calls too many programs to be followed");
		const { folder, depth } = about;
		if (first.isOpen || (first.isGlob && !/^\[\[?$/.test(first.text))) {
			open("which program it runs is only known when it runs", depth);
			return arguments_({ program: "", args, folder, input: undefined, isPiped: false }, undefined);
		}
		const name = programName(first.text);
		const program = programOf(name);
		const place = /[/\\]/.test(first.text) ? path.resolve(folder, first.text) : undefined;
		const isOwn = place !== undefined && !system.test(place);
		if (isOwn) await file(place, args, about, program !== undefined);
		else if (depth > 0) {
			const local = path.join(folder, "node_modules", ".bin", first.text);
			if ((await contents.kind(local)) === "file") {
				executed.add(local);
				more(`\`${name}\` is a package that loads what it finds`);
			}
		}
		const invocation: Invocation = { program: name, args, folder, input: about.input, isPiped: about.isPiped ?? false };
		if (!program) {
			if (!isOwn) more(`nothing is known of what \`${name}\` loads`);
			await arguments_(invocation, undefined);
			return;
		}
		const runs = await program.read(invocation, reading);
		if (about.source && (await program.read({ ...invocation, input: undefined }, reading)).unknown)
			executed.add(about.source);
		await follow(runs, about);
		await arguments_(invocation, runs);
	}

	/** A program that is named by its path: a script says by its first line who runs it. */
	async function file(place: string, args: readonly Word[], about: Call, isKnown: boolean): Promise<void> {
		executed.add(place);
		const content = await contents.text(place);
		if (content === undefined)
			return isKnown ? undefined : more(`\`${path.basename(place)}\` is not a text file, so what it loads is unknown`);
		const [, interpreter] = /^#!\s*(\S.*?)\s*(?:\r?\n|$)/.exec(content) ?? [];
		const self: Word = { text: place, isOpen: false, isGlob: false };
		if (interpreter) {
			const words = interpreter.split(/\s+/).map((one) => ({ text: one, isOpen: false, isGlob: false }));
			const start = words[0]!.text.endsWith("/env") ? words.slice(1).filter(({ text: word }) => word !== "-S") : words;
			await call([...start, self, ...args], about);
		} else await text(content, { ...about.state, folders: [about.folder] }, about.depth + 1);
	}

	async function follow(runs: Runs, about: Call): Promise<void> {
		const { folder, depth, state } = about;
		more(runs.loads);
		open(runs.unknown, depth);
		for (const name of runs.files ?? []) await executes(path.resolve(folder, name));
		for (const name of runs.scripts ?? []) {
			for (const place of await executes(path.resolve(folder, name))) {
				const content = await contents.text(place);
				if (content !== undefined) await text(content, { ...state, folders: [folder] }, depth + 1);
			}
		}
		await modules(runs.code ?? []);
		for (const { text: source, language } of runs.inline ?? []) {
			const { candidates, loads: why } = importsOf(language, source, path.join(folder, "-"), folder);
			more(why && `it ${why}`);
			await modules(candidates.map((one) => ({ path: one, language })));
			for (const [, word] of source.matchAll(/["'`]([^"'`\n]{1,300})["'`]/g)) await named(word!, folder);
		}
		for (const one of runs.texts ?? [])
			await text(
				one.text,
				{ ...state, folders: [path.resolve(folder, one.folder ?? ".")] },
				one.folder === undefined ? depth : depth + 1,
			);
		for (const one of runs.calls ?? [])
			await call(one.words, { ...about, folder: path.resolve(folder, one.folder ?? ".") });
	}

	/** With wildcards: those that fit, by their names. */
	async function executes(place: string): Promise<readonly string[]> {
		if (!/[*?[]/.test(path.basename(place))) {
			if (!system.test(place)) executed.add(place);
			return [place];
		}
		const fits = globPattern(path.basename(place));
		const names = (await contents.names(path.dirname(place))).filter((name) => fits.test(name));
		const places = names.slice(0, maxFollowed).map((name) => path.join(path.dirname(place), name));
		for (const one of places) executed.add(one);
		return places;
	}

	async function modules(first: readonly { readonly path: string; readonly language: Language }[]): Promise<void> {
		const waiting = [...first];
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			if (seen.has(next.path) || system.test(next.path)) continue;
			seen.add(next.path);
			if ((await contents.kind(next.path)) !== "file") continue;
			if (followed++ > maxFollowed) return more("it loads too many files to be followed");
			executed.add(next.path);
			if (next.path.endsWith(".json")) continue;
			const content = await contents.text(next.path);
			const shown = path.basename(next.path);
			if (content === undefined) {
				more(`\`${shown}\` is not a text file, so what it loads is unknown`);
				continue;
			}
			if (next.path.split(path.sep).includes("node_modules")) {
				more("it loads packages");
				continue;
			}
			const { candidates, loads: why } = importsOf(next.language, content, next.path, workspace);
			more(why && `\`${shown}\` ${why}`);
			for (const one of candidates) waiting.push({ path: one, language: next.language });
		}
	}

	async function arguments_(invocation: Invocation, runs: Runs | undefined): Promise<void> {
		const { folder, args } = invocation;
		for (const word of [...(runs?.writes ?? []), ...writesOf(invocation)]) addWritten(word, folder);
		for (const word of args) {
			if (word.isOpen) continue;
			await named(word.text, folder);
			if (/\s/.test(word.text)) for (const inner of word.text.split(/[\s'"`;&|()<>]+/)) await named(inner, folder);
			if (runs?.loads) await beneath(path.resolve(folder, word.text));
		}
	}

	function addWritten(word: Word, folder: string): void {
		if (!word.isOpen) written.add(path.resolve(folder, word.text));
	}

	/** A file of the workspace that is named, however it is named. */
	async function named(word: string, folder: string): Promise<void> {
		const spellings = [word, word.replace(/^[^=]*=/, ""), word.replace(/^@/, ""), word.replace(/(?<=.):.*$/, "")];
		for (const spelling of new Set(spellings)) {
			if (spelling === "" || spelling.length > 1000) continue;
			const place = path.resolve(folder, spelling.replace(/^~(?=\/)/, home ?? "~"));
			if (data.size < maxFollowed && isInside(workspace, place) && (await contents.kind(place)) === "file")
				data.add(place);
		}
	}

	/** What lies in a folder that is given to a program that loads what it finds. */
	async function beneath(top: string): Promise<void> {
		if (!isInside(workspace, top) || (await contents.kind(top)) !== "folder") return;
		const waiting = [top];
		for (let count = 0, next = waiting.shift(); next; next = waiting.shift()) {
			for (const name of await contents.names(next)) {
				if (name === "node_modules" || name === "__pycache__" || name.startsWith(".")) continue;
				const place = path.join(next, name);
				const kind = await contents.kind(place);
				if (kind === "folder") waiting.push(place);
				if (kind !== "file" || count++ >= maxFolderFiles) continue;
				executed.add(place);
				const language = languageOf(place);
				if (language) await modules([{ path: place, language }]);
			}
			if (count > maxFolderFiles) return;
		}
	}
}

function languageOf(file: string): Language | undefined {
	return /\.[cm]?[jt]sx?$/.test(file) ? "javascript" : file.endsWith(".py") ? "python" : undefined;
}

export function isInside(folder: string, place: string): boolean {
	const relative = path.relative(folder, place);
	return relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative);
}
