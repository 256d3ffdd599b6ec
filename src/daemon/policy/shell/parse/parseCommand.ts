import { type CommandWord, commandWords } from "./commandWords.ts";
import { parseShell, type ShellState, type SimpleCommand } from "./simpleCommands.ts";

/** Where a command is to run, as far as its text depends on it. */
export interface Where {
	readonly workspace: string;
	readonly home: string | undefined;
}

/** A command's text, read once: everything that is judged about it is judged by this. */
export interface ParsedCommand extends Where {
	readonly text: string;
	/** What stands when it begins. */
	readonly start: ShellState;
	/** What a shell would run, in its order. */
	readonly commands: readonly SimpleCommand[];
	/** Why it is not known what the text does. Such a command is asked about each time. */
	readonly problem?: string;
	/** Its words, quotes and operators taken away; there are some for every text. */
	readonly words: readonly CommandWord[];
}

export function parseCommand(text: string, { workspace, home }: Where): ParsedCommand {
	const start = { folders: [workspace], variables: new Map(home === undefined ? [] : [["HOME", home]]) };
	return { text, workspace, home, start, ...parseShell(text, start), words: commandWords(text, home) };
}
