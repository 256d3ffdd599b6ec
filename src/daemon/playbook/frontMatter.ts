import type { PartialLaunchSettings } from "../../protocol/settings.ts";
import { readSettings } from "../config/writtenSettings.ts";
import type { PlaybookProblem } from "./parsePlaybook.ts";

/** Launch settings at the head of a playbook, between two lines of `---`. */
export interface FrontMatter {
	/** Without `checks`: they become checks of the playbook. */
	readonly settings: PartialLaunchSettings;
	readonly checks: readonly string[];
	readonly problems: readonly PlaybookProblem[];
	/** How many lines it takes, with its two fences. */
	readonly lines: number;
}

const nothing: FrontMatter = { settings: {}, checks: [], problems: [], lines: 0 };

export function readFrontMatter(lines: readonly string[]): FrontMatter {
	if (!/^---[ \t]*$/.test(lines[0] ?? "")) return nothing;
	const end = lines.findIndex((line, at) => at > 0 && /^(---|\.\.\.)[ \t]*$/.test(line));
	if (end < 0) {
		const message = "the settings that begin here are never closed";
		return { ...nothing, problems: [{ line: 1, message, fix: "End them with a line of three dashes (---)." }] };
	}
	const { settings, checks, problems } = readSettings(lines.slice(1, end).join("\n"));
	// The text begins below the first fence.
	return { settings, checks, problems: problems.map((one) => ({ ...one, line: one.line + 1 })), lines: end + 1 };
}
