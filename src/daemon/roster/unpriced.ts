import type { Goal } from "../../core/goal.ts";
import { priceIn } from "../../core/rules/budget.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import type { ModelChoice, Price, RosterEdit } from "../../core/values.ts";
import { unpricedTexts } from "../../core/words/unpriced.ts";

export interface Prices {
	/** Undefined where none is known. The built-in agent is free. */
	priceOf(choice: Pick<ModelChoice, "provider" | "model">): Price | undefined;
}

/** What a launch says of a limit of money and the models of its roster that have no known price. */
export function unpricedNotes({ agent, assignments, budget }: LaunchSettings, { priceOf }: Prices): readonly string[] {
	if (budget.usd === undefined) return [];
	const named = assignments
		.filter(({ enabled }) => enabled)
		.map(({ provider = agent.provider, model = agent.model }) => ({ provider, model }));
	return unpricedTexts([agent, ...named].filter((choice) => !priceOf(choice)));
}

/** The same of the models that an edit of a goal's roster names. */
export function unpricedEdits(edits: readonly RosterEdit[], goal: Goal, { priceOf }: Prices): readonly string[] {
	if (goal.budget.usd === undefined) return [];
	const named = edits.flatMap(({ provider = goal.settings.agent.provider, model, enabled }) =>
		model === undefined || enabled === false ? [] : [{ provider, model }],
	);
	return unpricedTexts(named.filter((choice) => !priceIn(goal, choice, priceOf(choice))));
}
