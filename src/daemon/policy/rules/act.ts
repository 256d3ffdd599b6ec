import type { ActKind } from "../../../core/policy/rule.ts";
import type { Risk } from "../../../core/values.ts";

/** One thing that would happen, as rules look at it. A line of a shell is as many as it has commands and redirections. */
export interface Act {
	readonly kind: ActKind;
	readonly tool: string;
	readonly risk: Risk;
	/** It is known for sure what it does; without that nothing but a person lets it happen. */
	readonly isCertain: boolean;
	/** Of a command: program and arguments, undefined what is not known beforehand. */
	readonly words?: readonly (string | undefined)[];
	/** What it reads or changes, and, of a command, every word that may be a path; relative ones from the workspace. */
	readonly paths?: readonly string[];
	readonly host?: string;
}
