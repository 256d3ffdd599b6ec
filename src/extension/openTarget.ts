import * as vscode from "vscode";
import { Refusal } from "../core/refusal.ts";
import type { Target } from "../protocol/webview.ts";
import type { Parts } from "./commands/parts.ts";
import { imageUri } from "./documents/uris.ts";
import { openSettingsFile } from "./launch/settingsFile.ts";
import { showLaunched } from "./launch/showLaunched.ts";
import { t } from "./words/words.ts";

/** Where a webview asks to go. */
export async function openTarget(parts: Parts, target: Target): Promise<void> {
	switch (target.kind) {
		case "launched":
			parts.webviews.closePreflight();
			parts.webviews.openOverview(target.goalId);
			return showLaunched(parts, target.goalId);
		case "settingsFile":
			return openSettingsFile(target.path, target.line);
		case "sourceControl":
			return void (await vscode.commands.executeCommand("workbench.view.scm"));
		case "serverInputs":
			return void (await vscode.commands.executeCommand("missionControl.serverInputs"));
	}
	const { goalId } = target;
	switch (target.kind) {
		case "feed":
			return parts.webviews.openFeed(goalId, target.seq);
		case "overview":
			return parts.webviews.openOverview(goalId);
		case "thread":
			return parts.webviews.openThread(goalId, target.threadId);
		case "change":
			return parts.diffs.openOne(goalId, target);
		case "changes":
			if (!(await parts.diffs.openAll(goalId, target.stepId)))
				throw new Refusal("nothingThere", t("No file was changed."));
			return;
		case "file":
			return parts.diffs.openFile(goalId, target.path);
		case "dossier":
			return parts.dossiers.open(goalId);
		case "roster":
			return void (await vscode.commands.executeCommand("missionControl.editRoster", { goalId }));
		case "approval":
			return parts.approvals.open(goalId, target.approvalId);
		case "image":
			return void (await vscode.commands.executeCommand("vscode.open", imageUri(goalId, target.image), {
				preview: true,
			}));
		case "output":
			return parts.outputs.open(goalId, target.seq);
	}
}
