import type { BaselineRow } from "../../protocol/baseline.ts";
import { noteOf } from "../guidance/guidance.ts";
import { instructionsFor, scopedInstructions } from "../guidance/instructionFiles.ts";
import { findSkills } from "../guidance/skills.ts";

const shown = 12;

/** What the workspace says to agents, and what of it is left out. */
export async function guidanceRows(folder: string, dataFolder: string): Promise<readonly BaselineRow[]> {
	const place = { workspace: folder, denied: [dataFolder] };
	const [{ files, leftOut }, scoped, { skills, leftOut: badSkills }] = await Promise.all([
		instructionsFor(place, []),
		scopedInstructions(place),
		findSkills(place),
	]);
	const later = scoped.files.filter(({ path }) => files.every((file) => file.path !== path));
	const some = later.map(({ path, applyTo }) => `${path} (${applyTo ?? "no applyTo: it is told nobody"})`);
	const problems = [...leftOut, ...badSkills].map(noteOf);
	const found = [...files.map(({ path, cut }) => (cut ? `${path} (its beginning)` : path)), ...some];
	return [
		{
			id: "guidance.instructions",
			state: "ok",
			label: "Instructions found",
			value: found.length === 0 ? "none" : listed(found),
		},
		...(skills.length > 0
			? [
					{
						id: "guidance.skills",
						state: "ok" as const,
						label: "Skills",
						value: listed(skills.map(({ name }) => name)),
					},
				]
			: []),
		...(problems.length > 0
			? [
					{
						id: "guidance.notes",
						state: "note" as const,
						label: "Of the instructions",
						value: problems.length === 1 ? "1 remark" : `${problems.length} remarks`,
						detail: problems.slice(0, shown).join(" "),
					},
				]
			: []),
	];
}

function listed(names: readonly string[]): string {
	const more = names.length - shown;
	return [...names.slice(0, shown), ...(more > 0 ? [`and ${more} more`] : [])].join(", ");
}
