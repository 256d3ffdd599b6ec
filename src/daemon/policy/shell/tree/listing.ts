import { type Command, known } from "./script.ts";

/** Whether a command prints nothing but names of files below its folder: what is done with each is then known well enough. */
export function listing(command: Command): boolean {
	const [first, ...args] = command.words.map(known);
	if (first === undefined || args.some((arg) => arg === undefined || /^[/~]|\.\.|\.(ssh|aws|gnupg|env)/.test(arg)))
		return false;
	if (command.assignments.length > 0) return false;
	if (lists[first]?.(args as string[])) return true;
	const { input } = command;
	return (
		filters[first]?.(args as string[]) === true &&
		input?.kind === "pipe" &&
		input.from !== undefined &&
		listing(input.from)
	);
}

const lists: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
	find: (args) => {
		const names = args.filter((_, at) => /^-i?name$/.test(args[at - 1] ?? ""));
		const isPlain =
			names.length > 0 && names.every((name) => /\.\w+$/.test(name) && !/(env|pem|key|p12|pfx|rc)$/.test(name));
		return isPlain && !args.some((arg) => /^-(exec|ok|fprint|fls|printf|print0?f|delete|L|files0)/.test(arg));
	},
	fd: (args) => !args.some((arg) => /^-(x|X|L|-exec|-follow|H|-hidden|-format|u|-unrestricted)/.test(arg)),
	ls: (args) => args.every((arg) => !arg.startsWith("-") || /^-[1rtSU]+$/.test(arg)),
	// What is hidden, ignored or unknown to git may be secret.
	rg: (args) =>
		args.some((arg) => /^(--files|--files-with-matches|-l)$/.test(arg)) &&
		!args.some((arg) => /^--(pre|hid|no-|unr|g|ig|fol|sea)|^-[^-]*[.ugLz]/.test(arg)),
	grep: (args) => {
		const names = args.filter((arg) => !arg.startsWith("-")).slice(1);
		const isPlain = args.every((arg) => !arg.startsWith("-") || /^(--files-with-matches|-[liEFwsiL]+)$/.test(arg));
		return isPlain && args.some((arg) => /^-.*l|^--f/.test(arg)) && names.length > 0 && names.every(isPlainFile);
	},
	git: ([verb, ...args]) =>
		(verb === "ls-files" &&
			args.every((arg) => !arg.startsWith("-") || /^(-[mdz]|--(modified|deleted|full-name))$/.test(arg))) ||
		(verb === "diff" && args.includes("--name-only") && !args.some((arg) => /^--(o|no-i)/.test(arg))),
};

function isPlainFile(name: string): boolean {
	return /^[\w*][\w./*-]*\.\w+$/.test(name) && !/(^|\/)\.|(env|pem|key|p12|pfx|rc|json|ya?ml)$/.test(name);
}

/** Programs that hand on some of the lines that they read, whole, and read no file. */
const filters: Readonly<Record<string, (args: readonly string[]) => boolean>> = {
	grep: matching,
	egrep: matching,
	...Object.fromEntries("head tail sort uniq tac shuf".split(" ").map((name) => [name, handsOn])),
};

function matching(args: readonly string[]): boolean {
	const isPlain = args.every((arg) => !arg.startsWith("-") || /^(-[viEFPwxsq]+|-e|-m\d+|--invert-match)$/.test(arg));
	return isPlain && args.filter((arg) => !arg.startsWith("-")).length === 1;
}

function handsOn(args: readonly string[]): boolean {
	return args.every((arg) => /^-?\d+$|^-[nruzVh]+\d*$/.test(arg));
}
