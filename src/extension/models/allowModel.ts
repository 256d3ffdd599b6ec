import * as vscode from "vscode";
import { t } from "../words/words.ts";
import type { EditorModels } from "./editorModels.ts";

/** Which model of this window Mission Control may use, for goals that were launched elsewhere and wait for one. */
export async function allowModel(models: EditorModels): Promise<void> {
	const rows = models
		.notAllowed()
		.then((found) => found.map((model) => ({ label: model.name, description: `${model.vendor}/${model.id}`, model })));
	if ((await rows).length === 0) {
		void vscode.window.showInformationMessage(
			t("No model here waits to be allowed: those that other extensions provide in this window can be used already."),
		);
		return;
	}
	const chosen = await vscode.window.showQuickPick(rows, {
		title: t("Allow a Model of VS Code"),
		placeHolder: t("VS Code asks you for it; goals that wait for the model go on then"),
		matchOnDescription: true,
		ignoreFocusOut: true,
	});
	if (!chosen) return;
	const sentence = (await models.allow(chosen.model))
		? t("Mission Control may use {0}.", chosen.label)
		: t("{0} stays as it was: VS Code was not allowed to use it.", chosen.label);
	void vscode.window.showInformationMessage(sentence);
}
