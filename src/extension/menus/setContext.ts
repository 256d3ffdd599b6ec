import * as vscode from "vscode";
import type { OwnKeys } from "./contextKeys.ts";

/** Tells menus what they ask for. */
export function setContext<K extends keyof OwnKeys>(key: K, value: OwnKeys[K]): void {
	void vscode.commands.executeCommand("setContext", `missionControl.${key}`, value);
}
