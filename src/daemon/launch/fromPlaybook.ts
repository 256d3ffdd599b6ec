import { agentKind, playbookAgent } from "../../core/agentKinds.ts";
import type { GoalEvent } from "../../core/events.ts";
import type { CheckId } from "../../core/ids.ts";
import type { GivenInputs, InputValue } from "../../core/inputs.ts";
import { parseModelRef } from "../../core/modelRef.ts";
import { Refusal } from "../../core/refusal.ts";
import { withRoleFiles } from "../../core/rules/roster.ts";
import { type LaunchSettings, resolve, type SettingsLayer } from "../../core/settings.ts";
import type { Assignment, CheckSpec } from "../../core/values.ts";
import { eitherWay, ways } from "../../core/ways.ts";
import { notRunNotes } from "../../core/words/notRun.ts";
import type { Methods, Params } from "../../protocol/methods.ts";
import { commandEnvironment } from "../commands/commandEnvironment.ts";
import { findProgram } from "../platform/findProgram.ts";
import type { AgentStep, Playbook } from "../playbook/parsePlaybook.ts";
import { describeProblem, type PlaybookProblem } from "../playbook/problem.ts";
import { notLooser } from "../presets/presets.ts";
import { withProviderIds } from "../roster/agentIds.ts";
import { requireProviders } from "../roster/requireProviders.ts";
import type { LaunchServices } from "./launchServices.ts";
import { type OfferedPreset, savedLayers } from "./layers.ts";
import { takenInputs } from "./takenInputs.ts";

/**
 * What a launch of a playbook comes to: its plan is known from the start. Its fixed steps need no model; where it hands
 * steps to agents, these are named as for any goal.
 */
export async function fromPlaybook(
	params: Params<Methods, "goal/launch">,
	given: GivenPlaybook,
	preset: OfferedPreset | undefined,
	files: readonly Assignment[],
	services: LaunchServices,
): Promise<Prepared> {
	const playbook = await readPlaybook(given);
	if (params.images.length > 0 && playbook.agents.length === 0)
		throw new Refusal(
			"badImage",
			`${given.path} hands no step to an agent, so that nobody would look at the images. Launch it without them.`,
		);
	const inputs = takenInputs(given.path, playbook.inputs, given.inputs ?? {});
	const [agent, ...rest] = playbookLayers(playbook, preset, services);
	const said = { source: { kind: "launch" as const }, settings: params.settings };
	const { settings: resolved } = resolve(agent ? [agent, said, ...rest] : [said, ...rest]);
	const settings = withAgents(given.path, playbook, resolved, files, services);
	// What the person names at launch comes on top of what the playbook says.
	const named = (params.settings.checks ?? []).map(
		(command, index): CheckSpec => ({ checkId: `goal.asked.${index + 1}` as CheckId, command }),
	);
	return {
		title: params.title ?? playbook.title,
		prompt: params.prompt.trim() || playbook.objective || playbook.title,
		settings: { ...settings, checks: named.map((check) => check.command) },
		inputs,
		following: [
			{
				type: "plan.proposed",
				revision: 1,
				summary: playbook.objective,
				steps: [...playbook.steps],
				checks: [...named, ...playbook.checks],
				...(playbook.notRun.length > 0 && { notRun: [...playbook.notRun] }),
			},
		],
		notes: notesOf(playbook),
	};
}

export interface Prepared {
	readonly title: string;
	readonly prompt: string;
	readonly settings: LaunchSettings;
	/** Of a playbook that asks for some. */
	readonly inputs?: readonly InputValue[];
	/** What is known from the start: a playbook's plan. */
	readonly following: readonly GoalEvent[];
	/** What a person should know of it. */
	readonly notes: readonly string[];
}

export interface GivenPlaybook {
	readonly path: string;
	readonly text: string;
	readonly inputs?: GivenInputs;
}

/** The playbook, or a refusal with every line that cannot be meant. The parser is loaded when it is first needed. */
export async function readPlaybook({ path, text }: GivenPlaybook): Promise<Playbook> {
	const { parsePlaybook } = await import("../playbook/parsePlaybook.ts");
	const playbook = parsePlaybook(text, path);
	const problems = "problems" in playbook ? playbook.problems : missingPrograms(playbook);
	if (problems.length > 0 || "problems" in playbook)
		throw new Refusal("badPlaybook", problems.map((problem) => describeProblem(path, problem)).join("\n"));
	return playbook;
}

function missingPrograms({ programs }: Playbook): readonly PlaybookProblem[] {
	const { PATH } = commandEnvironment(process.env);
	return programs
		.filter(({ name }) => findProgram(name, PATH) === undefined)
		.map(({ name, line }) => ({
			line,
			message: `this fence needs ${name}, which is not on this machine`,
			fix: `Install ${name}, or write the commands for sh.`,
		}));
}

function notesOf({ notRun, steps }: Playbook): readonly string[] {
	return notRunNotes([...notRun, ...steps.flatMap((step) => step.notRun ?? [])]);
}

/**
 * In order of precedence. First, where no step is handed to an agent, the agent, which cannot be chosen then; behind what
 * the launch itself says the rest. What the person chose for this launch counts before what the file says; what is always
 * taken, after it.
 */
export function playbookLayers(
	playbook: Playbook,
	preset: OfferedPreset | undefined,
	services: LaunchServices,
): [SettingsLayer | undefined, ...SettingsLayer[]] {
	const source = { kind: "playbook" } as const;
	const fromPreset = preset ? [{ source: preset.source, settings: preset.settings }] : [];
	const fromFile = { source, settings: notLooser(playbook.settings) };
	const said = preset?.isNamed ? [...fromPreset, fromFile] : [fromFile, ...fromPreset];
	if (playbook.agents.length === 0) return [{ source, settings: { agent: playbookAgent } }, ...said];
	return [undefined, ...said, ...savedLayers(services)];
}

/** With who does the steps that are handed to agents; refused where nobody could. */
export function withAgents(
	path: string,
	playbook: Playbook,
	settings: LaunchSettings,
	files: readonly Assignment[],
	services: LaunchServices,
): LaunchSettings {
	const { agents } = playbook;
	if (agents.length === 0) return settings;
	const own = agents.flatMap((step) => ownAssignment(step, services));
	const assignments = [
		...withRoleFiles(settings.assignments, files).filter(({ role }) => own.every((one) => one.role !== role)),
		...own,
	];
	const problems = agents.flatMap((step) => agentProblem(step, settings, assignments));
	if (problems.length > 0)
		throw new Refusal("noAgent", problems.map((problem) => describeProblem(path, problem)).join("\n"));
	requireProviders([settings.agent, ...assignments], services);
	return { ...settings, assignments };
}

function ownAssignment({ role, named }: AgentStep, services: LaunchServices): Assignment[] {
	const choice = named === undefined ? undefined : parseModelRef(named, services.isListed);
	const own = choice ? [{ role, enabled: true, ...choice, source: "playbook" }] : [];
	return withProviderIds(own, services);
}

const knownRoles: ReadonlySet<string> = new Set(["implementer", "researcher"]);

function agentProblem(
	{ title, role, named, line }: AgentStep,
	{ agent }: LaunchSettings,
	assignments: readonly Assignment[],
): PlaybookProblem[] {
	const who = `the step “${title.slice(0, 80)}”`;
	if (named !== undefined) return [];
	const assignment = assignments.find((one) => one.role === role);
	if (!assignment && !knownRoles.has(role)) {
		const fix = `Name who works in it by a preset, ${eitherWay(ways.roster)}, take its role file over by ${eitherWay(ways.roleFile)}, or write “agent: implementer”.`;
		return [{ line, message: `${who} is for the role “${role}”, which nobody has here`, fix }];
	}
	const provider = (assignment?.enabled ? assignment.provider : undefined) ?? agent.provider;
	if (agentKind({ provider }).takesRoles) return [];
	const fix = `Name one by ${eitherWay(ways.agent)}, or configure a provider in config.jsonc; its other steps need none.`;
	return [{ line, message: `${who} needs an agent (${role}), and none is set up`, fix }];
}
