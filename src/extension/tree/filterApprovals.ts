import * as vscode from "vscode";
import { Risk } from "../../core/values.ts";
import { parseApprovalFilter } from "../../core/words/approvalFilter.ts";
import { riskWord } from "../approvals/approvalText.ts";
import { plainLine } from "../approvals/visibleText.ts";
import type { Goals } from "../connection/goals.ts";
import { t } from "../words/words.ts";
import type { ApprovalCentre } from "./approvalCentre.ts";
import { sectionTitle } from "./centreRows.ts";

interface Item extends vscode.QuickPickItem {
	readonly filter?: string;
}

/** Words are typed, or a state, a class or a goal is picked; what was chosen before of another kind stays. */
export function filterApprovals(centre: ApprovalCentre, goals: Goals): void {
	const pick = vscode.window.createQuickPick<Item>();
	pick.title = t("Filter Approvals");
	pick.placeholder = t("Words of what was asked, or state:denied risk:network goal:…");
	pick.matchOnDescription = true;
	pick.value = centre.filter;
	const draw = () => {
		const typed = pick.value.trim();
		const { problem } = parseApprovalFilter(typed);
		const own: Item = { label: problem ?? t("Show “{0}”", typed), filter: typed, alwaysShow: true };
		const all: Item = { label: t("Show all"), filter: "", alwaysShow: true };
		pick.items = [typed === "" ? all : own, ...(typed === "" ? [] : [all]), ...suggestions(goals)];
	};
	draw();
	pick.onDidChangeValue(draw);
	pick.onDidAccept(() => {
		const [item] = pick.selectedItems;
		const chosen = item?.filter ?? pick.value;
		const isOwn = item?.alwaysShow === true;
		const problem = centre.setFilter(isOwn ? chosen : joined(centre.filter, chosen));
		if (problem === undefined) pick.hide();
	});
	pick.onDidHide(() => pick.dispose());
	pick.show();
}

function suggestions(goals: Goals): Item[] {
	const heading = (label: string): Item => ({ label, kind: vscode.QuickPickItemKind.Separator });
	const item = (label: string, filter: string): Item => ({ label, description: filter, filter });
	return [
		heading(t("State")),
		item(sectionTitle("waiting"), "state:waiting"),
		item(sectionTitle("setAside"), "state:setAside"),
		item(t("Approved"), "state:approved"),
		item(t("Denied"), "state:denied"),
		item(sectionTitle("over"), "state:over"),
		heading(t("Risk")),
		...Risk.options.map((risk) => item(riskWord(risk), `risk:${risk}`)),
		heading(t("Goal")),
		...goals.all.slice(0, maxGoals).map(({ goalId, title }) => item(plainLine(title, 80), `goal:${goalId}`)),
	];
}

const maxGoals = 50;

/** What is chosen takes the place of what there was of its kind. */
export function joined(before: string, chosen: string): string {
	const kind = chosen.slice(0, chosen.indexOf(":") + 1);
	const others = (before.match(/(?:\w+:)?(?:"[^"]*"|\S+)/g) ?? []).filter((part) => !part.startsWith(kind));
	return [...others, chosen].join(" ");
}
