import { configured } from "./configured.ts";
import { git } from "./git.ts";
import { interpreters } from "./interpreters.ts";
import { javascript } from "./javascript.ts";
import { recipes } from "./make.ts";
import { packageManagers } from "./packageScripts.ts";
import { finding, plain } from "./plain.ts";
import type { Program } from "./program.ts";
import { python } from "./python.ts";
import { shells } from "./shells.ts";
import { wrapping } from "./wrappers.ts";

/** The table of programs: what each of them runs besides itself. Of a program that is not in it nothing is known. */
const table: ReadonlyMap<string, Program> = new Map(
	[
		...plain,
		...finding,
		...configured,
		...interpreters,
		...git,
		...recipes,
		...python,
		...javascript,
		...packageManagers,
		...wrapping,
		...shells,
	].flatMap((program) => program.names.map((name) => [name, program] as const)),
);

export function programOf(name: string): Program | undefined {
	return table.get(name);
}

/** `node` for `/usr/bin/node` and `node.exe`, `python` for `python3.12`. */
export function programName(word: string): string {
	const name = word.replace(/^.*[/\\]/, "").replace(/\.(exe|cmd|bat|ps1)$/i, "");
	if (name === "[" || name === ".") return name;
	const plainName = name.replace(/-?\d+(\.\d+)*$/, "");
	return table.has(name) || !table.has(plainName) ? name : plainName;
}
