import path from "node:path";
import { agentKind } from "../../core/agentKinds.ts";
import { Refusal } from "../../core/refusal.ts";
import { assignedChoice, withRoleFiles } from "../../core/rules/roster.ts";
import { type LaunchSettings, resolve, type SettingsLayer, type Source } from "../../core/settings.ts";
import type { Assignment, ModelChoice } from "../../core/values.ts";
import { capital } from "../../core/words/capital.ts";
import type { LaunchPreview, RoleOffer, SettingsProblem } from "../../protocol/launchDefaults.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import type { Playbook } from "../playbook/parsePlaybook.ts";
import type { FileRole } from "../roles/roleFiles.ts";
import { withAgentIds } from "../roster/agentIds.ts";
import { withPossibleEfforts } from "../roster/possibleEfforts.ts";
import { type GivenPlaybook, playbookLayers, readPlaybook, withAgents } from "./fromPlaybook.ts";
import { noAgentNote, requireAgents, settingsOfPrompt } from "./fromPrompt.ts";
import { namedRoles, workspaceFolder } from "./launch.ts";
import type { LaunchServices } from "./launchServices.ts";
import { lastGoalLayer, type OfferedPreset, presetLayer, roleFilesOf, savedLayers } from "./layers.ts";
import { previewOf } from "./preview.ts";
import { readGivenInputs } from "./takenInputs.ts";

/**
 * What a form begins with. Only a form asks for the last goal and for role files: a launch that shows nothing must not
 * take over what a person allowed some other goal, nor what was committed to the repository.
 */
export async function prepareLaunch(
	{ workspace: folder, preset: named, playbook, ...given }: Params<Methods, "launch/prepare">,
	services: LaunchServices,
): Promise<Result<Methods, "launch/prepare">> {
	const workspace = await workspaceFolder(folder, services.about.folder);
	// A launch takes what config.jsonc says at that moment.
	services.config.refresh();
	const launch = given.launch && { ...given.launch, settings: withAgentIds(given.launch.settings, services) };
	const said = { ...withAgentIds(given, services), launch };
	if (playbook) return preparePlaybook(playbook, workspace, { preset: named, ...said }, services);
	const [preset, lastGoal, files, known, taken] = await Promise.all([
		presetLayer(named, workspace, services),
		lastGoalLayer(workspace, services),
		roleFilesOf(workspace, services),
		services.presets.list(workspace),
		namedRoles(said.roles, workspace, services),
	]);
	const offered = [preset, lastGoal, ...savedLayers(services)].filter((layer) => layer !== undefined);
	const builtIn = files.roles.filter(({ assignment }) => Object.hasOwn(builtInRoles, assignment.role));
	const layers: SettingsLayer[] = [
		...offered.map(({ source, settings }) => ({ source, settings })),
		...(builtIn.length > 0 ? [fileLayer(builtIn)] : []),
	];
	const { settings, sources } = resolve(layers);
	const above = resolve(offered);
	const assignments = withRoleFiles(
		above.settings.assignments,
		builtIn.map(({ assignment }) => assignment),
	);
	const efforts = withPossibleEfforts({ ...settings, assignments }, services);
	const notes = [
		...offered.flatMap((layer) => layer.notes),
		...files.notes,
		...files.roles.flatMap((role) => role.notes),
		...efforts.notes,
	];
	const nobody = noAgentNote({ ...settings, assignments });
	if (nobody) notes.push(nobody);
	return {
		settings: { ...settings, assignments },
		sources,
		layers,
		roles: rolesOf(assignments, above.sources.assignments, files.roles, workspace),
		preset: preset?.name,
		presets: [...known.presets],
		notes,
		problems: [...configProblems(services), ...known.problems, ...files.problems],
		preview: said.launch && (await previewPrompt(said.launch, workspace, preset, taken, services)),
	};
}

function previewPrompt(
	{ settings: said, hasImages }: NonNullable<Params<Methods, "launch/prepare">["launch"]>,
	workspace: string,
	preset: OfferedPreset | undefined,
	files: Awaited<ReturnType<typeof namedRoles>>,
	services: LaunchServices,
): Promise<LaunchPreview> {
	const { settings, sources, saved } = settingsOfPrompt(said, preset, files.assignments, services);
	const notes = [...(preset?.notes ?? []), ...files.notes];
	const require = () => requireAgents(settings, saved, services);
	return previewOf({ settings, sources, workspace, hasImages, notes, require }, services);
}

/** A playbook says itself what runs; no role file, no other goal and no saved agent has a part in it. */
async function preparePlaybook(
	given: GivenPlaybook,
	workspace: string,
	{
		preset: named,
		agent,
		assignments,
		roles,
		launch,
	}: Omit<Params<Methods, "launch/prepare">, "workspace" | "playbook">,
	services: LaunchServices,
): Promise<Result<Methods, "launch/prepare">> {
	const playbook = await readPlaybook(given);
	const [preset, known] = await Promise.all([
		presetLayer(named, workspace, services),
		services.presets.list(workspace),
	]);
	const files = await namedRoles(roles, workspace, services);
	const [fixed, ...rest] = playbookLayers(playbook, preset, services);
	const own = launch?.settings ?? { agent, assignments };
	const isSaid = Object.values(own).some((value) => value !== undefined);
	const said: SettingsLayer[] = isSaid ? [{ source: { kind: "launch" }, settings: own }] : [];
	const layers = [...(fixed ? [fixed] : []), ...said, ...rest];
	const { settings: resolved, sources } = resolve(layers);
	const { settings, problem } = await agentsOf(given.path, playbook, resolved, files.assignments, workspace, services);
	const { values, problems: wrong } = readGivenInputs(playbook.inputs, given.inputs ?? {});
	const efforts = withPossibleEfforts(settings, services);
	const { title, objective, steps, checks, notRun, inputs } = playbook;
	// As the launch does it: a preset's checks are about what a prompt makes.
	const ownChecks = checks.map(({ command }) => command);
	const notes = [...(preset?.notes ?? []), ...files.notes];
	const ofChecks: Source = { kind: ownChecks.length > 0 ? "playbook" : own.checks ? "launch" : "default" };
	const asked = {
		settings: { ...settings, checks: [...(own.checks ?? []), ...ownChecks] },
		sources: { ...sources, checks: ofChecks },
		workspace,
		hasImages: launch?.hasImages === true,
		notes,
		require() {
			if (problem) throw problem;
		},
	};
	return {
		settings: { ...efforts.settings, checks: ownChecks },
		sources: { ...sources, checks: { kind: "playbook" } },
		layers,
		roles: rolesOf(settings.assignments, sources.assignments, [], workspace),
		preset: preset?.name,
		presets: [...known.presets],
		notes: [...notes, ...efforts.notes, ...(problem ? [problem.message] : [])],
		problems: [
			...configProblems(services),
			...known.problems,
			...wrong.map((one) => ({ path: given.path, line: one.line, message: `${capital(one.message)}.`, fix: one.fix })),
		],
		preview: launch && (await previewOf(asked, services)),
		playbook: {
			title,
			objective,
			steps: [...steps],
			checks: [...checks],
			notRun: [...notRun],
			inputs: [...inputs],
			values: [...values],
			agents: playbook.agents.map(({ stepId, role }) => ({ stepId, agent: workerIn(efforts.settings, role) })),
		},
	};
}

/** Who does the steps that are for agents; where nobody could, the sentence with which a launch would be refused. */
async function agentsOf(
	path: string,
	playbook: Playbook,
	settings: LaunchSettings,
	files: readonly Assignment[],
	workspace: string,
	services: LaunchServices,
): Promise<{ readonly settings: LaunchSettings; readonly problem?: Refusal }> {
	try {
		return { settings: withAgents(path, playbook, settings, files, services) };
	} catch (cause) {
		if (!(cause instanceof Refusal)) throw cause;
		// A role file takes part only where a launch names it.
		const { roles } = await roleFilesOf(workspace, services);
		const open = roles.filter(({ assignment: { role } }) => playbook.agents.some((step) => step.role === role));
		const hint = open.length > 0 ? ` ${open.map((role) => role.path).join(", ")} describes it.` : "";
		return { settings, problem: new Refusal(cause.code, `${cause.message}${hint}`) };
	}
}

function workerIn(settings: LaunchSettings, role: string): ModelChoice | undefined {
	const choice = assignedChoice(settings, role);
	return agentKind(choice).takesRoles ? choice : undefined;
}

/** A mistake in config.jsonc is the form's to say before the launch says it. */
function configProblems({ config }: LaunchServices): SettingsProblem[] {
	const { path: file, problems } = config.state();
	return problems.map(({ line, column, message }) => ({ path: file, line, column, message }));
}

const builtInRoles: Readonly<Record<string, string>> = {
	planner: "Makes the plan: its steps, what they need, their checks.",
	implementer: "Does the work of a step.",
	reviewer: "Looks at each step's result, and at the goal's, without having done the work.",
	researcher: "Finds something out for another role; it only reads.",
};

function fileLayer(roles: readonly FileRole[]): SettingsLayer {
	const name = roles.map((role) => path.posix.basename(role.path)).join(", ");
	return { source: { kind: "roleFile", name }, settings: { assignments: roles.map(({ assignment }) => assignment) } };
}

/** Every role there is: those built in, those that are assigned, those of files. */
function rolesOf(
	assignments: readonly Assignment[],
	assigned: Source,
	files: readonly FileRole[],
	workspace: string,
): RoleOffer[] {
	const names = new Set([
		...Object.keys(builtInRoles),
		...assignments.map(({ role }) => role),
		...files.map(({ assignment }) => assignment.role),
	]);
	return [...names].map((role) => {
		const file = files.find(({ assignment }) => assignment.role === role);
		const assignment = assignments.find((one) => one.role === role) ?? file?.assignment;
		const fromFile = assignment?.source === "roleFile" ? file : undefined;
		const source: Source = fromFile
			? { kind: "roleFile", name: path.posix.basename(fromFile.path), path: path.join(workspace, fromFile.path) }
			: assignment
				? assigned
				: { kind: "primaryAgent" };
		const { provider, model, effort } = assignment ?? {};
		return {
			role,
			about: file?.about || builtInRoles[role] || "",
			instructions: assignment?.instructions,
			source,
			from: assignment?.from,
			settings: model || effort ? { provider, model, effort } : undefined,
		};
	});
}
