/**
 * What a text tells a shell to do, the same for every shell: each command that would be run, wherever it stands. Who reads
 * it needs no grammar. What is not known beforehand is marked in words and said in `problems`; nothing is run.
 */
export interface Script {
	/** In the order of the text; those of substitutions before the command that they stand in. */
	readonly commands: readonly Command[];
	/** Why it is not known for sure what the text does. */
	readonly problems: readonly string[];
	/** Names that the text itself gives to commands, which stand in `commands`. */
	readonly functions: ReadonlySet<string>;
	readonly aliases: ReadonlyMap<string, string>;
	/** Whose values it asks for, and does not set itself. */
	readonly variables: ReadonlySet<string>;
}

/** What is known before the text begins. */
export interface Start {
	readonly folders: readonly string[];
	readonly home: string | undefined;
	readonly input?: Input;
}

export type Dialect = "bash" | "powershell" | "cmd";

export interface Command {
	readonly dialect: Dialect;
	/** Program and arguments. None where there are only assignments or redirections. */
	readonly words: readonly Word[];
	readonly assignments: readonly Assignment[];
	readonly redirects: readonly Redirect[];
	/** What it is given to read. */
	readonly input?: Input;
	/** What it stands in, the outermost first. */
	readonly within: readonly Place[];
	/** Absolute; more than one where a change of folder may fail, none where it is unknown. */
	readonly folders: readonly string[];
}

export type Place = "subshell" | "substitution" | "function" | "branch" | "loop" | "pipe" | "background";

export interface Word {
	/** With `open` or `listed` where something is not known. */
	readonly text: string;
	/** Not all of it is known. */
	readonly isOpen: boolean;
	/** It has wildcards. */
	readonly isGlob: boolean;
	/** It may come to several words, or to none. */
	readonly maySplit: boolean;
}

export interface Assignment {
	readonly name: string;
	readonly value: Word;
}

export interface Redirect {
	/** Without the number of what is redirected: `>`, `>>`, `<`, `<>`. */
	readonly kind: "read" | "write" | "append" | "both";
	readonly target: Word;
}

export type Input =
	/** What another command prints; which, where that is one simple command. */
	| { readonly kind: "pipe"; readonly from?: Command }
	/** A here-document or a here-string. */
	| { readonly kind: "text"; readonly word: Word }
	| { readonly kind: "file"; readonly word: Word };

/** Stands in a word for what is not known. */
export const open = "\uFFFC";
/** Stands in a word for names of files of the folder: what `find` or `git ls-files` prints. */
export const listed = "\uFFFB";

export function textWord(text: string): Word {
	return { text, isOpen: false, isGlob: false, maySplit: false };
}

export const openWord: Word = { text: open, isOpen: true, isGlob: false, maySplit: true };
export const listedWord: Word = { text: listed, isOpen: true, isGlob: false, maySplit: true };

/** What the word says, if nothing in it is left to chance. */
export function known(word: Word | undefined): string | undefined {
	return word && !word.isOpen && !word.isGlob ? word.text : undefined;
}

/** For people. */
export function shown({ text }: Word): string {
	const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
	return short.replaceAll(/[\uFFFB\uFFFC]/g, "…").replaceAll(/\s+/g, " ");
}
