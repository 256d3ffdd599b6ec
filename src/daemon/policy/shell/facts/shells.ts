import type { Word } from "../parse/simpleCommands.ts";
import { both, type Invocation, type Program, type Runs, readOptions } from "./program.ts";

/** Shells, and what they run: a text, a file, or what they are given to read. */
export const shells: readonly Program[] = [
	{ names: ["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish"], read: shell },
	{ names: ["source", "."], read: ({ args }) => script(args[0]) },
	{
		names: ["eval"],
		read: ({ args }) =>
			args.some((arg) => arg.isOpen)
				? { unknown: "it runs text that is only known when it runs" }
				: { texts: [{ text: args.map((arg) => arg.text).join(" ") }] },
	},
	{ names: ["trap"], read: ({ args }) => (args[0] ? textOf(args[0]) : {}) },
];

function shell({ args, input }: Invocation): Runs {
	const valued = ["--rcfile", "--init-file", "-o", "+o", "-O"];
	const isText = (text: string) => /^-[a-zA-Z]*c$/.test(text);
	const at = args.findIndex(
		(arg, index) => isText(arg.text) && args.slice(0, index).every(({ text }) => /^[-+]/.test(text)),
	);
	const options = readOptions(at < 0 ? args : args.slice(0, at), valued, true);
	const started: Runs = { scripts: options.values("--rcfile", "--init-file").map(({ text }) => text) };
	if (at >= 0) return both(started, args[at + 1] ? textOf(args[at + 1]!) : {});
	if (options.rest[0] && options.rest[0].text !== "-") return both(started, script(options.rest[0]));
	if (options.has("--version", "--help")) return {};
	return both(
		started,
		input === undefined ? { unknown: "a shell runs what it is given to read" } : { texts: [{ text: input }] },
	);
}

function script(file: Word | undefined): Runs {
	if (!file) return {};
	return file.isOpen ? { unknown: "which script it runs is only known when it runs" } : { scripts: [file.text] };
}

function textOf(word: Word): Runs {
	return word.isOpen ? { unknown: "it runs text that is only known when it runs" } : { texts: [{ text: word.text }] };
}
