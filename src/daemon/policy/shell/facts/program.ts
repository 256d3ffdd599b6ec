import type { FileContents } from "../../../platform/fileContents.ts";
import type { Word } from "../parse/simpleCommands.ts";

/** One call of a program, as the shell would make it. */
export interface Invocation {
	/** The name alone: `node` for `/usr/bin/node`, `python` for `python3.12`. */
	readonly program: string;
	readonly args: readonly Word[];
	/** Absolute. */
	readonly folder: string;
	/** What it is given to read where that is known. */
	readonly input: string | undefined;
	readonly isPiped: boolean;
}

/**
 * What a program runs besides itself. Paths are relative to the folder of the call or absolute; what is not there is kept
 * in mind, because it may come into being.
 */
export interface Runs {
	/** Executed, or read as the configuration that names what is executed. */
	readonly files?: readonly string[];
	/** Files that a shell runs. */
	readonly scripts?: readonly string[];
	/** Executed in a language whose imports are followed. */
	readonly code?: readonly { readonly path: string; readonly language: Language }[];
	/** Code that stands in the command itself, or in another file: its imports are followed. */
	readonly inline?: readonly { readonly text: string; readonly language: Language }[];
	/** Texts that a shell runs. */
	readonly texts?: readonly { readonly text: string; readonly folder?: string }[];
	/** Programs that it calls. */
	readonly calls?: readonly { readonly words: readonly Word[]; readonly folder?: string }[];
	/** Why not everything that it loads can be told; then files of the workspace may run that are not named here. */
	readonly loads?: string;
	/** Why it is unknown what it runs. */
	readonly unknown?: string;
	/** Arguments that it only writes. */
	readonly writes?: readonly Word[];
}

export type Language = "javascript" | "python";

export interface Reading {
	readonly contents: FileContents;
	readonly workspace: string;
}

export interface Program {
	readonly names: readonly string[];
	read(call: Invocation, reading: Reading): Runs | Promise<Runs>;
}

export function plainWord(text: string): Word {
	return { text, isOpen: false, isGlob: false };
}

/** Stands for arguments that are not known beforehand. */
export const openWord: Word = { text: "$", isOpen: true, isGlob: false };

/** Together. */
export function both(...all: readonly Runs[]): Runs {
	return {
		files: all.flatMap((one) => one.files ?? []),
		scripts: all.flatMap((one) => one.scripts ?? []),
		code: all.flatMap((one) => one.code ?? []),
		inline: all.flatMap((one) => one.inline ?? []),
		texts: all.flatMap((one) => one.texts ?? []),
		calls: all.flatMap((one) => one.calls ?? []),
		writes: all.flatMap((one) => one.writes ?? []),
		loads: all.find((one) => one.loads)?.loads,
		unknown: all.find((one) => one.unknown)?.unknown,
	};
}

/** The arguments of a program, told apart: options with the value that belongs to them, and the rest in their order. */
export interface Options {
	/** Values by option, as `--name` or `-n`. */
	values(...names: readonly string[]): readonly Word[];
	has(...names: readonly string[]): boolean;
	readonly rest: readonly Word[];
}

/** `valued`: options that take the next argument. `stops`: what stands behind the first plain argument is left alone. */
export function readOptions(args: readonly Word[], valued: readonly string[], stops = false): Options {
	const given: { readonly name: string; readonly value?: Word }[] = [];
	const rest: Word[] = [];
	for (let at = 0; at < args.length; at++) {
		const arg = args[at]!;
		const { text } = arg;
		if (text === "--") {
			rest.push(...args.slice(at + 1));
			break;
		}
		if (!text.startsWith("-") || text === "-") {
			rest.push(arg);
			if (!stops) continue;
			rest.push(...args.slice(at + 1));
			break;
		}
		const [, long, value] = /^(--?[^=]+)=([\s\S]*)$/.exec(text) ?? [];
		const short = valued.find((name) => /^-\w$/.test(name) && text.startsWith(name) && text.length > 2);
		if (long !== undefined) given.push({ name: long, value: { ...arg, text: value! } });
		else if (valued.includes(text)) given.push({ name: text, value: args[++at] });
		else if (short) given.push({ name: short, value: { ...arg, text: text.slice(2) } });
		else given.push({ name: text });
	}
	return {
		values: (...names) => given.flatMap(({ name, value }) => (names.includes(name) && value ? [value] : [])),
		has: (...names) => given.some(({ name }) => names.includes(name)),
		rest,
	};
}

/** The files of a folder whose names fit, for configuration that comes in many spellings. */
export async function namesLike(
	{ contents }: Reading,
	folder: string,
	patterns: readonly (string | RegExp)[],
): Promise<readonly string[]> {
	const plain = patterns.filter((pattern) => typeof pattern === "string");
	const spellings = patterns.filter((pattern) => typeof pattern !== "string");
	const names = spellings.length > 0 ? await contents.names(folder) : [];
	return [...plain, ...names.filter((name) => spellings.some((pattern) => pattern.test(name)))];
}
