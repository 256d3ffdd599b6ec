import type { OptionValues } from "./commands.ts";
import { wrongUsage } from "./failure.ts";

/** Values of a command line, read out of what was typed; what cannot be meant is refused with a sentence. */
export function textOption(options: OptionValues, name: string): string | undefined {
	const value = options[name];
	return typeof value === "string" ? value : undefined;
}

export function listOption(options: OptionValues, name: string): readonly string[] | undefined {
	const value = options[name];
	return Array.isArray(value) ? value : undefined;
}

/** Split at commas, without blanks and empty parts. */
export function wordsOption(options: OptionValues, name: string): readonly string[] | undefined {
	const words = textOption(options, name)
		?.split(",")
		.map((word) => word.trim())
		.filter(Boolean);
	return words && words.length > 0 ? words : undefined;
}

export function numberOption(options: OptionValues, name: string, flag: string, whole = false): number | undefined {
	const typed = textOption(options, name);
	if (typed === undefined) return undefined;
	const value = Number(typed);
	if (typed.trim() === "" || !Number.isFinite(value) || value < 0 || (whole && !Number.isInteger(value))) {
		throw wrongUsage(`${flag} takes ${whole ? "a whole number" : "a number"} of 0 or more, not “${typed}”.`);
	}
	return value;
}

/** `-` stands for standard input. */
export async function typedOrRead(typed: string | undefined, read: () => Promise<string>): Promise<string | undefined> {
	return typed === "-" ? (await read()).replace(/\r?\n$/, "") : typed;
}
