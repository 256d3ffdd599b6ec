import { modeChangeText } from "../../core/words/modeChange.ts";
import type { ChangeView } from "../../protocol/view.ts";
import { statusWord } from "../documents/statusWord.ts";
import { contextOf } from "../menus/rowContext.ts";
import { t } from "../words/words.ts";
import type { Row } from "./row.ts";

/** A changed file, by its name, with the folder and what happened to it. */
export function changeRow(goalId: string, change: ChangeView, under: string): Row {
	const slash = change.path.lastIndexOf("/");
	const folder = slash > 0 ? change.path.slice(0, slash) : "";
	const mode = modeChangeText(change);
	const by =
		change.by === "outside"
			? t("outside the goal")
			: change.by === "check"
				? t("by a check")
				: change.by === "undo"
					? t("by undo")
					: "";
	return {
		id: `change:${goalId}:${under}:${change.path}`,
		label: change.path.slice(slash + 1),
		description: [folder, lineCounts(change), mode, by].filter(Boolean).join("  "),
		tooltip: change.from ? `${change.from} → ${change.path}` : change.path,
		spoken: [change.path, statusWord(change.status), lineCounts(change), mode, by].filter(Boolean).join(", "),
		context: contextOf("change", [change.status]),
		fold: "leaf",
		click: "missionControl.openChange",
	};
}

/** Lines in all; of some files nobody counted them, and then there is no sum. */
export function sumOf(changes: readonly ChangeView[]): Pick<ChangeView, "added" | "removed"> {
	const counted = changes.filter((change) => change.added !== undefined || change.removed !== undefined);
	if (counted.length === 0 || counted.length < changes.length) return {};
	return {
		added: counted.reduce((sum, change) => sum + (change.added ?? 0), 0),
		removed: counted.reduce((sum, change) => sum + (change.removed ?? 0), 0),
	};
}

/** `+3 −1`; empty where lines were not counted. */
export function lineCounts({ added, removed }: Pick<ChangeView, "added" | "removed">): string {
	if (added === undefined && removed === undefined) return "";
	return `+${added ?? 0} −${removed ?? 0}`;
}
