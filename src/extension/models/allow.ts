import * as vscode from "vscode";
import { t } from "../words/words.ts";

/**
 * Lets the person decide whether Mission Control may use a model. VS Code asks with the first request only, so one is
 * sent, and given up as soon as it was let through. To be called for what a person does, never by itself.
 */
export async function allow(
	model: vscode.LanguageModelChat,
	access: vscode.LanguageModelAccessInformation,
): Promise<boolean> {
	if (access.canSendRequest(model) === true) return true;
	const ending = new vscode.CancellationTokenSource();
	try {
		const justification = t("Goals that you launch with {0} ask it for each of their steps.", model.name);
		await model.sendRequest([vscode.LanguageModelChatMessage.User("ready?")], { justification }, ending.token);
	} catch (cause) {
		if (cause instanceof vscode.LanguageModelError && cause.code === vscode.LanguageModelError.NoPermissions.name)
			return false;
		// It was let through, and failed for another reason, which the goal will be told.
	} finally {
		ending.cancel();
		ending.dispose();
	}
	return access.canSendRequest(model) === true;
}
