import * as vscode from "vscode";
import type { Goal, Step } from "../../core/goal.ts";
import { isRefusal, Refusal } from "../../core/refusal.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { planSteps } from "../../core/rules/steps.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Diffs } from "../documents/diffs.ts";
import { t } from "../words/words.ts";
import { outcome, type UndoRow, undoRows } from "./undoRows.ts";

interface UndoParts {
	readonly daemon: Daemon;
	readonly diffs: Diffs;
}

/** Shows what taking a step back would do to each file, and does it when the person chooses so. */
export async function undoStep({ daemon, diffs }: UndoParts, goal: Goal, { stepId, title }: Step): Promise<void> {
	const { goalId } = goal;
	const steps = planSteps(goal);
	const position = stepPosition(goal, { stepId });
	const isInPlan = position > 0;
	const hasLater = isInPlan && steps.slice(position).some((step) => step.attempt > 0 && !step.undone);
	const step = await daemon
		.ask("step/undo", { goalId, stepId, preview: true })
		.catch((cause: unknown) =>
			inOtherFolder(cause, () => daemon.ask("step/undo", { goalId, stepId, preview: true, useFolder: true })),
		);
	if (!step) return;
	// A later step may be under way; then only this one can be undone.
	const rest = hasLater
		? await daemon.ask("step/undo", { goalId, stepId, rest: true, preview: true }).catch(() => undefined)
		: undefined;
	const rows = undoRows(title, step, rest);
	if (rows.length === 0) throw new Refusal("nothingToUndo", t("This step has changed no file that is recorded."));
	const chosen = await vscode.window.showQuickPick(rows.map(item), {
		title: isInPlan ? t("Undo step {0}: {1}", position, title) : t("Undo step: {0}", title),
		placeHolder: rows.some((row) => row.undo)
			? t("What was changed since is never overwritten")
			: t("Nothing can be taken back"),
		matchOnDescription: true,
		ignoreFocusOut: true,
	});
	const row = chosen?.row;
	if (row?.path !== undefined) return diffs.openFile(goalId, row.path);
	if (!row?.undo) return;
	const answer = await daemon.ask("step/undo", { goalId, stepId, rest: row.undo === "rest" });
	const said =
		answer.stepIds.length === 1 ? t("“{0}” was undone", title) : t("{0} steps were undone", answer.stepIds.length);
	void vscode.window.showInformationMessage(`${said}: ${outcome(answer)}.`);
}

/** The person decides whether what stands in the place of the goal's folder is the goal's from here on. */
async function inOtherFolder<T>(cause: unknown, useFolder: () => Promise<T>): Promise<T | undefined> {
	if (!isRefusal(cause) || cause.code !== "otherFolder") throw cause;
	const use = t("Use This Folder");
	const chosen = await vscode.window.showWarningMessage(cause.message, { modal: true }, use);
	return chosen === use ? useFolder() : undefined;
}

function item(row: UndoRow): vscode.QuickPickItem & { readonly row: UndoRow } {
	const { label, description, detail, isHeading } = row;
	if (isHeading) return { label, kind: vscode.QuickPickItemKind.Separator, row };
	return {
		label: row.undo ? `$(discard) ${label}` : label,
		description,
		detail,
		alwaysShow: row.undo !== undefined,
		row,
	};
}
