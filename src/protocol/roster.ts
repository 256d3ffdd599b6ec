import type { Goal } from "./goal.ts";
import type { Effort, ModelChoice } from "./values.ts";

/** Who works in a role, with what it inherits from the primary agent filled in. */
export interface RosterEntry extends ModelChoice {
	readonly role: string;
	readonly provider: string;
	readonly model: string;
	readonly effort?: Effort;
	readonly enabled: boolean;
	readonly inherits: boolean;
	readonly source: string;
	readonly instructions?: string;
}

/** Every role of the goal. The primary agent stands for each that names no agent of its own. */
export function rosterOf(goal: Goal): readonly RosterEntry[] {
	const primary = goal.settings.agent;
	const named = goal.roster.assignments;
	const builtIn = primary.provider === "builtin" ? ["implementer"] : ["planner", "implementer"];
	const unnamed = builtIn.filter((role) => !named.some((assignment) => assignment.role === role));
	return [
		...unnamed.map((role) => ({ ...primary, role, enabled: true, inherits: true, source: "primary" })),
		...named.map((assignment) => {
			const inherits = assignment.model === undefined;
			return {
				role: assignment.role,
				provider: assignment.provider ?? primary.provider,
				model: assignment.model ?? primary.model,
				effort: assignment.effort ?? (inherits ? primary.effort : undefined),
				enabled: assignment.enabled,
				inherits,
				source: inherits ? "primary" : assignment.source,
				instructions: assignment.instructions,
			};
		}),
	];
}

export function isSameChoice(a: ModelChoice, b: ModelChoice): boolean {
	return a.provider === b.provider && a.model === b.model && a.effort === b.effort;
}

/** The model that a new thread of the role is given. A role that is disabled or unknown is worked by the primary agent. */
export function assignmentFor(goal: Goal, role: string): ModelChoice {
	const entry = rosterOf(goal).find((candidate) => candidate.role === role && candidate.enabled);
	const { provider, model, effort } = entry ?? goal.settings.agent;
	return effort ? { provider, model, effort } : { provider, model };
}

/** Who reviews independently; undefined where the roster names nobody who could. */
export function reviewerOf(goal: Goal): ModelChoice | undefined {
	const isNamed = goal.roster.assignments.some(({ role, enabled }) => role === "reviewer" && enabled);
	if (!isNamed) return undefined;
	const reviewer = assignmentFor(goal, "reviewer");
	return reviewer.provider === "builtin" ? undefined : reviewer;
}
