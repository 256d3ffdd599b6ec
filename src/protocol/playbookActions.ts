import type { NotRun, PlanStep } from "../core/values.ts";
import type { LaunchPreparation } from "./launchDefaults.ts";

export type PlaybookPreview = NonNullable<LaunchPreparation["playbook"]>;

/**
 * What a playbook would do, for a person who is about to approve it: as the daemon read it, which is what it carries out.
 */
export interface PlaybookActionText {
	/** `command`, `write PATH` or `check`. */
	readonly action: string;
	readonly text: string;
	/** From 1; not known of a check. */
	readonly line?: number;
}

export function playbookActions({ steps }: PlaybookPreview): readonly PlaybookActionText[] {
	return steps.flatMap(stepActions);
}

export function stepActions({ actions = [], checks }: PlanStep): readonly PlaybookActionText[] {
	return [
		...actions.map((action) =>
			action.kind === "command"
				? { action: "command", text: action.command, line: action.line }
				: { action: `write ${action.path}`, text: action.content, line: action.line },
		),
		...checks.map(({ command }) => ({ action: "check", text: command })),
	];
}

/** Everything that is not run, in the order of the text. */
export function playbookNotRun({ steps, notRun }: PlaybookPreview): readonly NotRun[] {
	return [...notRun, ...steps.flatMap((step) => step.notRun ?? [])];
}
