import path from "node:path";
import type { GivenInputs } from "../../core/inputs.ts";
import { maxPromptChars } from "../../protocol/methods.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { OptionValues } from "./commandRow.ts";
import type { Context } from "./context.ts";
import { readText, textOption } from "./given.ts";
import { givenInputs } from "./inputs.ts";

export interface GivenPlaybook {
	/** Absolute. */
	readonly path: string;
	readonly text: string;
	readonly inputs?: GivenInputs;
}

export async function readPlaybook(context: Context, options: OptionValues): Promise<GivenPlaybook | undefined> {
	const typed = textOption(options, "playbook");
	const inputs = await givenInputs(context, options);
	if (typed === undefined) {
		if (inputs) throw wrongUsage("--input and --inputs are for a playbook: name it with --playbook.");
		return undefined;
	}
	const file = path.resolve(context.cwd, typed);
	const text = readText(file, "playbook");
	if (text.length > maxPromptChars)
		throw wrongUsage(`The playbook ${file} has more than ${maxPromptChars} characters.`);
	return { path: file, text, ...(inputs && { inputs }) };
}
