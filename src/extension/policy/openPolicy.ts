import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { configName } from "../../protocol/config.ts";
import { openConfig } from "../config/openConfig.ts";
import type { Daemon } from "../connection/daemon.ts";
import { openSettingsFile } from "../launch/settingsFile.ts";
import { policyLine } from "./policyPlace.ts";

/** Opens config.jsonc where the rules stand, or where this one does. An empty list is made where there is none. */
export async function openPolicy(daemon: Daemon, home: string, rule?: PolicyRule): Promise<void> {
	const file = path.join(home, configName);
	const written = () => fs.readFile(file, "utf8").catch(() => "");
	// A mistake in the file is marked in it; it is shown as it is.
	if (!/"policy"\s*:/.test(await written()) && vscode.workspace.isTrusted)
		await daemon.ask("policy/set", { text: JSON.stringify({ rules: [] }) }).catch(() => undefined);
	const text = await written();
	await (text === "" ? openConfig(home) : openSettingsFile(file, policyLine(text, rule)));
}
