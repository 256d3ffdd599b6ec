import * as vscode from "vscode";
import type { ModelChoice } from "../../protocol/values.ts";
import { t } from "../words.ts";
import { type AgentRow, agentRows, type Providers } from "./agentChoice.ts";

/** Listed models, and any other that is typed as `provider/model:effort`. Nothing, when it was left. */
export function chooseAgent(providers: Providers, title = t("Agent")): Promise<ModelChoice | undefined> {
	const pick = vscode.window.createQuickPick<AgentRow & vscode.QuickPickItem>();
	pick.title = title;
	pick.placeholder = t("Choose, or type provider/model or provider/model:effort");
	pick.items = [...agentRows(providers, "")];
	pick.matchOnDescription = true;
	return new Promise((resolve) => {
		pick.onDidChangeValue((value) => {
			pick.items = [...agentRows(providers, value)];
		});
		pick.onDidAccept(() => {
			const [row] = pick.activeItems;
			if (!row?.agent) return;
			resolve(row.agent);
			pick.hide();
		});
		pick.onDidHide(() => {
			resolve(undefined);
			pick.dispose();
		});
		pick.show();
	});
}
