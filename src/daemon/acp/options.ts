import { agentsOwnModel } from "../../core/agentKinds.ts";
import type { Effort, ModelChoice } from "../../core/values.ts";
import { type Fields, fieldsOf, listOf, textOf } from "./fields.ts";

/**
 * What can be chosen in a session, as its agent offers it: mode, model, effort. Newer agents have options with a
 * category, older ones a list of modes and of models. What is chosen is found by category and value, never by its place.
 */
export interface SessionOptions {
	readonly options: readonly Fields[];
	readonly modes: Fields;
	readonly models: Fields;
}

/** Of what `session/new` and its like answered; what it leaves out is as it was. */
export function optionsOf(answer: Fields, known: SessionOptions = noOptions): SessionOptions {
	return {
		options: Array.isArray(answer.configOptions) ? listOf(answer.configOptions) : known.options,
		modes: answer.modes ? fieldsOf(answer.modes) : known.modes,
		models: answer.models ? fieldsOf(answer.models) : known.models,
	};
}

export const noOptions: SessionOptions = { options: [], modes: {}, models: {} };

/** As the answer to a request that was written says, or, where it says nothing, as it was asked for. */
export function afterAnswer(known: SessionOptions, key: string, params: Fields, result: Fields): SessionOptions {
	const [method = ""] = key.split(":");
	if (["session/new", "session/load", "session/resume"].includes(method)) return optionsOf(result, known);
	const { modeId, modelId } = method.startsWith("session/set_") ? params : {};
	return withChange(known, { currentModeId: modeId, currentModelId: modelId, ...result });
}

/** As an update changes them. */
export function withChange(known: SessionOptions, change: Fields): SessionOptions {
	return {
		options: Array.isArray(change.configOptions) ? listOf(change.configOptions) : known.options,
		modes: textOf(change.currentModeId) ? { ...known.modes, currentModeId: change.currentModeId } : known.modes,
		models: textOf(change.currentModelId) ? { ...known.models, currentModelId: change.currentModelId } : known.models,
	};
}

/** One request that sets something. */
export interface Setting {
	readonly name: "mode" | "model" | "effort";
	readonly value: string;
	readonly method: "session/set_mode" | "session/set_model" | "session/set_config_option";
	/** Beside the session's id. */
	readonly params: Fields;
}

export interface Wanted extends Pick<ModelChoice, "model" | "effort"> {
	readonly mode?: string;
	/** The model was given to the program when it began. */
	readonly hasModel: boolean;
}

/** What is to be set next, a sentence why something cannot be, or undefined when all is as it is wanted. One at a time: each may change what the others can be. */
export function nextSetting(
	now: SessionOptions,
	wanted: Wanted,
	name: string,
): Setting | { problem: string } | undefined {
	if (wanted.mode !== undefined) {
		const mode = modeSetting(now, wanted.mode, name);
		if (mode) return mode;
	}
	if (wanted.model !== agentsOwnModel && !wanted.hasModel) {
		const model = modelSetting(now, wanted.model, name);
		if (model) return model;
	}
	return wanted.effort === undefined ? undefined : effortSetting(now, wanted.effort);
}

/** Why the effort that was chosen is left out. */
export function effortProblem(now: SessionOptions, effort: Effort, name: string): string | undefined {
	const option = byCategory(now, "thought_level");
	if (option && valueFor(option, effort)) return undefined;
	const offered = option ? ` It offers ${quoted(valuesOf(option).map(({ value }) => value))}.` : "";
	return `${name} cannot be asked for the effort “${effort}”, so it is left out.${offered}`;
}

/** The model that thinks in the session, as the agent names it. */
export function currentModel(now: SessionOptions): string | undefined {
	return textOf(byCategory(now, "model")?.currentValue) ?? textOf(now.models.currentModelId);
}

export function currentEffort(now: SessionOptions): string | undefined {
	return textOf(byCategory(now, "thought_level")?.currentValue);
}

export function currentMode(now: SessionOptions): string | undefined {
	return textOf(byCategory(now, "mode")?.currentValue) ?? textOf(now.modes.currentModeId);
}

function modeSetting(now: SessionOptions, mode: string, name: string): Setting | { problem: string } | undefined {
	if (currentMode(now) === mode) return undefined;
	const option = byCategory(now, "mode");
	if (option && valueFor(option, mode)) return configSetting("mode", option, mode);
	const modes = listOf(now.modes.availableModes).map(({ id }) => textOf(id));
	if (modes.includes(mode))
		return {
			name: "mode",
			value: mode,
			method: "session/set_mode",
			params: { modeId: mode },
		};
	const offered = [...modes, ...(option ? valuesOf(option).map(({ value }) => value) : [])];
	// One without modes has none that could act by itself, as far as it says.
	if (offered.length === 0) return undefined;
	return {
		problem: `${name} has no session mode “${mode}”, in which it would ask before it acts. It offers ${quoted(offered)}: name one as “mode” under “agents” in config.jsonc.`,
	};
}

function modelSetting(now: SessionOptions, model: string, name: string): Setting | { problem: string } | undefined {
	const option = byCategory(now, "model");
	const models = listOf(now.models.availableModels).map((one) => ({
		value: textOf(one.modelId) ?? "",
		name: textOf(one.name) ?? "",
	}));
	const found = option && valueFor(option, model);
	if (found) return option.currentValue === found ? undefined : configSetting("model", option, found);
	const old = match(models, model);
	if (old)
		return now.models.currentModelId === old
			? undefined
			: {
					name: "model",
					value: old,
					method: "session/set_model",
					params: { modelId: old },
				};
	const offered = [...(option ? valuesOf(option) : []), ...models].map(({ value }) => value);
	const choice =
		offered.length > 0
			? `It offers ${quoted(offered)}, and “${agentsOwnModel}” for what it takes by itself.`
			: `It lets nobody choose: take “${agentsOwnModel}”.`;
	return { problem: `${name} has no model “${model}”. ${choice}` };
}

/** Where it cannot be set, nothing is: that is told by `effortProblem`. */
function effortSetting(now: SessionOptions, effort: Effort): Setting | undefined {
	const option = byCategory(now, "thought_level");
	const value = option && valueFor(option, effort);
	return !option || !value || option.currentValue === value ? undefined : configSetting("effort", option, value);
}

function configSetting(name: Setting["name"], option: Fields, value: string): Setting {
	const id = String(option.id);
	return { name, value, method: "session/set_config_option", params: { configId: id, value } };
}

function byCategory({ options }: SessionOptions, category: string): Fields | undefined {
	return options.find((option) => option.category === category && Array.isArray(option.options));
}

interface Value {
	readonly value: string;
	readonly name: string;
}

function valuesOf({ options }: Fields): readonly Value[] {
	return listOf(options)
		.flatMap((one) => (Array.isArray(one.options) ? listOf(one.options) : [one]))
		.map((one) => ({ value: textOf(one.value) ?? "", name: textOf(one.name) ?? "" }));
}

function valueFor(option: Fields, wanted: string): string | undefined {
	return match(valuesOf(option), wanted);
}

/** By its id, else by its name, else by the end of an id that has the vendor before it. */
function match(values: readonly Value[], wanted: string): string | undefined {
	const low = wanted.toLowerCase();
	return (
		values.find(({ value }) => value === wanted) ??
		values.find(({ value, name }) => value.toLowerCase() === low || name.toLowerCase() === low) ??
		values.find(({ value }) => value.toLowerCase().endsWith(`/${low}`))
	)?.value;
}

function quoted(values: readonly (string | undefined)[]): string {
	const shown = values.slice(0, 12).map((value) => `“${value}”`);
	return `${shown.join(", ")}${values.length > shown.length ? ` and ${values.length - shown.length} more` : ""}`;
}
