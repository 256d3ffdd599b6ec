import type { Source } from "../settings.ts";

/** Where a value came from, as the form says it. */
export function sourceText({ kind, name }: Source): string {
	switch (kind) {
		case "preset":
			return `preset ${name}`;
		case "lastGoal":
			return "last goal here";
		case "roleFile":
			return name ?? "role files";
		case "savedDefault":
			return "saved default";
		case "primaryAgent":
			return "inherits primary agent";
		case "launch":
			return "this launch";
		case "playbook":
			return "playbook";
		case "default":
			return name ?? "default";
	}
}

/** The same of a role in a goal's roster, whose source is one word, with the preset or the file beside it. */
export function assignmentSourceText({
	inherits,
	source,
	from,
}: {
	readonly inherits: boolean;
	readonly source: string;
	readonly from?: string;
}): string {
	// A preset's name has no slash; a file's path has.
	const file = from?.includes("/") ? from.slice(from.lastIndexOf("/") + 1) : undefined;
	if (inherits) return file ? `inherits the primary agent, told by ${file}` : "inherits the primary agent";
	if (source === "roleFile") return `from ${file ?? "a role file"}`;
	if (source === "preset") return from ? `from the preset ${from}` : "from a preset";
	if (source === "config") return "from config.jsonc";
	if (source === "edit") return "edited while it ran";
	return source === "lastGoal" ? "from the last goal here" : `from ${source}`;
}
