import path from "node:path";
import * as v from "valibot";
import { GivenInputs } from "../../core/inputs.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { OptionValues } from "./commandRow.ts";
import type { Context } from "./context.ts";
import { listOption, readText, textOption } from "./given.ts";

/** What is given for a playbook's inputs: of the file, and over it one by one. Undefined where nothing is. */
export async function givenInputs(context: Context, options: OptionValues): Promise<GivenInputs | undefined> {
	const file = textOption(options, "inputs");
	const said = listOption(options, "input") ?? [];
	if (file === undefined && said.length === 0) return undefined;
	const given: Record<string, string | number | boolean> =
		file === undefined ? {} : await ofFile(path.resolve(context.cwd, file));
	const once = new Set<string>();
	for (const one of said) {
		const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(one) ?? [];
		if (name === undefined || value === undefined)
			throw wrongUsage(`“--input ${one}” names no value. Write --input name=value.`);
		if (once.has(name)) throw wrongUsage(`The input ${name} is given twice. Say it once.`);
		once.add(name);
		given[name] = value;
	}
	return given;
}

async function ofFile(file: string): Promise<GivenInputs> {
	const text = readText(file, "inputs file");
	const shape = "It has the form { name: value, other: value }.";
	const { parseDocument } = await import("yaml");
	const document = parseDocument(text, { prettyErrors: false });
	const [error] = document.errors;
	if (error)
		throw wrongUsage(`The inputs file ${file} is neither JSON nor YAML: ${error.message.split("\n", 1)[0]}. ${shape}`);
	const value = readValue(() => document.toJS({ maxAliasCount: 0 }));
	if (Array.isArray(value)) throw wrongUsage(`The inputs file ${file} is a list. ${shape}`);
	// A number stays as it is written: 1.10 is not 1.1.
	const plain =
		typeof value === "object" && value !== null
			? asWritten(value, (name) => sourceOf(document.get(name, true)))
			: value;
	const parsed = v.safeParse(GivenInputs, plain ?? {});
	if (parsed.success) return parsed.output;
	const where = v.getDotPath(parsed.issues[0]);
	throw wrongUsage(
		`The inputs file ${file} is not as expected${where ? ` at ${where}` : ""}: ${parsed.issues[0].message}. ${shape}`,
	);
}

/** Aliases are no values. */
function readValue(read: () => unknown): unknown {
	try {
		return read();
	} catch {
		return Symbol("unreadable");
	}
}

function asWritten(value: object, sourceAt: (name: string) => string | undefined): unknown {
	return Object.fromEntries(
		Object.entries(value).map(([name, one]) => [name, typeof one === "number" ? (sourceAt(name) ?? one) : one]),
	);
}

function sourceOf(node: unknown): string | undefined {
	const { source } = (node ?? {}) as { readonly source?: unknown };
	return typeof source === "string" ? source : undefined;
}
