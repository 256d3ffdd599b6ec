import * as path from "node:path";
import * as vscode from "vscode";
import { configName } from "../../protocol/config.ts";
import type { Daemon } from "../connection/daemon.ts";
import { policyUri, queryValue, schemes } from "../documents/uris.ts";
import { t } from "../words/words.ts";
import { policyLine } from "./policyPlace.ts";
import { policyText } from "./policyText.ts";

/** The rules in force as a document that follows config.jsonc; above the rules in both stands what can be done with them. */
export interface RulesInForce extends vscode.Disposable {
	open(): Promise<void>;
}

export function createRulesInForce(daemon: Daemon, dataFolder: () => Promise<string>): RulesInForce {
	const changed = new vscode.EventEmitter<vscode.Uri>();
	daemon.whileOpen(({ client }) =>
		client.onNotice("config/changed", () => {
			for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === schemes.policy) changed.fire(uri);
		}),
	);
	const lens = (line: number, title: string, command: string) =>
		new vscode.CodeLens(new vscode.Range(line, 0, line, 0), { title, command: `missionControl.${command}` });
	const registrations = [
		changed,
		vscode.workspace.registerTextDocumentContentProvider(schemes.policy, {
			onDidChange: changed.event,
			async provideTextDocumentContent(uri) {
				const workspace = queryValue(uri, "folder");
				const { levels } = await daemon.read("policy/read", { workspace });
				return policyText(levels, workspace && path.basename(workspace));
			},
		}),
		vscode.languages.registerCodeLensProvider(
			{ scheme: schemes.policy },
			{ provideCodeLenses: () => [lens(0, t("Open Policy"), "openPolicy")] },
		),
		vscode.languages.registerCodeLensProvider(
			{ scheme: "file", pattern: `**/${configName}` },
			{
				async provideCodeLenses(document) {
					if (document.uri.fsPath !== path.join(await dataFolder(), configName)) return [];
					const text = document.getText();
					if (!/"policy"\s*:/.test(text)) return [];
					const line = policyLine(text) - 1;
					return [lens(line, t("Try on the Past"), "tryPolicy"), lens(line, t("Show Rules in Force"), "showPolicy")];
				},
			},
		),
	];
	return {
		async open() {
			const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
			const document = await vscode.workspace.openTextDocument(policyUri(folder));
			await vscode.languages.setTextDocumentLanguage(document, "jsonc");
			await vscode.window.showTextDocument(document, { preview: true });
		},
		dispose() {
			for (const registration of registrations) registration.dispose();
		},
	};
}
