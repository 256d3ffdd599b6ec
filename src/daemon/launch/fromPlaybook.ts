import { playbookAgent } from "../../core/agentKinds.ts";
import type { GoalEvent } from "../../core/events.ts";
import type { CheckId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { type LaunchSettings, resolve, type SettingsLayer } from "../../core/settings.ts";
import type { CheckSpec } from "../../core/values.ts";
import { notRunNotes } from "../../core/words/notRun.ts";
import type { Methods, Params } from "../../protocol/methods.ts";
import { commandEnvironment } from "../commands/commandEnvironment.ts";
import { findProgram } from "../commands/findProgram.ts";
import type { Playbook } from "../playbook/parsePlaybook.ts";
import { describeProblem, type PlaybookProblem } from "../playbook/problem.ts";
import { notLooser } from "../presets/presets.ts";
import type { OfferedPreset } from "./layers.ts";

/** What a launch of a playbook comes to: its plan is known from the start, and its agent needs no model. */
export async function fromPlaybook(
	params: Params<Methods, "goal/launch">,
	given: GivenPlaybook,
	preset: OfferedPreset | undefined,
): Promise<Prepared> {
	const playbook = await readPlaybook(given);
	const [agent, ...rest] = playbookLayers(playbook, preset);
	const { settings } = resolve([agent, { source: { kind: "launch" }, settings: params.settings }, ...rest]);
	// What the person names at launch comes on top of what the playbook says.
	const named = (params.settings.checks ?? []).map(
		(command, index): CheckSpec => ({ checkId: `goal.asked.${index + 1}` as CheckId, command }),
	);
	return {
		title: params.title ?? playbook.title,
		prompt: params.prompt.trim() || playbook.objective || playbook.title,
		settings: { ...settings, checks: named.map((check) => check.command) },
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
	/** What is known from the start: a playbook's plan. */
	readonly following: readonly GoalEvent[];
	/** What a person should know of it. */
	readonly notes: readonly string[];
}

export interface GivenPlaybook {
	readonly path: string;
	readonly text: string;
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
 * In order of precedence: the agent, which cannot be chosen, and behind what the launch itself says the rest. What the
 * person chose for this launch counts before what the file says; what is always taken, after it.
 */
export function playbookLayers(
	playbook: Playbook,
	preset: OfferedPreset | undefined,
): [SettingsLayer, ...SettingsLayer[]] {
	const source = { kind: "playbook" } as const;
	const fromPreset = preset ? [{ source: preset.source, settings: preset.settings }] : [];
	const fromFile = { source, settings: notLooser(playbook.settings) };
	return [
		{ source, settings: { agent: playbookAgent } },
		...(preset?.isNamed ? [...fromPreset, fromFile] : [fromFile, ...fromPreset]),
	];
}
