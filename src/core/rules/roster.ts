import { agentKind } from "../agentKinds.ts";
import type { Goal, Thread } from "../goal.ts";
import type { Assignment, Effort, ModelChoice } from "../values.ts";

/** Who works in a role, with what it inherits from the primary agent filled in. */
export interface RosterEntry extends ModelChoice {
	readonly role: string;
	readonly provider: string;
	readonly model: string;
	readonly effort?: Effort;
	readonly enabled: boolean;
	readonly inherits: boolean;
	readonly source: string;
	/** The preset's name or the role file, for what they say. */
	readonly from?: string;
	readonly instructions?: string;
}

/** Every role of the goal. The primary agent stands for each that names no agent of its own. */
export function rosterOf(goal: Goal): readonly RosterEntry[] {
	const primary = goal.settings.agent;
	const named = goal.roster.assignments;
	// A playbook is its own plan.
	const builtIn = agentKind(primary).takesRoles && !goal.playbook ? ["planner", "implementer"] : ["implementer"];
	const unnamed = builtIn.filter((role) => !named.some((assignment) => assignment.role === role));
	return [
		...unnamed.map((role) => ({ ...primary, role, enabled: true, inherits: true, source: "primary" })),
		...named.map((assignment) => {
			const inherits = assignment.model === undefined;
			return {
				role: assignment.role,
				...filledIn(assignment, primary),
				enabled: assignment.enabled,
				inherits,
				source: inherits ? "primary" : assignment.source,
				from: assignment.from,
				instructions: assignment.instructions,
			};
		}),
	];
}

/** What an assignment leaves open is the primary agent's; its effort only with its model. */
function filledIn({ provider, model, effort }: Assignment, primary: ModelChoice) {
	return {
		provider: provider ?? primary.provider,
		model: model ?? primary.model,
		effort: effort ?? (model === undefined ? primary.effort : undefined),
	};
}

/** Who works in a role of a goal with these settings. A role that is disabled or unknown is worked by the primary agent. */
export function assignedChoice(
	{ agent, assignments }: { readonly agent: ModelChoice; readonly assignments: readonly Assignment[] },
	role: string,
): ModelChoice {
	const assignment = assignments.find((one) => one.role === role && one.enabled);
	const { provider, model, effort } = assignment ? filledIn(assignment, agent) : agent;
	return effort ? { provider, model, effort } : { provider, model };
}

/**
 * Who is the primary agent of a goal for which none was named: the implementer of the roster, where everybody who works
 * has an agent of its own. Otherwise the roles that somebody would have to be named for.
 */
export function primaryOfRoster(
	assignments: readonly Assignment[],
): { readonly agent: ModelChoice } | { readonly lacking: readonly string[] } {
	const own = (role: string): ModelChoice | undefined => {
		const one = assignments.find((named) => named.role === role && named.enabled);
		if (one?.provider === undefined || one.model === undefined || !agentKind({ provider: one.provider }).takesRoles)
			return undefined;
		const { provider, model, effort } = one;
		return effort ? { provider, model, effort } : { provider, model };
	};
	const working = ["planner", "implementer", ...assignments.filter(({ enabled }) => enabled).map(({ role }) => role)];
	const lacking = [...new Set(working)].filter((role) => !own(role));
	const agent = own("implementer");
	return agent && lacking.length === 0 ? { agent } : { lacking };
}

export function isSameChoice(a: ModelChoice, b: ModelChoice): boolean {
	return a.provider === b.provider && a.model === b.model && a.effort === b.effort;
}

/** The model that a new thread of the role is given. */
export function assignmentFor({ settings, roster }: Goal, role: string): ModelChoice {
	return assignedChoice({ agent: settings.agent, assignments: roster.assignments }, role);
}

/** What the roster says to whoever works in the role; empty for nothing. */
export function roleInstructions(goal: Goal, role: string): string {
	return goal.roster.assignments.find((one) => one.role === role && one.enabled)?.instructions ?? "";
}

/** What a thread is told beside its work. */
export function instructionsOf(goal: Goal, thread: Thread): string {
	return thread.instructions ?? roleInstructions(goal, thread.role);
}

/** Who reviews independently; undefined where the roster names no agent that could. */
export function reviewerOf(goal: Goal): ModelChoice | undefined {
	const isNamed = goal.roster.assignments.some(({ role, enabled }) => role === "reviewer" && enabled);
	if (!isNamed) return undefined;
	const reviewer = assignmentFor(goal, "reviewer");
	return agentKind(reviewer).takesRoles ? reviewer : undefined;
}

/**
 * The assignments, with what role files say where they leave something open: a role without an assignment, the model of
 * one that names none, the instructions of one that has none.
 */
export function withRoleFiles(assignments: readonly Assignment[], files: readonly Assignment[]): Assignment[] {
	const filled = assignments.map((one) => {
		const file = files.find(({ role }) => role === one.role);
		if (!file) return one;
		const isOpen = one.model === undefined && one.inherits !== true;
		if (!isOpen) return one.instructions === undefined ? { ...one, instructions: file.instructions } : one;
		const { provider, model, effort } = file;
		return {
			...one,
			...(model === undefined ? {} : { provider, model, source: file.source, from: file.from }),
			effort: one.effort ?? effort,
			instructions: one.instructions ?? file.instructions,
		};
	});
	return [...filled, ...files.filter(({ role }) => assignments.every((one) => one.role !== role))];
}
