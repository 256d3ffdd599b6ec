import * as vscode from "vscode";
import { Refusal } from "../../core/refusal.ts";
import { t } from "../words/words.ts";
import type { Selected } from "./selectionText.ts";

/** What is selected in the editor in front, or the line of its cursor. */
export function selectionInFront(): { readonly selected: Selected; readonly uri: vscode.Uri } {
	const editor = vscode.window.activeTextEditor;
	if (!editor) throw new Refusal("nothingThere", t("Open a file and select what the goal is about, then try again."));
	const { document, selection } = editor;
	const range = selection.isEmpty ? document.lineAt(selection.active.line).range : selection;
	// A selection that ends before the first character of a line does not mean that line.
	const isBefore = range.end.character === 0 && range.end.line > range.start.line;
	const selected = {
		path: vscode.workspace.asRelativePath(document.uri, false),
		firstLine: range.start.line + 1,
		lastLine: range.end.line + (isBefore ? 0 : 1),
		language: document.languageId === "plaintext" ? "" : document.languageId,
		text: document.getText(range),
	};
	return { selected, uri: document.uri };
}
