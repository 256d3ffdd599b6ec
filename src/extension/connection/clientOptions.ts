import * as path from "node:path";
import * as vscode from "vscode";
import type { ClientOptions } from "../../client/clientOptions.ts";
import type { ModelOffer } from "../../client/offeredModels.ts";
import { editorRipgrep } from "./ripgrep.ts";

/** The daemon's data folder: what the setting names, else what the environment or the platform says. */
export async function dataFolder(): Promise<string> {
	const { homeFolder } = await import("../../client/home.ts");
	const named = vscode.workspace.getConfiguration("missionControl").get<string>("dataFolder");
	return named ? path.resolve(named) : homeFolder();
}

export async function clientOptions(
	context: vscode.ExtensionContext,
	log: vscode.LogOutputChannel,
	models: ModelOffer,
): Promise<ClientOptions> {
	const { thisActor } = await import("../../client/home.ts");
	const ripgrep = editorRipgrep(vscode.env.appRoot);
	return {
		home: await dataFolder(),
		actor: thisActor("VS Code"),
		daemonScript: context.asAbsolutePath(path.join("dist", "daemon.js")),
		env: ripgrep ? { MISSION_RIPGREP: ripgrep } : undefined,
		// A folder that is not trusted has its window ask nothing of other extensions.
		models: vscode.workspace.isTrusted ? models : undefined,
		start: vscode.workspace.isTrusted ? "whenWorkWaits" : "never",
		log: (level, text) => log[level](text),
	};
}
