import { Command, CommanderError } from "commander";
import { commands, groups } from "./commands.ts";
import type { CommandRow, OptionValues } from "./input/commandRow.ts";
import { type Context, createContext } from "./input/context.ts";
import { asFailure, exitCodes, wrongUsage } from "./terminal/failure.ts";
import { createOutput, type Output } from "./terminal/output.ts";

/** Runs one command line to its exit code. */
export async function runCommandLine(typed: readonly string[]): Promise<number> {
	const { args, json } = takeJson(typed);
	const output = createOutput(process, json);
	const program = buildProgram(output, async (row, given, options) => {
		const context = createContext(output);
		try {
			await row.run(context, given, options);
		} finally {
			context.close();
		}
	});
	try {
		await program.parseAsync(args, { from: "user" });
		return exitCodes.done;
	} catch (cause) {
		if (cause instanceof CommanderError) return endOfParsing(cause, program, args, output);
		const failure = asFailure(cause);
		output.failure(failure);
		if (failure.code === "bug" || process.env.MISSION_LOG === "trace") output.aside(failure.stack ?? "");
		return failure.exitCode;
	} finally {
		output.end();
	}
}

type Act = (row: CommandRow, args: readonly string[], options: OptionValues, context?: Context) => Promise<void>;

/** The tree of commands, from the table. */
export function buildProgram(output: Output, act: Act): Command {
	const program = new Command("mission")
		.description("Launch, watch, steer and audit long-running goals.")
		.helpOption("-h, --help", "show help")
		.helpCommand("help [command]", "show help of a command")
		.showSuggestionAfterError(true);
	const parents = new Map<string, Command>();
	for (const [name, about] of Object.entries(groups)) {
		parents.set(name, quiet(program.command(name).description(about)));
	}
	for (const row of commands) {
		const words = row.name.split(" ");
		const parent = words.length === 2 ? parents.get(words[0] ?? "") : program;
		if (!parent) throw new Error(`The command ${row.name} has no group.`);
		const command = quiet(
			parent.command(words.at(-1) ?? "", { isDefault: row.isDefault ?? false }).description(row.about),
		);
		for (const [name, about] of row.arguments ?? []) command.argument(name, about);
		for (const { flags, about, many, choices } of row.options ?? []) {
			const option = command.createOption(flags, about);
			if (choices) option.choices(choices);
			if (many) option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);
			command.addOption(option);
		}
		command.option("--json", "print JSON");
		command.allowExcessArguments(false);
		command.action((...given: unknown[]) => {
			const parsed = given.at(-1) as Command;
			return act(row, given.slice(0, -2).flat() as string[], parsed.opts() as OptionValues);
		});
	}
	return quiet(program);

	/** Nothing is printed and nothing exits by itself: both have one place. */
	function quiet(command: Command): Command {
		return command.exitOverride().configureOutput({
			writeOut: (text) => output.raw({ help: text }, text),
			writeErr: () => undefined,
			outputError: () => undefined,
		});
	}
}

function endOfParsing(cause: CommanderError, program: Command, args: readonly string[], output: Output): number {
	if (cause.exitCode === 0) return exitCodes.done;
	if (cause.code === "commander.help") {
		const named = args.find((arg) => !arg.startsWith("-"));
		const asked = program.commands.find((command) => command.name() === named) ?? program;
		const called = asked === program ? "mission" : `mission ${asked.name()}`;
		const names = asked.commands.map((command) => command.name()).join(", ");
		output.failure(
			wrongUsage(
				`Name a command of \`${called}\`: ${names}. \`${called} --help\` says what each does.`,
				asked.helpInformation().trimEnd(),
			),
		);
		return exitCodes.usage;
	}
	const text = cause.message.replace(/^error: /, "").replace(/\n\((.*)\)$/s, " ($1)");
	const sentence = text.charAt(0).toUpperCase() + text.slice(1);
	const help = `mission ${commandNamed(program, args)}--help`;
	output.failure(
		wrongUsage(`${/[.?)!]$/.test(sentence) ? sentence : `${sentence}.`} \`${help}\` says how it is used.`),
	);
	return exitCodes.usage;
}

function commandNamed(program: Command, args: readonly string[]): string {
	let command = program;
	const named: string[] = [];
	for (const arg of args) {
		const next = command.commands.find((candidate) => candidate.name() === arg);
		if (!next) break;
		command = next;
		named.push(`${arg} `);
	}
	return named.join("");
}

/** `--json` may stand anywhere, and is known before the rest is read: a wrong command line is answered in that form too. */
function takeJson(typed: readonly string[]): { readonly args: readonly string[]; readonly json: boolean } {
	const end = typed.includes("--") ? typed.indexOf("--") : typed.length;
	const args = typed.filter((arg, index) => arg !== "--json" || index > end);
	return { args, json: args.length < typed.length };
}
