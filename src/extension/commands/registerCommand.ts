import * as vscode from "vscode";
import { isRefusal } from "../../core/refusal.ts";
import { restrictedSentence } from "../webviewHosts/restricted.ts";
import { t } from "../words/words.ts";
import type { CommandRow } from "./commandShapes.ts";
import type { Parts } from "./parts.ts";

/** What changes something is refused in Restricted Mode; what fails is told to the person. */
export function registerCommand(parts: Parts, name: string, row: CommandRow): vscode.Disposable {
	return vscode.commands.registerCommand(`missionControl.${name}`, async (argument: unknown) => {
		if (row.acts && !vscode.workspace.isTrusted) {
			const trust = t("Manage Trust");
			if ((await vscode.window.showInformationMessage(restrictedSentence(), trust)) === trust)
				await vscode.commands.executeCommand("workbench.trust.manage");
			return;
		}
		try {
			await row.run(parts, argument);
		} catch (cause) {
			await tell(parts.log, name, cause);
		}
	});
}

/** A refusal is a sentence for the person. Anything else is a bug: whole in the log, and said to be there. */
async function tell(log: vscode.LogOutputChannel, name: string, cause: unknown): Promise<void> {
	if (isRefusal(cause)) {
		void vscode.window.showErrorMessage(cause.message);
		return;
	}
	log.error(`${name}: ${detailsOf(cause)}`);
	const show = t("Show Log");
	const sentence = t("That did not work, and Mission Control does not know why. The log has the details.");
	if ((await vscode.window.showErrorMessage(sentence, show)) === show) log.show();
}

/** What the log says of something that should not have happened. */
export function detailsOf(cause: unknown): string {
	return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
