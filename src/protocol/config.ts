import * as v from "valibot";

/** Something in config.jsonc that cannot be meant. */
export const ConfigProblem = v.object({
	/** Both from 1; the end lies on the same line, behind the last character. */
	line: v.number(),
	column: v.number(),
	endColumn: v.number(),
	/** What is wrong and what to do, as a sentence. */
	message: v.string(),
	/** Nothing is launched with it: what it is about limits what goals may do. */
	blocks: v.boolean(),
});
export type ConfigProblem = v.InferOutput<typeof ConfigProblem>;

/** How config.jsonc stands. */
export const ConfigState = v.object({
	/** Absolute. */
	path: v.string(),
	problems: v.array(ConfigProblem),
	/** When the settings in force were read, ISO 8601, where the file as it is now cannot take their place. */
	keptFrom: v.optional(v.string()),
});
export type ConfigState = v.InferOutput<typeof ConfigState>;

export const configName = "config.jsonc";

/** For people: `config.jsonc:4:7: …`. */
export function configSentence({ line, column, message }: ConfigProblem): string {
	return `${configName}:${line}:${column}: ${message}`;
}

/** What a launch says of them. */
export function configNotes({ problems, keptFrom }: ConfigState): string[] {
	const kept = `Until ${configName} is corrected, the settings that were read at ${keptFrom} hold.`;
	return [...problems.map(configSentence), ...(keptFrom ? [kept] : [])];
}
