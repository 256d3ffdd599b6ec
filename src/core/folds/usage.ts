import type { RoleUsage, Totals } from "../goal.ts";
import { costOf } from "../rules/budget.ts";
import type { Price, Usage } from "../values.ts";

/** What a turn used, added to the goal's sums. `model` is `provider/model`. */
export function addUsage(totals: Totals, usage: Usage, role: string, model: string, turns: number): Totals {
	const estimated = usage.estimated ? usage.inputTokens + usage.outputTokens : 0;
	const plus = (before: RoleUsage | undefined) => ({
		inputTokens: (before?.inputTokens ?? 0) + usage.inputTokens,
		outputTokens: (before?.outputTokens ?? 0) + usage.outputTokens,
		costUsd: addMoney(before ? before.costUsd : 0, usage.costUsd),
		...sumOf("cachedInputTokens", before?.cachedInputTokens, usage.cachedInputTokens),
		...sumOf("cacheWriteTokens", before?.cacheWriteTokens, usage.cacheWriteTokens),
		...sumOf("reasoningTokens", before?.reasoningTokens, usage.reasoningTokens),
		...sumOf("estimatedTokens", before?.estimatedTokens, estimated),
		turns: (before?.turns ?? 0) + turns,
	});
	return {
		...totals,
		...plus(totals),
		byRole: { ...totals.byRole, [role]: plus(totals.byRole[role]) },
		byModel: { ...totals.byModel, [model]: plus(totals.byModel[model]) },
	};
}

/** Only where there is any. */
function sumOf(field: keyof RoleUsage, before = 0, used = 0) {
	return before + used > 0 ? { [field]: before + used } : {};
}

/** Unknown stays unknown: a sum with an unknown part is not a number. */
function addMoney(a: number | null, b: number | null): number | null {
	return a === null || b === null ? null : a + b;
}

/** What a model has used at an unknown price, now that it has one. What each role cost stays unknown. */
export function pricedUsage(totals: Totals, model: string, price: Price): Totals {
	const used = totals.byModel[model];
	if (!used || used.costUsd !== null) return totals;
	const byModel = { ...totals.byModel, [model]: { ...used, costUsd: costOf(used, price) } };
	const costUsd = Object.values(byModel).reduce<number | null>((sum, one) => addMoney(sum, one.costUsd), 0);
	return { ...totals, byModel, costUsd };
}
