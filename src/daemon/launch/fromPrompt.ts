import { agentKind } from "../../core/agentKinds.ts";
import { Refusal } from "../../core/refusal.ts";
import { primaryOfRoster, withRoleFiles } from "../../core/rules/roster.ts";
import { type LaunchSettings, type PartialLaunchSettings, resolve, type Sources } from "../../core/settings.ts";
import type { Assignment } from "../../core/values.ts";
import { eitherWay, ways } from "../../core/ways.ts";
import { requireProviders } from "../roster/requireProviders.ts";
import type { LaunchServices } from "./launchServices.ts";
import { type OfferedPreset, savedLayers } from "./layers.ts";

/** What a launch of a prompt comes to, each value with where it is from. Whether it can be done is not looked at. */
export function settingsOfPrompt(
	said: PartialLaunchSettings,
	preset: OfferedPreset | undefined,
	files: readonly Assignment[],
	services: LaunchServices,
): { readonly settings: LaunchSettings; readonly sources: Sources; readonly saved: readonly string[] } {
	const saved = savedLayers(services);
	const layers = [{ source: { kind: "launch" as const }, settings: said }, ...(preset ? [preset] : []), ...saved];
	const { settings, sources } = resolve(layers);
	const assignments = withRoleFiles(settings.assignments, files);
	const primary = isNobody(settings) ? primaryOfRoster(assignments) : undefined;
	const notes = saved.flatMap((layer) => layer.notes);
	if (!primary || !("agent" in primary)) return { settings: { ...settings, assignments }, sources, saved: notes };
	return {
		settings: { ...settings, assignments, agent: primary.agent },
		sources: { ...sources, agent: { kind: "default", name: "the roster's implementer" } },
		saved: notes,
	};
}

/** Refuses what no agent could do, with what `saved` says of agents that were named and are gone. */
export function requireAgents(settings: LaunchSettings, saved: readonly string[], services: LaunchServices): void {
	if (isNobody(settings)) throw new Refusal("noAgent", [...saved, noAgentText(settings)].join(" "));
	requireProviders([settings.agent, ...settings.assignments], services);
}

/** Why a prompt cannot be launched with these settings; undefined where it can. */
export function noAgentNote(settings: LaunchSettings): string | undefined {
	const { assignments } = settings;
	return isNobody(settings) && !("agent" in primaryOfRoster(assignments)) ? noAgentText(settings) : undefined;
}

function isNobody({ agent }: LaunchSettings): boolean {
	return !agentKind(agent).readsMessages;
}

function noAgentText({ assignments }: LaunchSettings): string {
	const primary = primaryOfRoster(assignments);
	if (!("lacking" in primary) || assignments.every(({ enabled, model }) => !enabled || model === undefined))
		return "No agent is set up for a prompt. Configure a provider in config.jsonc or set OPENAI_API_KEY, or launch a playbook, which needs no model.";
	return `The roster names no agent for ${primary.lacking.join(", ")}, and there is no primary agent to do it. Name one by ${eitherWay(ways.agent)}, or give each of these roles a provider and a model.`;
}
