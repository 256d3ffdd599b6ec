import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { GoalEvent } from "../../protocol/events.ts";
import type { CheckId, GoalId, GrantId } from "../../protocol/ids.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import { parseModelRef } from "../../protocol/modelRef.ts";
import { type LaunchSettings, type PartialLaunchSettings, playbookAgent, resolve } from "../../protocol/settings.ts";
import type { Actor, CheckSpec } from "../../protocol/values.ts";
import { crashPoint } from "../crashPoint.ts";
import { sha256 } from "../engine/digest.ts";
import { Refusal } from "../engine/refusal.ts";
import { describeProblem, parsePlaybook } from "../playbook/parsePlaybook.ts";
import { notLooser } from "../presets/presets.ts";
import { requireProviders } from "./roster.ts";
import type { Services } from "./services.ts";

/** Prepares a durable execution context: everything is checked, resolved and stored before the launch is acknowledged. */
export async function launch(
	params: Params<Methods, "goal/launch">,
	services: Services,
	by: Actor,
): Promise<Result<Methods, "goal/launch">> {
	const workspace = await workspaceFolder(params.workspace, services.about.folder);
	if (params.settings.checks?.some((command) => command.trim() === ""))
		throw new Refusal("emptyCheck", "A check is empty. Name the command that it runs, or leave it out.");
	const preset = await chosenPreset(params.preset, workspace, services);
	const prepared = params.playbook
		? fromPlaybook(params, params.playbook, preset)
		: fromPrompt(params, services, preset);
	const proposed = services.newId<GoalId>("g");
	const goalId = params.requestId ? await services.store.requestOnce(params.requestId, proposed) : proposed;
	crashPoint("launch.named");
	const { title, prompt, settings, following } = prepared;
	const taken = { preset: preset?.name, notes: preset?.notes.length ? [...preset.notes] : undefined };
	const playbook = params.playbook && { ...params.playbook, sha256: textHash(params.playbook.text) };
	const events: GoalEvent[] = [
		{ type: "goal.launched", goalId, title, prompt, workspace, settings, playbook, ...taken, by },
		...(playbook && params.grantPlaybook
			? [
					{
						type: "grant.added" as const,
						grantId: services.newId<GrantId>("r"),
						scope: "goal" as const,
						kind: "playbook" as const,
						subject: playbook.sha256,
						files: {},
						by,
					},
				]
			: []),
		...following,
	];
	await services.supervisor.launch(goalId, events);
	return { goalId, notes: [...(preset?.notes ?? [])] };
}

interface ChosenPreset {
	readonly name: string;
	readonly isNamed: boolean;
	/** Without what cannot be had here. */
	readonly settings: PartialLaunchSettings;
	readonly notes: readonly string[];
}

/** The preset that the person named, else the default one. A provider that is missing takes one field with it, and is told. */
async function chosenPreset(
	named: string | undefined,
	workspace: string,
	{ presets, isProvider }: Services,
): Promise<ChosenPreset | undefined> {
	const { presets: known, problems } = await presets.list(workspace);
	const found = known.find((preset) => (named === undefined ? preset.isDefault : preset.name === named));
	if (!found) {
		if (named === undefined) return undefined;
		const broken = problems.find((problem) => path.basename(problem.path, ".yaml") === named);
		if (broken) throw new Refusal("badPreset", `${broken.path}:${broken.line}: ${broken.message}`);
		throw new Refusal("unknownPreset", `There is no preset “${named}”. \`mission presets\` lists them.`);
	}
	const { name, settings } = found;
	const notes: string[] = [];
	const isMissing = (provider: string | undefined) => provider !== undefined && !isProvider(provider);
	const gone = (what: string, provider: string | undefined) =>
		notes.push(`The preset “${name}” names the provider “${provider}”${what}, which is not set up here.`);
	const agent = isMissing(settings.agent?.provider) ? undefined : settings.agent;
	if (settings.agent && !agent) gone(" for the primary agent", settings.agent.provider);
	const assignments = settings.assignments?.map((one) => {
		if (!isMissing(one.provider)) return { ...one, source: "preset" };
		gone(` for the ${one.role}, who works with the primary agent instead`, one.provider);
		return { ...one, provider: undefined, model: undefined, effort: undefined, source: "preset" };
	});
	return { name, isNamed: named !== undefined, settings: { ...settings, agent, assignments }, notes };
}

interface Prepared {
	readonly title: string;
	readonly prompt: string;
	readonly settings: LaunchSettings;
	/** What is known from the start: a playbook's plan. */
	readonly following: readonly GoalEvent[];
}

function fromPlaybook(
	params: Params<Methods, "goal/launch">,
	{ path, text }: { path: string; text: string },
	preset: ChosenPreset | undefined,
): Prepared {
	const fromPreset = preset ? [{ source: "preset", settings: preset.settings }] : [];
	const playbook = parsePlaybook(text, path);
	if ("problems" in playbook) {
		throw new Refusal("badPlaybook", playbook.problems.map((problem) => describeProblem(path, problem)).join("\n"));
	}
	const { settings } = resolve([
		{ source: "launch", settings: params.settings },
		// What the person chose for this launch counts before what the file says; what is always taken, after it.
		...(preset?.isNamed ? fromPreset : []),
		{ source: "playbook", settings: notLooser(playbook.settings) },
		...fromPreset,
	]);
	// What the person names at launch comes on top of what the playbook says.
	const named = (params.settings.checks ?? []).map(
		(command, index): CheckSpec => ({ checkId: `goal.asked.${index + 1}` as CheckId, command }),
	);
	return {
		title: params.title ?? playbook.title,
		prompt: params.prompt.trim() || playbook.objective || playbook.title,
		settings: { ...settings, agent: playbookAgent, checks: named.map((check) => check.command) },
		following: [
			{
				type: "plan.proposed",
				revision: 1,
				summary: playbook.objective,
				steps: [...playbook.steps],
				checks: [...named, ...playbook.checks],
			},
		],
	};
}

function fromPrompt(
	params: Params<Methods, "goal/launch">,
	services: Services,
	preset: ChosenPreset | undefined,
): Prepared {
	const prompt = params.prompt.trim();
	if (prompt === "") throw new Refusal("emptyPrompt", "The prompt is empty. Say what the goal is, or name a playbook.");
	const primary = services.primaryAgent();
	const inherited = primary ? parseModelRef(primary, services.isListed) : undefined;
	const { settings } = resolve([
		{ source: "launch", settings: params.settings },
		...(preset ? [{ source: "preset", settings: preset.settings }] : []),
		...(inherited ? [{ source: "config", settings: { agent: inherited } }] : []),
	]);
	if (settings.agent.provider === "builtin") {
		throw new Refusal(
			"noAgent",
			"No agent is set up for a prompt. Configure a provider in config.jsonc or set OPENAI_API_KEY, or launch a playbook, which needs no model.",
		);
	}
	requireProviders([settings.agent, ...settings.assignments], services);
	return { title: params.title ?? firstLine(prompt), prompt, settings, following: [] };
}

function firstLine(prompt: string): string {
	const line = prompt.split("\n", 1)[0]!.trim();
	return line.length > maxTitle ? `${line.slice(0, maxTitle - 1).trimEnd()}…` : line;
}

const maxTitle = 80;

function textHash(text: string): string {
	return sha256(Buffer.from(text));
}

async function workspaceFolder(folder: string, dataFolder: string): Promise<string> {
	if (!path.isAbsolute(folder))
		throw new Refusal("noFolder", `“${folder}” is no whole path. Name the folder from its root on.`);
	const found = await realpath(folder).catch(() => undefined);
	const info = found ? await stat(found) : undefined;
	if (!found || !info)
		throw new Refusal("noFolder", `The folder ${folder} is not there. Open an existing folder and launch again.`);
	if (!info.isDirectory()) throw new Refusal("noFolder", `${folder} is a file. A goal works in a folder.`);
	const own = await realpath(dataFolder);
	if (found === own || found.startsWith(own + path.sep)) {
		throw new Refusal("noFolder", "Goals cannot work in the folder in which they are kept. Choose another one.");
	}
	return found;
}
