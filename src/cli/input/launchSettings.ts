import path from "node:path";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import { readAgent } from "./agentName.ts";
import type { OptionValues } from "./commandRow.ts";
import type { Context } from "./context.ts";
import { budgetOption, listOption, readText, textOption } from "./given.ts";

/** What a launch and a preset can be told. What is left out stays out, so that a playbook's or a default's value counts. */
export async function launchSettings(context: Context, options: OptionValues): Promise<PartialLaunchSettings> {
	const checks = listOption(options, "check");
	const roster = textOption(options, "roster");
	const agent = textOption(options, "agent");
	return JSON.parse(
		JSON.stringify({
			priority: options.priority,
			autonomy: options.autonomy,
			planApproval: options.planApproval,
			restart: options.restart,
			proposedServers: options.proposedServers,
			sandbox: options.sandbox,
			agent: agent === undefined ? undefined : await readAgent(context, agent),
			budget: budgetOption(options, "budget"),
			checks,
			assignments: roster === undefined ? undefined : await rosterOf(path.resolve(context.cwd, roster)),
		}),
	);
}

async function rosterOf(file: string): Promise<PartialLaunchSettings["assignments"]> {
	const { readRoster } = await import("./rosterFile.ts");
	return readRoster(readText(file, "roster file"), file);
}
