import * as v from "valibot";
import { playbookAgent } from "./agentKinds.ts";
import { GivenLimits } from "./budgetLimits.ts";
import { GoalIdSchema } from "./ids.ts";
import { SandboxMode } from "./sandbox.ts";
import { Assignment, Autonomy, BudgetLimits, ModelChoice, PlanApproval, Priority, ProposedServers } from "./values.ts";

/**
 * Launch settings have one schema. A preset, the last goal, the saved default, a playbook's front matter and the form
 * are partial layers of it; `resolve` gives every value with the layer it came from.
 */
export const LaunchSettings = v.object({
	priority: Priority,
	agent: ModelChoice,
	assignments: v.array(Assignment),
	autonomy: Autonomy,
	planApproval: PlanApproval,
	/** What happens to an unfinished goal when the daemon starts again. */
	restart: v.picklist(["resume", "pause"]),
	/** Goals of earlier versions do not say it. */
	proposedServers: v.optional(ProposedServers, "ask"),
	/** Goals of earlier versions do not say it: they ran without. */
	sandbox: v.optional(SandboxMode, "off"),
	budget: BudgetLimits,
	/** Acceptance checks, as commands. */
	checks: v.array(v.string()),
});
export type LaunchSettings = v.InferOutput<typeof LaunchSettings>;

/** What is not said stays open for the next layer. */
export const PartialLaunchSettings = v.partial(
	v.object({
		...LaunchSettings.entries,
		proposedServers: ProposedServers,
		sandbox: SandboxMode,
		budget: GivenLimits,
	}),
);
export type PartialLaunchSettings = v.InferOutput<typeof PartialLaunchSettings>;

export const defaultSettings: LaunchSettings = {
	priority: "normal",
	agent: playbookAgent,
	assignments: [],
	autonomy: "aware",
	planApproval: "lowConfidence",
	restart: "resume",
	proposedServers: "ask",
	sandbox: "off",
	budget: {},
	checks: [],
};

/**
 * Where a value came from: what the launch itself said, a preset (`name`), the last goal of the workspace (`goalId`), a
 * role file (`name`, `path`), the agent in config.jsonc, the primary agent that a role inherits, a playbook, or none of these.
 */
export const Source = v.object({
	kind: v.picklist(["launch", "preset", "lastGoal", "roleFile", "savedDefault", "primaryAgent", "playbook", "default"]),
	name: v.optional(v.string()),
	path: v.optional(v.string()),
	goalId: v.optional(GoalIdSchema),
});
export type Source = v.InferOutput<typeof Source>;

export const SettingsLayer = v.object({ source: Source, settings: PartialLaunchSettings });
export type SettingsLayer = v.InferOutput<typeof SettingsLayer>;

/** One source for each setting. An agent comes whole, from one source. */
export const Sources = v.object({
	priority: Source,
	agent: Source,
	assignments: Source,
	autonomy: Source,
	planApproval: Source,
	restart: Source,
	proposedServers: v.optional(Source, { kind: "default" }),
	sandbox: v.optional(Source, { kind: "default" }),
	budget: Source,
	checks: Source,
} satisfies Record<keyof LaunchSettings, unknown>);
export type Sources = v.InferOutput<typeof Sources>;

/** The first layer that has a value wins; what none has comes from the defaults, with the source `default`. */
export function resolve(layers: readonly SettingsLayer[]): {
	readonly settings: LaunchSettings;
	readonly sources: Sources;
} {
	const settings: Record<string, unknown> = {};
	const sources: Record<string, Source> = {};
	for (const key of Object.keys(defaultSettings) as (keyof LaunchSettings)[]) {
		const layer = layers.find((candidate) => candidate.settings[key] !== undefined);
		settings[key] = layer ? layer.settings[key] : defaultSettings[key];
		sources[key] = layer ? layer.source : { kind: "default" };
	}
	return { settings: settings as LaunchSettings, sources: sources as Sources };
}
