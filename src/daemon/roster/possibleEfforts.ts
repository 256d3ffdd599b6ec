import type { Goal } from "../../core/goal.ts";
import { rosterOf } from "../../core/rules/roster.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import type { Effort, ModelChoice, RosterEdit } from "../../core/values.ts";

export interface EffortRules {
	/** Why the effort that was chosen is left out, in a sentence; undefined where it is not. */
	effortProblem(choice: ModelChoice): string | undefined;
}

/**
 * The settings without reasoning efforts that a model does not take, and a sentence for each: what a goal says that it
 * asks is what is asked.
 */
export function withPossibleEfforts(
	settings: LaunchSettings,
	{ effortProblem }: EffortRules,
): { readonly settings: LaunchSettings; readonly notes: readonly string[] } {
	const notes: string[] = [];
	const isPossible = (choice: { provider: string; model: string; effort?: Effort }, who: string) => {
		const problem = choice.effort && effortProblem(choice);
		if (problem) notes.push(`${who}: ${problem}`);
		return !problem;
	};
	const { agent } = settings;
	const primary = isPossible(agent, "Primary agent") ? agent : { ...agent, effort: undefined };
	const assignments = settings.assignments.map((one) => {
		const { provider = agent.provider, model = agent.model, effort } = one;
		return isPossible({ provider, model, effort }, `Role ${one.role}`) ? one : { ...one, effort: undefined };
	});
	return notes.length === 0 ? { settings, notes } : { settings: { ...settings, agent: primary, assignments }, notes };
}

/**
 * The edits without reasoning efforts that the model does not take, and a sentence for each: the roster names what is
 * asked.
 */
export function withPossibleEdits(
	edits: readonly RosterEdit[],
	goal: Goal,
	{ effortProblem }: EffortRules,
): { readonly edits: readonly RosterEdit[]; readonly notes: readonly string[] } {
	const notes: string[] = [];
	const possible = edits.map((edit) => {
		const { role, effort, provider, model } = edit;
		if (effort === undefined) return edit;
		const before = rosterOf(goal).find((entry) => entry.role === role) ?? goal.settings.agent;
		const problem = effortProblem({ provider: provider ?? before.provider, model: model ?? before.model, effort });
		if (!problem) return edit;
		notes.push(problem);
		return { ...edit, effort: undefined };
	});
	return { edits: possible, notes };
}
