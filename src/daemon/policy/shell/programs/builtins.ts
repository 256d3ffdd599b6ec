import { known, openWord } from "../tree/script.ts";
import type { Call, Judgement, Row } from "./row.ts";
import { environment } from "./variables.ts";

/** What a shell does itself. */
export const builtins: readonly Row[] = [
	{ names: "cd pushd popd dirs", risk: "read", operands: "text" },
	{ names: "[ [[ test ((", risk: "read", operands: "text", asks: false, judge: tested },
	{
		names: "exit return break continue shift jobs times umask ulimit bg fg disown caller logout wait",
		risk: "read",
		operands: "text",
	},
	{
		names: "local readonly typeset declare unset getopts let read mapfile readarray",
		risk: "read",
		operands: "text",
		judge: variables,
	},
	{
		names: "hash complete compopt",
		risk: "read",
		operands: "text",
		judge: ({ args }, judgement) => {
			if (args.some(({ text }) => /^-[a-zA-Z]*[pCFW]/.test(text)))
				judgement.add("dangerous", "says what is run for a name");
		},
	},
	{
		names: "shopt",
		risk: "read",
		operands: "text",
		judge: ({ args }, judgement) => {
			if (args.some(({ text }) => /^-[a-zA-Z]*s|[\uFFFB\uFFFC]/.test(text)))
				judgement.unsure("it changes how the shell reads");
		},
	},
	{
		names: "export setenv",
		risk: "read",
		operands: "text",
		judge: ({ args, command, name }, judgement) => {
			if (command.assignments.length === 0 && !args.some(({ text }) => /^[A-Za-z]/.test(text)))
				judgement.add("dangerous", environment);
			for (const word of args) {
				const [, variable, value] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(word.text) ?? [];
				if (variable !== undefined) judgement.variable(variable, { ...word, text: value! });
				else if (word.isOpen) judgement.unsure("which variable it sets is not known beforehand");
				else if (name === "export" && plainName.test(word.text)) judgement.variable(word.text, openWord);
			}
			if (name === "setenv" && args[0]) judgement.variable(args[0].text, args[1] ?? args[0]);
		},
	},
	{
		names: "set",
		risk: "read",
		operands: "text",
		judge: ({ args }, judgement) => {
			if (args.length === 0) judgement.add("dangerous", environment);
		},
	},
	{
		names: "compgen",
		risk: "dangerous",
		reason: "runs a command, or shows the environment",
		operands: "text",
	},
	{
		names: "alias",
		risk: "read",
		operands: "text",
		judge: ({ args }, judgement) => {
			for (const word of args) {
				const value = /^[^=]+=([\s\S]*)$/.exec(word.text)?.[1];
				if (value !== undefined) judgement.script({ ...word, text: value });
				else if (known(word) === undefined) judgement.unsure("what it gives a name to is not known beforehand");
			}
		},
	},
	{ names: "unalias", risk: "read", operands: "text" },
	{
		names: "enable bind fc history",
		risk: "dangerous",
		reason: "shows or runs earlier commands, or loads more into the shell",
		operands: "text",
	},
];

/** What is the name of a variable may hold a command: `a[$(id)]`. */
const plainName = /^[A-Za-z_]\w*$/;
const worksOut = "it works out the name of a variable, which may run a command";

function tested({ args }: Call, judgement: Judgement): void {
	for (const [at, { text }] of args.entries())
		if (/^-[vR]$/.test(text) && args[at + 1] && !plainName.test(args[at + 1]!.text)) judgement.unsure(worksOut);
}

function variables({ name, args, command }: Call, judgement: Judgement): void {
	const isListed =
		/^(declare|typeset|readonly|local)$/.test(name) &&
		command.assignments.length === 0 &&
		(!args.some(({ text }) => /^\w/.test(text)) || args.some(({ text }) => /^-[a-zA-Z]*p/.test(text)));
	if (isListed) judgement.add("dangerous", environment);
	if (/^(mapfile|readarray)$/.test(name) && args.some(({ text }) => text.startsWith("-C")))
		judgement.add("dangerous", "runs a command for each line");
	if (args.some(({ text }) => /\[/.test(text))) judgement.unsure(worksOut);
	if (/^(read|mapfile|readarray|getopts)$/.test(name))
		for (const { text } of args) if (plainName.test(text)) judgement.variable(text, openWord);
	if (name === "let" && args.some(({ text }) => !/^[\w+\-*/%=<> ]+$/.test(text))) judgement.unsure(worksOut);
	if (/^(declare|typeset|local)$/.test(name) && args.some(({ text }) => /^-[a-zA-Z]*n/.test(text)))
		judgement.unsure("it gives variables other names");
	if (
		args.some(({ text }) => /^-[a-zA-Z]*i/.test(text)) &&
		command.assignments.some(({ value }) => !/^-?\d*$/.test(value.text))
	)
		judgement.unsure("it works out a value, which may run a command");
}
