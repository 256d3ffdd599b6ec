import * as vscode from "vscode";
import type { ModelChoice } from "../../core/values.ts";
import { t } from "../words/words.ts";
import { type AgentRow, agentRows, type Providers, typedAgent } from "./agentChoice.ts";

/** Chosen in place of a model: whatever the primary agent is. */
export const primaryAgent = "primary";

export interface AgentQuestion {
	readonly title?: string;
	/** Only models of this provider. */
	readonly provider?: string;
	/** The list begins with the primary agent. */
	readonly mayInherit?: boolean;
}

/** Listed models, and any other that is typed as `provider/model:effort`. Nothing, when it was left. */
export function chooseAgent(
	providers: Providers,
	question: AgentQuestion & { readonly mayInherit: boolean },
): Promise<ModelChoice | typeof primaryAgent | undefined>;
export function chooseAgent(
	providers: Providers,
	question?: AgentQuestion & { readonly mayInherit?: undefined },
): Promise<ModelChoice | undefined>;
export function chooseAgent(
	providers: Providers,
	{ title = t("Agent"), provider, mayInherit }: AgentQuestion = {},
): Promise<ModelChoice | typeof primaryAgent | undefined> {
	const pick = vscode.window.createQuickPick<(AgentRow | InheritRow) & vscode.QuickPickItem>();
	pick.title = title;
	pick.placeholder = t("Choose, or type provider/model or provider/model:effort");
	pick.matchOnDescription = true;
	// A webview from which it was asked for may take the focus back a moment after the list before this one has closed.
	pick.ignoreFocusOut = true;
	const inherit: readonly InheritRow[] = mayInherit ? [{ label: t("As the Primary Agent"), agent: primaryAgent }] : [];
	let isUnfolded = false;
	const all = providers.providers;
	const asked = () => ({ ...providers, providers: provider ? all.filter(({ id }) => id === provider) : all });
	const show = (isAnew = false) => {
		const rows = [...inherit, ...agentRows(asked(), pick.value, isUnfolded)];
		// Thousands of rows are handed over once; only a name that was typed makes others.
		const [now, before] = [rows, pick.items].map((some) => some.at(-1)?.label);
		if (isAnew || rows.length !== pick.items.length || now !== before) pick.items = rows;
	};
	show(true);
	return new Promise((resolve) => {
		pick.onDidChangeValue(() => show());
		pick.onDidAccept(() => {
			const [row] = pick.activeItems;
			if (row && "unfolds" in row && row.unfolds) {
				isUnfolded = true;
				show(true);
			}
			const agent = row ? row.agent : typedAgent(asked(), pick.value);
			if (!agent) return;
			resolve(agent);
			pick.hide();
		});
		pick.onDidHide(() => {
			resolve(undefined);
			pick.dispose();
		});
		pick.show();
	});
}

interface InheritRow {
	readonly label: string;
	readonly agent: typeof primaryAgent;
}
