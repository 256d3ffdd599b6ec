import * as v from "valibot";

/**
 * What a playbook asks for at launch. A value is text, whatever its type: it is handed to commands as an environment
 * variable and stands in no command's text.
 */
export const inputTypes = ["string", "number", "boolean", "choice"] as const;

export const InputSpec = v.object({
	/** Letters, digits and `_`, not beginning with a digit. */
	name: v.string(),
	/** The environment variable: `INPUT_` and the name in capitals. */
	variable: v.string(),
	type: v.picklist(inputTypes),
	description: v.optional(v.string()),
	/** As a value is kept: `true`, `12`, one of the options. */
	default: v.optional(v.string()),
	/** Of a choice. */
	options: v.optional(v.array(v.string())),
	/** Without a value the playbook is not launched. */
	required: v.boolean(),
	/** From 1, in the playbook. */
	line: v.number(),
});
export type InputSpec = v.InferOutput<typeof InputSpec>;

/** What was given. */
export const InputValue = v.object({ name: v.string(), variable: v.string(), value: v.string() });
export type InputValue = v.InferOutput<typeof InputValue>;

/** As a person or a script says it. */
export const GivenInputs = v.pipe(
	v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
	v.check((given) => Object.keys(given).length <= maxInputs, "a playbook has at most 50 inputs"),
);
export type GivenInputs = v.InferOutput<typeof GivenInputs>;

export const maxInputs = 50;
/** Of one value; an environment has room for some hundred of these. */
export const maxInputChars = 8000;

/** The value as it is kept, or why it is none: half a sentence, and what to do. */
export function readInput(
	{ type, options = [] }: Pick<InputSpec, "type"> & { readonly options?: readonly string[] },
	given: string | number | boolean,
): { readonly value: string } | { readonly problem: string; readonly fix: string } {
	const text = String(given);
	if (text.length > maxInputChars)
		return {
			problem: `has ${text.length} characters, more than ${maxInputChars}`,
			fix: "Put it into a file and name the file.",
		};
	if (text.includes("\0")) return { problem: "holds a NUL character", fix: "Take the character away." };
	const word = text.trim();
	switch (type) {
		case "string":
			return { value: text };
		case "number":
			if (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(word) && Number.isFinite(Number(word)))
				return { value: word };
			return { problem: `is no number: “${shown(text)}”`, fix: "Write it with digits, such as 12 or 0.5." };
		case "boolean": {
			const value = booleans[word.toLowerCase()];
			if (value !== undefined) return { value };
			return { problem: `is neither true nor false: “${shown(text)}”`, fix: "Write true or false." };
		}
		case "choice":
			if (options.includes(text)) return { value: text };
			if (options.includes(word)) return { value: word };
			return { problem: `is none of its options: “${shown(text)}”`, fix: `Choose one of: ${options.join(", ")}.` };
	}
}

const booleans: Readonly<Record<string, string>> = { true: "true", yes: "true", false: "false", no: "false" };

function shown(text: string): string {
	return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** The variables that commands and checks of a goal get. */
export function inputVariables(inputs: readonly InputValue[] = []): Readonly<Record<string, string>> {
	return Object.fromEntries(inputs.map(({ variable, value }) => [variable, value]));
}

/** `INPUT_TARGET=staging`, for people: one line, as much of it as can be read at a glance, and how much more there is. */
export function inputWords({ variable, value }: InputValue): string {
	const line = value.replace(/\s+/g, " ");
	const more = line.length - maxShownChars;
	return `${variable}=${more > 0 ? `${line.slice(0, maxShownChars)}… (${more} more characters)` : line}`;
}

const maxShownChars = 120;
