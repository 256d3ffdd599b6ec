import type { Risk } from "../../../../core/values.ts";
import type { Command, Dialect, Input, Word } from "../tree/script.ts";

/**
 * What is known of a program, or of several that are alike: what it does when nothing says otherwise, which options and
 * operands make it more, and of what runs others, how the other is found. A program without a row is asked about.
 */
export interface Row {
	/** With blanks between. */
	readonly names: string;
	readonly risk: Risk;
	/** What it does, as the end of “it …”. */
	readonly reason?: string;
	/**
	 * Options that count, `-o --output`. Behind each that takes a value stands `=`, or `==` for two values, of which the
	 * second counts, or `?` where a value is only ever glued on: `-ofile`, `--output=file`.
	 */
	readonly options?: Readonly<Record<string, Effect>>;
	/**
	 * Other options that take the next word for a value. An option that does not always is better left out: then the word
	 * counts for what it is.
	 */
	readonly valued?: string;
	/** Other options that take nothing, or only what is glued on; those whose names begin like those of `options`. */
	readonly flags?: string;
	/** An option that is not in the row may take the next word: then nothing is sure. So it is with `verbs`. */
	readonly isStrict?: boolean;
	/** With one of these alone, or `--version` or `--help`, it only tells of itself. `false`: also then it may do more. */
	readonly asks?: string | false;
	/**
	 * `single`: long options have one dash. `dashless`: also the first word may be options, as tar's. `slash`: options begin
	 * with a slash, and take nothing.
	 */
	readonly style?: "single" | "dashless" | "slash";
	/** Options end where operands begin. */
	readonly stops?: boolean;
	/** What its operands are. By default files, which are read. */
	readonly operands?: Operands;
	/** By its first operand. Of one that is not here nothing is known. */
	readonly verbs?: Readonly<Record<string, Verb>>;
	/** What is known of other verbs, or of none; otherwise they are asked about. */
	readonly anyVerb?: Verb;
	/** Beside all that. */
	readonly judge?: (call: Call, judgement: Judgement) => void;
}

export type Verb = Omit<Row, "names">;

/**
 * `files` are read, and what is in them is hardly shown. `shown` is what is in them, so that it counts which they are. The
 * first of `pattern` is none. `written` are changed or made, of `copied` the last one. `text` is no file.
 */
export type Operands = "files" | "shown" | "pattern" | "written" | "copied" | "text";

export interface Effect {
	readonly risk: Risk;
	readonly reason: string;
	/** What its value is, beside a file that is read. */
	readonly value?: "written" | "script" | "program" | "text";
}

/** One use of a program. */
export interface Call {
	/** As the row knows it. */
	readonly name: string;
	/** All that stand behind the program, options and operands. */
	readonly args: readonly Word[];
	readonly operands: readonly Word[];
	readonly workspace: string;
	/** Whether one of the options is given. */
	has(...names: string[]): boolean;
	/** Its values, each as often as it is given. */
	values(...names: string[]): readonly Word[];
	readonly input: Input | undefined;
	readonly command: Command;
}

/** What is found out about a command. */
export interface Judgement {
	add(risk: Risk, reason: string): void;
	/** It cannot be read for sure. */
	unsure(reason: string): void;
	/** Another program is run with these words. */
	run(words: readonly Word[], input?: Input): void;
	/** A text is given to a shell. */
	script(text: Word | undefined, dialect?: Dialect): void;
	/** A file is made or changed. */
	write(file: Word, reason?: string): void;
	/** A file is read. */
	read(file: Word, isShown: boolean): void;
	/** A variable is set for what runs. */
	variable(name: string, value: Word): void;
}

const effect =
	(risk: Risk) =>
	(reason: string, value?: Effect["value"]): Effect => ({ risk, reason, value });

/** Effects of options, by risk. */
export const read = effect("read");
export const write = effect("write");
export const network = effect("network");
export const dangerous = effect("dangerous");

export const writesFile = write("writes a file", "written");
export const runsOther = dangerous("runs another program", "program");
