import * as v from "valibot";
import type { InputSpec } from "../../core/inputs.ts";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import { readSettings } from "../config/writtenSettings.ts";
import type { PlaybookProblem } from "./problem.ts";
import { readInputs } from "./readInputs.ts";

/** Launch settings at the head of a playbook, between two lines of `---`. */
export interface FrontMatter {
	/** Without `checks`: they become checks of the playbook. */
	readonly settings: PartialLaunchSettings;
	readonly checks: readonly string[];
	/** What is asked for at launch. */
	readonly inputs: readonly InputSpec[];
	/** Whatever would not run is refused. */
	readonly strict: boolean;
	readonly problems: readonly PlaybookProblem[];
	/** How many lines it takes, with its two fences. */
	readonly lines: number;
}

const nothing: FrontMatter = { settings: {}, checks: [], inputs: [], strict: false, problems: [], lines: 0 };

export function readFrontMatter(lines: readonly string[]): FrontMatter {
	const start = lines.findIndex((line) => line.trim() !== "");
	if (!/^---[ \t]*$/.test(lines[start] ?? "")) return nothing;
	const end = lines.findIndex((line, at) => at > start && /^(---|\.\.\.)[ \t]*$/.test(line));
	// Below other lines it is a line across the page, unless what follows can only be settings.
	if (start > 0 && !/^[A-Za-z]\w*:/.test(lines[start + 1] ?? "")) return nothing;
	if (start > 0) {
		const fix = "Take the blank lines above it away.";
		return {
			...nothing,
			problems: [{ line: start + 1, message: "settings begin in the first line of the file", fix }],
		};
	}
	if (end < 0) {
		const message = "the settings that begin here are never closed";
		return { ...nothing, problems: [{ line: 1, message, fix: "End them with a line of three dashes (---)." }] };
	}
	const read = readSettings(lines.slice(1, end).join("\n"), undefined, { strict: Strict }, { inputs: readInputs });
	const inputs = (read.others.inputs as readonly InputSpec[] | undefined) ?? [];
	return {
		settings: read.settings,
		checks: read.checks,
		inputs: inputs.map((one) => ({ ...one, line: one.line + 1 })),
		strict: read.others.strict === true,
		// The text begins below the first fence.
		problems: read.problems.map((one) => ({ ...one, line: one.line + 1 })),
		lines: end + 1,
	};
}

const Strict = v.boolean("write true or false");
