import * as v from "valibot";
import { type BudgetLimits, type BudgetResource, budgetResources } from "./values.ts";

/**
 * What a person may set as a limit, and raise one by. The log is read more freely: a goal of an earlier version may have
 * been launched with a limit of 0.
 */
const rows: Readonly<Record<BudgetResource, { readonly whole: boolean; readonly most: number }>> = {
	usd: { whole: false, most: 1_000_000_000 },
	tokens: { whole: true, most: 1_000_000_000_000 },
	minutes: { whole: false, most: 10_000_000 },
	turns: { whole: true, most: 1_000_000_000 },
};

export function isLimit(resource: BudgetResource, amount: number): boolean {
	const { whole, most } = rows[resource];
	return amount > 0 && amount <= most && (!whole || Number.isInteger(amount));
}

/** What can be written there: `a whole number from 1 to 1,000,000,000`. */
export function limitText(resource: BudgetResource): string {
	const { whole, most } = rows[resource];
	return whole ? `a whole number from 1 to ${shown(most)}` : `a number above 0, and at most ${shown(most)}`;
}

export function isWhole(resource: BudgetResource): boolean {
	return rows[resource].whole;
}

export function mostOf(resource: BudgetResource): number {
	return rows[resource].most;
}

/** Limits as a launch, a preset, a playbook and a raise give them. */
export const GivenLimits = v.object({
	usd: given("usd"),
	tokens: given("tokens"),
	minutes: given("minutes"),
	turns: given("turns"),
});

/** Without those that no person could set today. */
export function possibleLimits(limits: BudgetLimits): BudgetLimits {
	const possible = budgetResources.filter((resource) => {
		const limit = limits[resource];
		return limit !== undefined && isLimit(resource, limit);
	});
	return Object.fromEntries(possible.map((resource) => [resource, limits[resource]]));
}

/** By how much a plain “raise” raises a limit: by what it was at launch, and never by nothing. */
export function raiseStep(
	{ settings, budget }: { readonly settings: { readonly budget: BudgetLimits }; readonly budget: BudgetLimits },
	resource: BudgetResource,
): number {
	return settings.budget[resource] || budget[resource] || 1;
}

function given(resource: BudgetResource) {
	const sentence = `a limit of ${resource} is ${limitText(resource)}; leave it out for none`;
	return v.optional(
		v.pipe(
			v.number(sentence),
			v.check((amount) => isLimit(resource, amount), sentence),
		),
	);
}

function shown(number: number): string {
	return number.toLocaleString("en-US");
}
