import * as vscode from "vscode";
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
		validateInput: (text) => (Number(text) > 0 ? undefined : t("A number above 0, for example 10.")),
	});
	if (typed) await daemon.ask("goal/raise", { goalId, by: { [chosen.resource]: Number(typed) } });
}

function name(resource: BudgetResource): string {
	const names = { usd: t("USD"), tokens: t("tokens"), minutes: t("minutes"), turns: t("turns") };
	return names[resource];
}
