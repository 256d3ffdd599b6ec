import { type GivenInputs, type InputSpec, type InputValue, readInput } from "../../core/inputs.ts";
import { Refusal } from "../../core/refusal.ts";
import { eitherWay, ways } from "../../core/ways.ts";
import { nearName } from "../../core/words/nearName.ts";
import { describeProblem, type PlaybookProblem } from "../playbook/problem.ts";

/** What was given for a playbook's inputs, with its defaults, and everything that is wrong with it. */
export function readGivenInputs(
	specs: readonly InputSpec[],
	given: GivenInputs,
): { readonly values: readonly InputValue[]; readonly problems: readonly PlaybookProblem[] } {
	const problems: PlaybookProblem[] = unknownInputs(specs, given);
	const values = specs.flatMap((spec): InputValue[] => {
		const { name, variable, line } = spec;
		const said = Object.hasOwn(given, name) ? given[name] : undefined;
		if (said === undefined && spec.default !== undefined) return [{ name, variable, value: spec.default }];
		const isEmpty = said === undefined || (typeof said === "string" && said.trim() === "");
		if (isEmpty && spec.required) {
			problems.push({ line, message: `the input “${name}” has no value`, fix: howToGive(spec) });
			return [];
		}
		// A command that is told to stop at unset variables goes on.
		if (isEmpty) return [{ name, variable, value: "" }];
		const read = readInput(spec, said!);
		if ("value" in read) return [{ name, variable, value: read.value }];
		problems.push({ line, message: `the input “${name}” ${read.problem}`, fix: read.fix });
		return [];
	});
	return { values, problems };
}

/** The values, or a refusal with a sentence for each that is missing or wrong. */
export function takenInputs(path: string, specs: readonly InputSpec[], given: GivenInputs): readonly InputValue[] {
	const { values, problems } = readGivenInputs(specs, given);
	if (problems.length === 0) return values;
	throw new Refusal("badInputs", problems.map((problem) => describeProblem(path, problem)).join("\n"));
}

function unknownInputs(specs: readonly InputSpec[], given: GivenInputs): PlaybookProblem[] {
	const names = specs.map(({ name }) => name);
	const line = Math.min(...specs.map((spec) => spec.line), specs.length > 0 ? Number.POSITIVE_INFINITY : 1);
	return Object.keys(given)
		.filter((name) => !names.includes(name))
		.map((name) => {
			const near = nearName(name, names);
			const fix =
				names.length === 0
					? "Leave it away: this playbook asks for nothing."
					: near
						? `Did you mean “${near}”? It asks for: ${names.join(", ")}.`
						: `It asks for: ${names.join(", ")}.`;
			return { line, message: `the playbook has no input “${name.slice(0, 60)}”`, fix };
		});
}

function howToGive({ name, type, options = [], description }: InputSpec): string {
	const example = { string: "…", number: "…", boolean: "true", choice: options[0] ?? "…" }[type];
	const what = description ? ` (${description.replace(/\.$/, "")})` : "";
	const choice = type === "choice" ? `: ${options.join(", ")}` : "";
	return `Give it${what} by ${eitherWay(ways.input, `${name}=${example}`)}${choice}.`;
}
