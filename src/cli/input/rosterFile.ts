import * as v from "valibot";
import { parse } from "yaml";
import { Assignment } from "../../core/values.ts";
import { wrongUsage } from "../terminal/failure.ts";

/** Who works in which role, as JSON or YAML (of which JSON is a part): `assignments: [{ role, provider, model, … }]`. */
const RosterFile = v.object({ assignments: v.array(Assignment) });

export function readRoster(text: string, file: string): Assignment[] {
	let value: unknown;
	try {
		value = parse(text, { maxAliasCount: 0 });
	} catch (cause) {
		const [line] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
		throw wrongUsage(`The roster file ${file} is neither JSON nor YAML: ${line}.`);
	}
	const parsed = v.safeParse(RosterFile, value);
	if (parsed.success) return parsed.output.assignments;
	const [issue] = parsed.issues;
	const where = v.getDotPath(issue);
	throw wrongUsage(
		`The roster file ${file} is not as expected${where ? ` at ${where}` : ""}: ${issue.message}. It has the form { assignments: [ { role, provider, model } ] }.`,
	);
}
