import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agentKind } from "../../core/agentKinds.ts";
import { possibleLimits } from "../../core/budgetLimits.ts";
import type { Goal } from "../../core/goal.ts";
import { parseModelRef } from "../../core/modelRef.ts";
import { Refusal } from "../../core/refusal.ts";
import type { PartialLaunchSettings, SettingsLayer, Source } from "../../core/settings.ts";
import type { Assignment } from "../../core/values.ts";
import { bothWays, ways } from "../../core/ways.ts";
import { configNotes, configSentence } from "../../protocol/config.ts";
import { type RoleFiles, readRoleFiles } from "../roles/roleFiles.ts";
import { withAgentIds } from "../roster/agentIds.ts";
import type { LaunchServices } from "./launchServices.ts";

/**
 * Where launch settings can come from beside the launch itself. Each source loses what it names and cannot be had here,
 * field by field, and says so.
 */
export interface Offered extends SettingsLayer {
	readonly notes: readonly string[];
}

export interface OfferedPreset extends Offered {
	readonly name: string;
	readonly isNamed: boolean;
}

/** The preset that was named, else the default one; an empty name is none. */
export async function presetLayer(
	named: string | undefined,
	workspace: string,
	services: LaunchServices,
): Promise<OfferedPreset | undefined> {
	if (named === "") return undefined;
	const { presets: known, problems } = await services.presets.list(workspace);
	const found = known.find((preset) => (named === undefined ? preset.isDefault : preset.name === named));
	if (!found) {
		if (named === undefined) return undefined;
		const broken = problems.find((problem) => path.basename(problem.path, ".yaml") === named);
		if (broken) throw new Refusal("badPreset", `${broken.path}:${broken.line}: ${broken.message}`);
		throw new Refusal("unknownPreset", `There is no preset “${named}”. ${bothWays(ways.presets)} list them.`);
	}
	const { name, settings } = found;
	const source: Source = { kind: "preset", name, path: found.path };
	const marked = settings.assignments?.map((one) => ({ ...one, source: "preset", from: name }));
	const whole = marked ? { ...settings, assignments: marked } : settings;
	return { name, isNamed: named !== undefined, source, ...available(`The preset “${name}”`, whole, services) };
}

/** What the newest goal of the workspace was launched with. A playbook's has no agent to give. */
export async function lastGoalLayer(workspace: string, services: LaunchServices): Promise<Offered | undefined> {
	const last = services.supervisor.summaries().find((summary) => summary.workspace === workspace);
	if (!last) return undefined;
	const goal = await services.supervisor.goal(last.goalId);
	const source: Source = { kind: "lastGoal", goalId: last.goalId, name: goal.title };
	return { source, ...available(`The last goal here, “${goal.title}”,`, settingsOf(goal), services) };
}

function settingsOf({ settings }: Goal): PartialLaunchSettings {
	const { agent, assignments, proposedServers, sandbox, ...others } = settings;
	// That one asked, or had no walls, is no wish against what config.jsonc says for all of them.
	const rest = {
		...others,
		proposedServers: proposedServers === "leaveOut" ? proposedServers : undefined,
		sandbox: sandbox === "required" ? sandbox : undefined,
	};
	// A playbook's own steps named their agents themselves.
	const kept = assignments.filter(({ source }) => source !== "playbook");
	const possible = { ...rest, budget: possibleLimits(rest.budget) };
	return agentKind(agent).takesRoles ? { ...possible, agent, assignments: kept } : possible;
}

/**
 * What config.jsonc says: the agent, or where it names none the first model listed there, which no person chose; and the
 * roster; whether proposed MCP servers are left out; and the sandbox. They are layers, since each has a source of its own.
 */
export function savedLayers(services: LaunchServices): readonly Offered[] {
	const { agent: name, isAgentSaved, roster, proposedServers, sandbox } = services.config;
	const agent = name === undefined ? undefined : parseModelRef(name, services.isListed);
	const chosen: Source = { kind: "savedDefault" };
	const listed: Source = { kind: "default", name: "the first model listed" };
	const said: readonly [Source, PartialLaunchSettings | undefined][] = [
		[isAgentSaved ? chosen : listed, agent && { agent }],
		[chosen, roster && { assignments: [...roster] }],
		[chosen, proposedServers && { proposedServers }],
		[chosen, sandbox.use && { sandbox: sandbox.use }],
	];
	return said.flatMap(([source, settings]) =>
		settings ? [{ source, ...available("config.jsonc", settings, services) }] : [],
	);
}

/** Nothing is launched while config.jsonc might mean other limits than those in force; what else is wrong is said. */
export function configLaunchNotes({ config, policyProblem }: LaunchServices): readonly string[] {
	if (policyProblem !== undefined) throw new Refusal("badPolicy", policyProblem);
	config.refresh();
	const state = config.state();
	const blocking = state.problems.filter(({ blocks }) => blocks);
	if (blocking.length === 0 || state.keptFrom) return configNotes(state);
	throw new Refusal(
		"badConfig",
		`${blocking.map(configSentence).join(" ")} Nothing is launched until it is corrected: ${bothWays(ways.config)} show it.`,
	);
}

export function roleFilesOf(workspace: string, services: LaunchServices): Promise<RoleFiles> {
	const { isProvider, listedModels, listProviders, about } = services;
	async function asked() {
		const late = sleep(maxAskingMs, undefined, { ref: false });
		await Promise.race([listProviders(false).catch(() => undefined), late]);
		return listedModels();
	}
	return readRoleFiles(workspace, [about.folder], { listed: listedModels, asked, isProvider });
}

/** A form waits no longer for providers that are slow. */
const maxAskingMs = 2000;

/** Without the providers that are missing: each takes one field with it. */
function available(
	who: string,
	said: PartialLaunchSettings,
	services: LaunchServices,
): { readonly settings: PartialLaunchSettings; readonly notes: readonly string[] } {
	const { isProvider } = services;
	const settings = withAgentIds(said, services);
	const notes: string[] = [];
	const isMissing = (provider: string | undefined) => provider !== undefined && !isProvider(provider);
	const gone = (what: string, provider: string | undefined) =>
		notes.push(`${who} names the provider “${provider}”${what}, which is not set up here.`);
	const agent = isMissing(settings.agent?.provider) ? undefined : settings.agent;
	if (settings.agent && !agent) gone(" for the primary agent", settings.agent.provider);
	const assignments = settings.assignments?.map((one): Assignment => {
		if (!isMissing(one.provider)) return one;
		gone(` for the ${one.role}, who works with the primary agent instead`, one.provider);
		return { ...one, provider: undefined, model: undefined, effort: undefined };
	});
	return { settings: { ...settings, agent, assignments }, notes };
}
