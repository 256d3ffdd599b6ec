import { type Effort, efforts } from "../../core/values.ts";

/** What an agent's session lets one choose. */
export interface AgentOffers {
	/** As they can be named behind the `/`. */
	readonly models: readonly string[];
	/** Undefined where it does not say, or not for the model that it began with. */
	readonly efforts?: readonly Effort[];
}

const maxModels = 300;

/**
 * Read from the answer to `session/new`: its options, or the list of models that came before options. A stranger's, so
 * that nothing of its shape is taken for granted.
 */
export function offersOf(session: unknown, { modelFlag }: { readonly modelFlag?: string }): AgentOffers {
	const { configOptions, models } = record(session);
	const options = list(configOptions).map(record);
	const model = options.find(({ category }) => category === "model");
	const older = list(record(models).availableModels).map(record);
	const named = model
		? choices(model.options).map(({ value, name }) => [value, name])
		: older.map(({ modelId, name }) => [modelId, name]);
	const effort = options.find(({ category }) => category === "thought_level");
	const levels = effort && choices(effort.options).map(({ value }) => value);
	return {
		// What is passed as an argument is a name; ids that only the session understands are told by their names.
		models: [...new Set(named.map(([id, name]) => (modelFlag && !isPlain(id) ? name : id)).filter(isPlain))]
			.filter((one) => one !== "default")
			.slice(0, maxModels),
		...(levels && { efforts: efforts.filter((one) => levels.includes(one)) }),
	};
}

/** Choices may stand in groups. */
function choices(value: unknown): readonly Readonly<Record<string, unknown>>[] {
	return list(value)
		.map(record)
		.flatMap((one) => (Array.isArray(one.options) ? choices(one.options) : [one]));
}

function isPlain(name: unknown): name is string {
	return typeof name === "string" && /^[\w.:@+/[\]-]{1,120}$/.test(name);
}

function list(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value.slice(0, 2000) : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
