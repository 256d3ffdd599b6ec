import { agentKind } from "../../core/agentKinds.ts";
import { Refusal } from "../../core/refusal.ts";
import { assignedChoice } from "../../core/rules/roster.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import { goalSandbox, onlyOutside, stricter } from "../policy/sandbox/goalSandbox.ts";
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
	if (mode === "required") {
		const roles = settings.assignments.filter(({ enabled }) => enabled).map(({ role }) => role);
		const choices = [settings.agent, ...roles.map((role) => assignedChoice(settings, role))];
		const outside = choices.find((choice) => agentKind(choice).runsTools === "agent");
		if (outside) throw new Refusal("noSandbox", onlyOutside(outside.provider));
	}
	const why = walls.kind === "outside" ? walls.why : undefined;
	return { settings: { ...settings, sandbox: mode }, notes: why === undefined ? [] : [`Commands run as you. ${why}`] };
}
