import { agentKind } from "../../core/agentKinds.ts";
import { Refusal } from "../../core/refusal.ts";
import { assignedChoice } from "../../core/rules/roster.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import { agentPlace, goalSandbox, stricter } from "../policy/sandbox/goalSandbox.ts";
import type { LaunchServices } from "./launchServices.ts";

/** The settings with what config.jsonc requires of all goals, and what a person should know. Refused where it cannot be had. */
export async function requireSandbox(
	settings: LaunchSettings,
	workspace: string,
	{ sandbox, config }: Pick<LaunchServices, "sandbox" | "config">,
): Promise<{ readonly settings: LaunchSettings; readonly notes: readonly string[] }> {
	const mode = stricter(settings.sandbox, config.sandbox);
	const walls = await goalSandbox(sandbox, { mode, workspace }, config.sandbox);
	if (walls.kind === "refused") throw new Refusal("noSandbox", walls.reason);
	const why = walls.kind === "outside" ? walls.why : undefined;
	const notes = why === undefined ? programs(settings).flatMap(aboutProgram) : [`Commands run as you. ${why}`];
	return { settings: { ...settings, sandbox: mode }, notes };

	function aboutProgram(agent: string): readonly string[] {
		const place = agentPlace(walls, mode, agent);
		if (place.kind === "refused") throw new Refusal("noSandbox", place.reason);
		if (place.kind === "outside")
			return walls.kind === "inside" ? [`${agent} runs as you, outside of the sandbox.`] : [];
		return place.inside.network ? [] : [`${agent} works in a sandbox without the network: ${noModel}`];
	}
}

const noModel =
	"it does not reach its model, unless that is a part of it. “network” under “sandbox” in config.jsonc says so.";

/** Who starts commands by itself. */
function programs(settings: LaunchSettings): readonly string[] {
	const roles = settings.assignments.filter(({ enabled }) => enabled).map(({ role }) => role);
	const choices = [settings.agent, ...roles.map((role) => assignedChoice(settings, role))];
	return [...new Set(choices.filter((one) => agentKind(one).runsTools === "agent").map(({ provider }) => provider))];
}
