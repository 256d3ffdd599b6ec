import { formatModelRef } from "../../core/modelRef.ts";
import type { LaunchSettings } from "../../core/settings.ts";
import type { Services } from "../wire/services.ts";

/**
 * That a limit of money cannot be held, for each model of the roster whose price nobody knows: the goal asks before that
 * model's first turn, so it is better known before the launch.
 */
export function unpricedNotes(
	{ agent, assignments, budget }: LaunchSettings,
	{ priceOf }: Pick<Services, "priceOf">,
): string[] {
	if (budget.usd === undefined) return [];
	const choices = [
		agent,
		...assignments
			.filter(({ enabled }) => enabled)
			.map(({ provider = agent.provider, model = agent.model }) => ({ provider, model })),
	];
	const unpriced = choices.filter((choice) => priceOf(choice) === undefined).map(formatModelRef);
	return [...new Set(unpriced)].map(
		(name) =>
			`No price is known for ${name}, so the limit of ${budget.usd} USD cannot be held, and the goal asks before that model's first turn. Set its price in config.jsonc (\`prices\` of its provider), or limit tokens instead.`,
	);
}
