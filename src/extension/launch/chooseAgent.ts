import * as vscode from "vscode";
import type { ModelChoice } from "../../protocol/values.ts";
import { t } from "../words.ts";
import { type AgentRow, agentRows, type Providers } from "./agentChoice.ts";
import { editorModels } from "./editorModels.ts";

/** Listed models, and any other that is typed as `provider/model:effort`. Nothing, when it was left. */
export function chooseAgent(providers: Providers, title = t("Agent")): Promise<ModelChoice | undefined> {
	const pick = vscode.window.createQuickPick<AgentRow & vscode.QuickPickItem>();
	pick.title = title;
	pick.placeholder = t("Choose, or type provider/model or provider/model:effort");
	let all = providers;
	const show = () => {
		pick.items = [...agentRows(all, pick.value)];
	};
	show();
	pick.matchOnDescription = true;
	let isOpen = true;
	void editorModels().then((found) => {
		if (!isOpen || found.length === 0) return;
		all = { ...providers, providers: [...providers.providers, ...found] };
		show();
	});
	return new Promise((resolve) => {
		pick.onDidChangeValue(show);
		pick.onDidAccept(() => {
			const [row] = pick.activeItems;
			if (!row?.agent) return;
			resolve(row.agent);
			pick.hide();
		});
		pick.onDidHide(() => {
			isOpen = false;
			resolve(undefined);
			pick.dispose();
		});
		pick.show();
	});
}
