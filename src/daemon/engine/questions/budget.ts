import { mostOf, raiseStep } from "../../../core/budgetLimits.ts";
import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { ThreadId } from "../../../core/ids.ts";
import { Refusal } from "../../../core/refusal.ts";
import { type BrokenLimit, cacheWriteRatio } from "../../../core/rules/budget.ts";
import { calls, isUnderWay } from "../../../core/rules/calls.ts";
import type { BudgetLimits } from "../../../core/values.ts";
import { sha256 } from "../../platform/digest.ts";
import type { NewId } from "../../platform/ports.ts";
import { answeredByRaise, endedQuestions, raised } from "../requests/raise.ts";
import { handOffNote } from "../texts/briefs.ts";
import { asking, type Consequences } from "./question.ts";

export function askBudget(
	goal: Goal,
	{ broken, threadId }: { readonly broken: BrokenLimit; readonly threadId?: ThreadId },
	{ keepsPrompts }: { readonly keepsPrompts?: (provider: string) => boolean },
	newId: NewId,
	now: number,
): GoalEvent[] {
	const { resource, limit, used, reason } = broken;
	const unpriced =
		broken.unpriced && keepsPrompts?.(broken.unpriced.provider)
			? { ...broken.unpriced, keepsPrompts: true }
			: broken.unpriced;
	return [
		{ type: "budget.exceeded", resource, limit, used, reason },
		{
			...asking("budget", newId, now),
			kind: "budget",
			resource,
			unpriced,
			threadId,
			stepId: threadId && goal.threads[threadId]?.stepId,
			summary: `The budget stops the goal: ${reason}`,
			reasons: [
				unpriced
					? "Set its price and the limit of money holds, limit tokens instead, or go on without. Limits of tokens, minutes and turns stay, and nothing that was done is lost."
					: `Raise adds ${raiseStep(goal, resource)} ${resource}. Nothing that was done is lost either way.`,
				...endedNote(goal, resource),
				handOffNote(goal),
			],
			digest: sha256(["budget", goal.goalId, resource, limit, used]),
			options: unpriced ? ["price", "tokens", "raise", "stop"] : ["raise", "stop"],
		},
	];
}

/** What the limit of minutes ends: nothing of it runs again by itself. */
function endedNote(goal: Goal, resource: BrokenLimit["resource"]): string[] {
	const ended = resource === "minutes" ? calls(goal).filter(isUnderWay) : [];
	const names = ended.map(({ summary }) => `\`${summary}\``).join(", ");
	return names ? [`Ended at the limit: ${names}. Its agent is told so, and decides whether to run it again.`] : [];
}

/** The goal ends, or goes on with more, with another limit, or with the price that was missing. */
export const budgetAnswered: Consequences = (approval, { answer, values = {} }, goal, { by }) => {
	const { resource, unpriced, approvalId } = approval;
	if (answer === "stop" || !resource) return [{ type: "goal.failed", reason: approval.summary }];
	if (answer === "price" && values.price && unpriced) {
		const { provider, model, keepsPrompts } = unpriced;
		// Otherwise a turn would cost more than was reserved for it.
		const kept = keepsPrompts ? { cacheWrite: values.price.input * cacheWriteRatio } : {};
		return [
			{ type: "price.set", provider, model, price: { ...kept, ...values.price }, by },
			...endedQuestions(
				goal,
				approvalId,
				({ unpriced: other }) => other?.provider === provider && other.model === model,
				"The price of its model was set.",
			),
		];
	}
	const { [resource]: limit = 0, ...others } = goal.budget;
	return [...raised(goal, { ...others, ...instead() }, by), ...answeredByRaise(goal, [resource], approvalId)];

	/** Money that cannot be counted cannot be limited: going on takes that limit away. */
	function instead(): BudgetLimits {
		if (answer === "tokens") return { tokens: enoughTokens(values.tokens, goal) };
		return unpriced ? {} : { [resource!]: Math.min(limit + raiseStep(goal, resource!), mostOf(resource!)) };
	}
};

function enoughTokens(tokens: number | undefined, { usage }: Goal): number | undefined {
	const used = usage.inputTokens + usage.outputTokens;
	if (tokens !== undefined && tokens <= used)
		throw new Refusal(
			"badAnswer",
			`The goal has used ${used} tokens, so a limit of ${tokens} would stop it. Give more.`,
		);
	return tokens;
}
