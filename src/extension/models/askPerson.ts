import * as vscode from "vscode";
import { t } from "../words/words.ts";

/**
 * Lets the person decide whether Mission Control may use a model. VS Code asks with the first request only, so one is
 * sent, and given up as soon as it was let through. To be called for what a person does, never by itself.
 */
export async function askPerson(model: vscode.LanguageModelChat): Promise<boolean> {
	const ending = new vscode.CancellationTokenSource();
	try {
		const justification = t("Goals that you launch with {0} ask it for each of their steps.", model.name);
		await model.sendRequest([vscode.LanguageModelChatMessage.User("ready?")], { justification }, ending.token);
		return true;
	} catch (cause) {
		// What fails for another reason was let through; the goal will be told.
		return !(cause instanceof vscode.LanguageModelError && cause.code === vscode.LanguageModelError.NoPermissions.name);
	} finally {
		ending.cancel();
		ending.dispose();
	}
}
