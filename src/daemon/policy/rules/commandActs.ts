import { pathsIn } from "../shell/parse/commandWords.ts";
import type { ParsedCommand } from "../shell/parse/parseCommand.ts";
import type { CommandRisk } from "../shell/rules/findings.ts";
import type { Act } from "./act.ts";

/** A line of a shell as rules look at it: each of its commands, also those inside of others. */
export function commandActs({ words, home }: ParsedCommand, tool: string, whole: CommandRisk): readonly Act[] {
	const paths = pathsIn(words, home);
	const acts = whole.parts.map(
		(part): Act => ({
			kind: "command",
			tool,
			// In a text that is not read for sure no part of it is.
			risk: whole.certain ? part.risk : whole.risk,
			isCertain: whole.certain && part.certain,
			words: part.words,
			paths,
		}),
	);
	if (acts.length > 0) return acts;
	return [{ kind: "command", tool, risk: whole.risk, isCertain: whole.certain, words: [], paths }];
}
