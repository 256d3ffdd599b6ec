import * as v from "valibot";
import { StepIdSchema } from "../core/ids.ts";
import { InputSpec, InputValue } from "../core/inputs.ts";
import { LaunchSettings, PartialLaunchSettings, SettingsLayer, Source, Sources } from "../core/settings.ts";
import { CheckSpec, Effort, ModelChoice, NotRun, PlanStep } from "../core/values.ts";

/** What a form needs before a launch: the values that it begins with, and where each of them came from. */

export const Preset = v.object({
	name: v.string(),
	source: v.picklist(["user", "repository"]),
	settings: PartialLaunchSettings,
	/** Taken when a launch names none. */
	isDefault: v.boolean(),
	path: v.string(),
	/** The file of a preset of the repository with the same name, which does not count beside this one. */
	hides: v.optional(v.string()),
});

/** Something wrong in a file, which cost no more than what it stands in. */
export const SettingsProblem = v.object({
	path: v.string(),
	/** From 1. */
	line: v.number(),
	/** From 1, where it is known. */
	column: v.optional(v.number()),
	message: v.string(),
	fix: v.optional(v.string()),
});
export type SettingsProblem = v.InferOutput<typeof SettingsProblem>;

/** A role that can be assigned. What its `settings` leave open is the primary agent's. */
export const RoleOffer = v.object({
	role: v.string(),
	about: v.string(),
	instructions: v.optional(v.string()),
	source: Source,
	/** As an assignment says it: the preset's name, or the role file's path in the workspace. */
	from: v.optional(v.string()),
	settings: v.optional(
		v.object({ provider: v.optional(v.string()), model: v.optional(v.string()), effort: v.optional(Effort) }),
	),
});
export type RoleOffer = v.InferOutput<typeof RoleOffer>;

/** What one launch would take, without its being launched. */
export const LaunchPreview = v.object({
	settings: LaunchSettings,
	sources: Sources,
	/** What the launch would say: what was left out, and who may give no answer. */
	notes: v.array(v.string()),
	/** Why it would be refused. */
	refusal: v.optional(v.object({ code: v.string(), message: v.string() })),
});
export type LaunchPreview = v.InferOutput<typeof LaunchPreview>;

export const LaunchPreparation = v.object({
	settings: LaunchSettings,
	sources: Sources,
	/** In order of precedence: a form can go back to what any of them says. */
	layers: v.array(SettingsLayer),
	roles: v.array(RoleOffer),
	/** The preset that was taken. */
	preset: v.optional(v.string()),
	presets: v.array(Preset),
	/** What was named and cannot be had here, and what was taken instead. */
	notes: v.array(v.string()),
	problems: v.array(SettingsProblem),
	/** Of the launch that was given. */
	preview: v.optional(LaunchPreview),
	/** What the playbook that was given would run. Its checks are those of the whole goal. */
	playbook: v.optional(
		v.object({
			title: v.string(),
			objective: v.string(),
			steps: v.array(PlanStep),
			checks: v.array(CheckSpec),
			/** Code before the first step, which is not run. Each step says what is not run of it. */
			notRun: v.optional(v.array(NotRun), []),
			/** What it asks for, and the values that a launch like this would take. */
			inputs: v.optional(v.array(InputSpec), []),
			values: v.optional(v.array(InputValue), []),
			/** Steps that are handed to agents, with who would do each; nobody where none is set up. */
			agents: v.optional(v.array(v.object({ stepId: StepIdSchema, agent: v.optional(ModelChoice) })), []),
		}),
	),
});
export type LaunchPreparation = v.InferOutput<typeof LaunchPreparation>;
