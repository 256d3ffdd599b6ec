import * as vscode from "vscode";
import { isLimit, isWhole, mostOf } from "../../core/budgetLimits.ts";
import type { GoalId } from "../../core/ids.ts";
import { type BudgetResource, budgetResources } from "../../core/values.ts";
import { t } from "../words/words.ts";
import { wholeGoal } from "./choose.ts";
import type { Parts } from "./parts.ts";

/** More of one of the goal's limits: which, and by how much. */
export async function raiseBudget({ daemon, goals }: Parts, goalId: GoalId): Promise<void> {
	const { budget } = await wholeGoal(goals, goalId);
	const limited = budgetResources.filter((resource) => budget[resource] !== undefined);
	const items = limited.map((resource) => ({ label: name(resource), description: String(budget[resource]), resource }));
	const [only] = items;
	const chosen =
		items.length === 1
			? only
			: await vscode.window.showQuickPick(items, { title: t("Raise Budget: which limit?"), ignoreFocusOut: true });
	if (!chosen) return;
	const typed = await vscode.window.showInputBox({
		title: t("Raise the Limit of {0} {1}", String(budget[chosen.resource]), name(chosen.resource)),
		prompt: t("By how much?"),
		ignoreFocusOut: true,
		validateInput: (text) => (isLimit(chosen.resource, Number(text)) ? undefined : raiseSentence(chosen.resource)),
	});
	if (typed) await daemon.ask("goal/raise", { goalId, by: { [chosen.resource]: Number(typed) } });
}

function raiseSentence(resource: BudgetResource): string {
	const most = mostOf(resource).toLocaleString("en-US");
	return isWhole(resource) ? t("A whole number from 1 to {0}.", most) : t("A number above 0, at most {0}.", most);
}

function name(resource: BudgetResource): string {
	const names = { usd: t("USD"), tokens: t("tokens"), minutes: t("minutes"), turns: t("turns") };
	return names[resource];
}
