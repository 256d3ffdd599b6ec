import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";
import { isLimit, limitText } from "../../core/budgetLimits.ts";
import { type BudgetLimits, budgetResources } from "../../core/values.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { OptionValues } from "./commandRow.ts";
import type { Context } from "./context.ts";

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

/** Limits of a budget, or what they are raised by, from the options that begin with `prefix`. Undefined where none is given. */
export function budgetOption(options: OptionValues, prefix: "" | "budget"): BudgetLimits | undefined {
	const given = budgetResources.flatMap((resource) => {
		const name = prefix ? `${prefix}${resource[0]!.toUpperCase()}${resource.slice(1)}` : resource;
		const typed = textOption(options, name);
		if (typed === undefined) return [];
		const amount = /^\s*[+-]?\d*\.?\d+(e\d+)?\s*$/i.test(typed) ? Number(typed) : Number.NaN;
		if (isLimit(resource, amount)) return [[resource, amount] as const];
		const flag = prefix ? `--${prefix}-${resource}` : `--${resource}`;
		const hint = prefix ? " Leave it out for no limit." : "";
		throw wrongUsage(`${flag} takes ${limitText(resource)}, not “${typed}”.${hint}`);
	});
	return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** `-` stands for standard input. */
export async function typedOrRead(typed: string | undefined, read: () => Promise<string>): Promise<string | undefined> {
	return typed === "-" ? (await read()).replace(/\r?\n$/, "") : typed;
}

/** As the daemon will know it: absolute, and without links, so that one folder has one name. */
export function workspaceFolder(context: Context, typed: string | undefined): string {
	const folder = path.resolve(context.cwd, typed ?? ".");
	try {
		const real = realpathSync(folder);
		if (statSync(real).isDirectory()) return real;
	} catch {
		throw wrongUsage(`The workspace ${folder} is not there. Name a folder with --workspace.`);
	}
	throw wrongUsage(`The workspace ${folder} is a file. Name a folder with --workspace.`);
}

/** The text of a file that a person named; `what` says what it is. */
export function readText(file: string, what: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		throw wrongUsage(`The ${what} ${file} ${whyUnread(cause)}.`);
	}
}

export function whyUnread(cause: unknown): string {
	const { code } = cause as NodeJS.ErrnoException;
	return code === "ENOENT" ? "is not there" : code === "EISDIR" ? "is a folder" : `cannot be read (${code})`;
}
