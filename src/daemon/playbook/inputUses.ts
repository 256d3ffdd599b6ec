import type { InputSpec } from "../../core/inputs.ts";
import type { NotRun, PlaybookAction } from "../../core/values.ts";
import { nearName } from "../../core/words/nearName.ts";
import type { PlaybookProblem } from "./problem.ts";

/**
 * How commands name inputs. They get them as variables; what would fill a value into a text is refused, and so is a name
 * that is no input. Where a playbook asks for nothing, all of this is its own business.
 */
export function inputProblems(text: string, line: number, inputs: readonly InputSpec[]): readonly PlaybookProblem[] {
	if (inputs.length === 0) return [];
	const found = templateIn(text, inputs);
	if (found) {
		const fix = `Write "$${found.variable}", in quotes: commands get inputs as variables.`;
		return [{ line, message: found.message, fix }];
	}
	const variables = inputs.map(({ variable }) => variable);
	const unknown = variablesIn(text).find((name) => !variables.includes(name) && !isSet(text, name));
	if (unknown === undefined) return [];
	const near = nearName(unknown, variables);
	const fix = near ? `Write $${near} if that is what is meant.` : `The inputs are: ${variables.join(", ")}.`;
	return [{ line, message: `$${unknown} is no input of this playbook`, fix }];
}

/** In the words for an agent, which is told the values beside them. `line` is that of the step, `lines` those of the file. */
export function proseProblems(
	text: string,
	line: number,
	lines: readonly string[],
	inputs: readonly InputSpec[],
): readonly PlaybookProblem[] {
	const found = inputs.length === 0 ? undefined : templateIn(text, inputs);
	if (!found) return [];
	const at = lines.findIndex((one, index) => index >= line && one.includes(found.template));
	const fix = `Write $${found.variable}: the agent is told what was given for it.`;
	return [{ line: at < 0 ? line : at + 1, message: found.message, fix }];
}

function templateIn(text: string, inputs: readonly InputSpec[]) {
	const [template, named] = /\$?\{\{\s*(?:github\.event\.)?inputs?\.([\w-]+)\s*\}\}/.exec(text) ?? [];
	if (template === undefined) return undefined;
	const variable = inputs.find(({ name }) => name === named)?.variable ?? `INPUT_${named!.toUpperCase()}`;
	return { template, variable, message: `nothing is filled in for “${template.slice(0, 60)}”` };
}

/** A file is written as it stands. That may be meant, of a script: so it is told and not refused. */
export function inputsWritten(action: PlaybookAction, inputs: readonly InputSpec[]): readonly NotRun[] {
	if (action.kind !== "write") return [];
	const variable = variablesIn(action.content).find((name) => inputs.some((input) => input.variable === name));
	if (variable === undefined) return [];
	const what = `$${variable} in the file ${action.path}`;
	const reason = "a file is written as it stands; a command can fill it in";
	return [{ line: action.line, what, reason, text: lineWith(action.content, variable) }];
}

function variablesIn(text: string): readonly string[] {
	return [...text.matchAll(/\$\{?(INPUT_[A-Za-z0-9_]+)/g)].map(([, name]) => name!);
}

function isSet(text: string, name: string): boolean {
	return new RegExp(
		`(?:^|[\\s;&|(])(?:export\\s+|local\\s+|readonly\\s+)?${name}=|\\bread\\b[^\\n]*\\b${name}\\b|\\bfor\\s+${name}\\b`,
		"m",
	).test(text);
}

function lineWith(text: string, word: string): string {
	return (text.split("\n").find((line) => line.includes(word)) ?? "").trim().slice(0, 120);
}
