import * as vscode from "vscode";
import { t } from "../words/words.ts";

/** The document with rules that is in front, as it stands there; else a file that a person chooses. */
export async function choosePolicy(): Promise<vscode.TextDocument | undefined> {
	const inFront = vscode.window.activeTextEditor?.document;
	const isOwn = inFront && ["file", "untitled"].includes(inFront.uri.scheme);
	if (isOwn && ["json", "jsonc"].includes(inFront.languageId)) return inFront;
	const chosen = await vscode.window.showOpenDialog({
		title: t("Choose the policy to try"),
		openLabel: t("Try"),
		filters: { [t("Policies")]: ["jsonc", "json"] },
	});
	return chosen?.[0] && vscode.workspace.openTextDocument(chosen[0]);
}
