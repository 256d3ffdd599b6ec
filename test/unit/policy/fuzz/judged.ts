import { commandActs } from "../../../../src/daemon/policy/rules/commandActs.ts";
import { rulesOf } from "../../../../src/daemon/policy/rules/decide.ts";
import { parseCommand } from "../../../../src/daemon/policy/shell/parse/parseCommand.ts";
import type { CommandRisk } from "../../../../src/daemon/policy/shell/rules/findings.ts";
import { riskOf } from "../../../../src/daemon/policy/shell/rules/riskOf.ts";
import { type Grammars, loadGrammars } from "../../../../src/daemon/policy/shell/tree/grammars.ts";
import type { Dialect } from "../../../../src/daemon/policy/shell/tree/script.ts";

export interface Judged extends CommandRisk {
	/** Where it would run without a question: where reads pass, or behind walls, where also writing does. */
	readonly passes: readonly ("aware" | "autonomous in a sandbox")[];
}

const where = { workspace: "/house/code/app", home: "/house" };
const rules = rulesOf({ user: { rules: [], workspaces: {} } });

/** Judges by the syntax tree alone: what the other reading of a command holds back must not be missed here. */
export async function openJudge(): Promise<(text: string, dialect?: Dialect) => Judged> {
	const grammars: Grammars = await loadGrammars();
	return (text, dialect = "bash") => {
		const risk = riskOf({ text, ...where, dialect }, grammars);
		const acts = commandActs(parseCommand(text, where), "runCommand", risk);
		const passes = (autonomy: "aware" | "autonomous", isSandboxed: boolean) =>
			rules.decide(acts, { workspace: where.workspace, autonomy, isSandboxed }).effect === "allow";
		return {
			...risk,
			passes: [
				...(passes("aware", false) ? (["aware"] as const) : []),
				...(passes("autonomous", true) ? (["autonomous in a sandbox"] as const) : []),
			],
		};
	};
}
