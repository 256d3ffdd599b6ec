import type { Source } from "./settings.ts";

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
