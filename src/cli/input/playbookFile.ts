import path from "node:path";
import { maxPromptChars } from "../../protocol/methods.ts";
import { wrongUsage } from "../terminal/failure.ts";
import type { Context } from "./context.ts";
import { readText } from "./given.ts";

export interface GivenPlaybook {
	/** Absolute. */
	readonly path: string;
	readonly text: string;
}

export function readPlaybook(context: Context, typed: string | undefined): GivenPlaybook | undefined {
	if (typed === undefined) return undefined;
	const file = path.resolve(context.cwd, typed);
	const text = readText(file, "playbook");
	if (text.length > maxPromptChars)
		throw wrongUsage(`The playbook ${file} has more than ${maxPromptChars} characters.`);
	return { path: file, text };
}
