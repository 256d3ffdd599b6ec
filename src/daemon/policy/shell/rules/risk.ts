import type { ParsedCommand } from "../parse/parseCommand.ts";
import { loadGrammars } from "../tree/grammars.ts";
import type { CommandRisk } from "./findings.ts";
import { riskOf } from "./riskOf.ts";

/**
 * What a command may do, as its text says it to the shell that runs it. Where one of the two readings of it finds
 * something that it cannot read, nothing about it is certain.
 */
export async function commandRisk({ text, workspace, home, problem }: ParsedCommand): Promise<CommandRisk> {
	const dialect = process.platform === "win32" ? "cmd" : "bash";
	const risk = riskOf({ text, workspace, home, dialect }, await loadGrammars());
	if (problem === undefined || !risk.certain) return risk;
	const reasons = [...risk.reasons.filter((reason) => reason !== "only reads"), `cannot be read for sure: ${problem}`];
	return { ...risk, risk: risk.risk === "read" ? "write" : risk.risk, reasons, certain: false };
}
