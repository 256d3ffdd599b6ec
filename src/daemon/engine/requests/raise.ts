import { isLimit, limitText } from "../../../core/budgetLimits.ts";
import type { GoalEvent } from "../../../core/events.ts";
import type { Approval, Goal } from "../../../core/goal.ts";
import type { ApprovalId } from "../../../core/ids.ts";
import { Refusal, refuse } from "../../../core/refusal.ts";
import { goalRefusal } from "../../../core/rules/controls.ts";
import { budgetHold } from "../../../core/rules/holds.ts";
import { type Actor, type BudgetLimits, type BudgetResource, budgetResources } from "../../../core/values.ts";
import type { RequestContext } from "./request.ts";

export function raise(by: BudgetLimits, goal: Goal, context: RequestContext): GoalEvent[] {
	refuse(goalRefusal("raise", goal));
	const limits = { ...goal.budget };
	const named = budgetResources.filter((resource) => by[resource] !== undefined);
	if (named.length === 0)
		throw new Refusal("empty", "Say what to raise, and by how much: usd, tokens, minutes or turns.");
	for (const resource of named) {
		const limit = limits[resource];
		if (limit === undefined)
			throw new Refusal("notNow", `The goal has no limit of ${resource}, so there is nothing to raise.`);
		const more = limit + by[resource]!;
		if (!isLimit(resource, more))
			throw new Refusal(
				"tooMuch",
				`${more} ${resource} are too many: a limit of ${resource} is ${limitText(resource)}.`,
			);
		limits[resource] = more;
	}
	return [...raised(goal, limits, context.by), ...answeredByRaise(goal, named)];
}

/** Questions about limits that were raised; what is still broken is asked anew. */
export function answeredByRaise(goal: Goal, raised: readonly BudgetResource[], except?: ApprovalId): GoalEvent[] {
	const isRaised = ({ resource }: Approval) => resource === undefined || raised.includes(resource);
	return endedQuestions(goal, except, isRaised, "The budget was raised.");
}

/** Other questions about limits that end with this answer. */
export function endedQuestions(
	goal: Goal,
	except: ApprovalId | undefined,
	isAbout: (approval: Approval) => boolean,
	reason: string,
): GoalEvent[] {
	return Object.values(goal.approvals)
		.filter((one) => one.kind === "budget" && one.approvalId !== except && isAbout(one))
		.map(({ approvalId }) => ({ type: "approval.superseded", approvalId, reason }));
}

/** What a raise comes to. More minutes lift the hold of those that were used up; too few place it anew. */
export function raised(goal: Goal, limits: BudgetLimits, by: Actor): GoalEvent[] {
	const hold = limits.minutes === goal.budget.minutes ? undefined : budgetHold(goal);
	return [
		{ type: "budget.raised", limits, by },
		...(hold ? [{ type: "hold.lifted" as const, holdId: hold.holdId, by }] : []),
	];
}
