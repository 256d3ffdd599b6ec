import * as vscode from "vscode";
import { t } from "../words/words.ts";
import type { Icon, Row } from "./row.ts";

/** A row as VS Code draws it; a click hands over the node that it stands for. */
export function treeItem(row: Row, node: object, fold: Row["fold"] = row.fold): vscode.TreeItem {
	const item = new vscode.TreeItem(row.label, foldStates[fold]);
	item.id = row.id;
	item.description = row.description ?? "";
	item.tooltip = row.tooltip ?? row.label;
	item.contextValue = row.context;
	item.iconPath = row.icon && themeIcon(row.icon);
	if (row.spoken) item.accessibilityInformation = { label: row.spoken };
	if (row.click) item.command = { command: row.click, title: t("Open"), arguments: [node] };
	return item;
}

function themeIcon({ codicon, color }: Icon): vscode.ThemeIcon {
	return new vscode.ThemeIcon(codicon, color ? new vscode.ThemeColor(color) : undefined);
}

const foldStates = {
	leaf: vscode.TreeItemCollapsibleState.None,
	folded: vscode.TreeItemCollapsibleState.Collapsed,
	open: vscode.TreeItemCollapsibleState.Expanded,
};
