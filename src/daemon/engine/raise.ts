import { goalRefusal } from "../../protocol/allowed.ts";
import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal } from "../../protocol/goal.ts";
import { type BudgetLimits, budgetResources } from "../../protocol/values.ts";
import { Refusal, refuse } from "./refusal.ts";
import type { Asker } from "./request.ts";

export function raise(by: BudgetLimits, goal: Goal, asker: Asker): GoalEvent[] {
	refuse(goalRefusal("raise", goal));
	const limits = { ...goal.budget };
	const named = budgetResources.filter((resource) => by[resource] !== undefined);
	if (named.length === 0)
		throw new Refusal("empty", "Say what to raise, and by how much: usd, tokens, minutes or turns.");
	for (const resource of named) {
		const limit = limits[resource];
		if (limit === undefined)
			throw new Refusal("notNow", `The goal has no limit of ${resource}, so there is nothing to raise.`);
		limits[resource] = limit + by[resource]!;
	}
	const asked = Object.values(goal.approvals).filter((approval) => approval.kind === "budget");
	return [
		{ type: "budget.raised", limits, by: asker.by },
		...asked.map(({ approvalId }) => ({
			type: "approval.superseded" as const,
			approvalId,
			reason: "The budget was raised.",
		})),
	];
}
