import type { Risk } from "../../../core/values.ts";
import { pathsIn } from "../shell/parse/commandWords.ts";
import type { ParsedCommand } from "../shell/parse/parseCommand.ts";
import type { Act } from "./act.ts";

/** A line of a shell as rules look at it: each of its commands, and each file that its output goes to. */
export function commandActs(command: ParsedCommand, tool: string, risk: Risk): readonly Act[] {
	const { commands, problem, words, home } = command;
	const paths = pathsIn(words, home);
	const known = problem === undefined;
	const acts = commands.map(
		(one): Act => ({
			kind: "command",
			tool,
			risk,
			isCertain: known,
			words: one.words.map(({ text, isOpen }) => (isOpen ? undefined : text)),
			paths,
		}),
	);
	return acts.length > 0 ? acts : [{ kind: "command", tool, risk, isCertain: false, words: [undefined], paths }];
}
