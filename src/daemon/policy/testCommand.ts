import type { Autonomy, Risk } from "../../core/values.ts";
import { commandActs } from "./rules/commandActs.ts";
import type { Rules } from "./rules/decide.ts";
import { withLinkedPaths } from "./rules/linkedPaths.ts";
import { parseCommand } from "./shell/parse/parseCommand.ts";
import { forbiddenCommand } from "./shell/rules/forbidden.ts";
import { withLinkedRisk } from "./shell/rules/linkedRisk.ts";
import { commandRisk } from "./shell/rules/risk.ts";

export interface CommandTrial {
	readonly risk: Risk;
	readonly reasons: readonly string[];
	readonly verdict: "allow" | "ask" | "deny";
	readonly rule?: string;
}

export interface TrialAt {
	readonly workspace: string;
	readonly autonomy: Autonomy;
	readonly isSandboxed: boolean;
	readonly home: string | undefined;
	readonly dataFolder: string;
}

/** What would come of a command of an agent, by rules alone: what people approved for longer has no part in it. */
export async function testCommand(
	text: string,
	rules: Rules,
	{ home, dataFolder, ...at }: TrialAt,
): Promise<CommandTrial> {
	const command = parseCommand(text, { workspace: at.workspace, home });
	const judged = await withLinkedRisk(await commandRisk(command), command);
	const { risk, reasons } = judged;
	const forbidden = await forbiddenCommand(command, dataFolder);
	if (forbidden !== undefined) return { risk, reasons: [forbidden, ...reasons], verdict: "deny", rule: "built in" };
	const acts = await withLinkedPaths(commandActs(command, "runCommand", judged), at.workspace);
	const { effect, rule } = rules.decide(acts, at);
	return { risk, reasons, verdict: effect, rule: rule?.name };
}
