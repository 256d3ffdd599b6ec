import * as vscode from "vscode";
import { Refusal } from "../../core/refusal.ts";
import type { FormSeed } from "../../protocol/webview.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import type { FormContext, WebviewHost } from "./webviewHost.ts";

/** The tab of the launch form. There is one in a window, and it comes back after a reload with what was written in it. */
export interface Preflight extends vscode.Disposable {
	open(seed?: FormSeed): void;
	close(): void;
}

const viewType = "missionControl.preflight";

export function createPreflight(
	{ extensionUri }: vscode.ExtensionContext,
	daemon: Daemon,
	load: (webview: vscode.Webview, form: FormContext) => WebviewHost,
): Preflight {
	let opened: { readonly panel: vscode.WebviewPanel; readonly host: WebviewHost } | undefined;
	/** Until the page asks for it. */
	let seed: FormSeed | undefined;
	const form: FormContext = {
		start() {
			const mine = seed;
			seed = undefined;
			const folders = (vscode.workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
			return { folders, seed: mine };
		},
		async chooseAgent({ title, provider, mayInherit }, list) {
			const { chooseAgent, primaryAgent } = await import("../launch/chooseAgent.ts");
			const chosen = await chooseAgent(list, { title, provider, mayInherit });
			return chosen === primaryAgent ? { inherits: true } : { agent: chosen };
		},
		async setKey(provider) {
			await vscode.commands.executeCommand("missionControl.setProviderKey", provider);
		},
		async choosePlaybook(workspace) {
			const { choosePlaybookFor } = await import("../launch/playbookFiles.ts");
			const chosen = await choosePlaybookFor(workspace);
			return chosen === "none" ? { none: true } : { file: chosen?.fsPath };
		},
		async readPlaybook({ file, workspace }) {
			const { readPlaybookFile } = await import("../launch/playbookFiles.ts");
			try {
				if (!/\.(md|markdown)$/i.test(file)) throw new Error("This is no Markdown.");
				return await readPlaybookFile(vscode.Uri.file(file), workspace);
			} catch {
				throw new Refusal("nothingThere", t("{0} cannot be read. Choose another playbook, or none.", file));
			}
		},
		async savePreset({ settings, workspace }) {
			const { savePreset } = await import("../launch/presets.ts");
			return { name: await savePreset(daemon, settings, workspace) };
		},
	};

	function adopt(panel: vscode.WebviewPanel): void {
		const host = load(panel.webview, form);
		const media = vscode.Uri.joinPath(extensionUri, "media");
		panel.iconPath = {
			light: vscode.Uri.joinPath(media, "preflight-light.svg"),
			dark: vscode.Uri.joinPath(media, "preflight-dark.svg"),
		};
		panel.onDidDispose(() => {
			host.dispose();
			if (opened?.panel === panel) opened = undefined;
		});
		opened = { panel, host };
	}

	const serializer = vscode.window.registerWebviewPanelSerializer(viewType, {
		async deserializeWebviewPanel(panel) {
			if (opened) panel.dispose();
			else adopt(panel);
		},
	});
	return {
		open(wanted) {
			if (opened) {
				opened.panel.reveal();
				if (wanted) opened.host.seed(wanted);
				return;
			}
			seed = wanted;
			adopt(vscode.window.createWebviewPanel(viewType, t("Launch Goal"), vscode.ViewColumn.Active));
		},
		close: () => opened?.panel.dispose(),
		dispose() {
			serializer.dispose();
			opened?.host.dispose();
		},
	};
}
