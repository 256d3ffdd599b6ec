import * as path from "node:path";
import * as vscode from "vscode";
import { Refusal } from "../../core/refusal.ts";
import { t } from "../words/words.ts";

/** A file that launch settings come from, at its line where one is meant. */
export async function openSettingsFile(file: string, line = 1): Promise<void> {
	if (!path.isAbsolute(file) || !/\.(ya?ml|md|jsonc?)$/.test(file))
		throw new Refusal("nothingThere", t("Settings do not come from {0}.", file));
	const at = new vscode.Position(Math.max(0, line - 1), 0);
	await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}
