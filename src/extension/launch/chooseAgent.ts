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

/**
 * Listed models, and any other that is typed as `provider/model:effort`. Nothing, when it was left. The list is asked for
 * again while it says that there is more to come: an extension that provides models may take long to start.
 */
export function chooseAgent(
	list: () => Promise<Providers>,
	question: AgentQuestion & { readonly mayInherit: boolean },
): Promise<ModelChoice | typeof primaryAgent | undefined>;
export function chooseAgent(
	list: () => Promise<Providers>,
	question?: AgentQuestion & { readonly mayInherit?: undefined },
): Promise<ModelChoice | undefined>;
export async function chooseAgent(
	list: () => Promise<Providers>,
	{ title = t("Agent"), provider, mayInherit }: AgentQuestion = {},
): Promise<ModelChoice | typeof primaryAgent | undefined> {
	let providers = await list();
	const pick = vscode.window.createQuickPick<(AgentRow | InheritRow) & vscode.QuickPickItem>();
	pick.title = title;
	pick.placeholder = t("Choose, or type provider/model or provider/model:effort");
	pick.matchOnDescription = true;
	pick.keepScrollPosition = true;
	// A webview from which it was asked for may take the focus back a moment after the list before this one has closed.
	pick.ignoreFocusOut = true;
	const inherit: readonly InheritRow[] = mayInherit ? [{ label: t("As the Primary Agent"), agent: primaryAgent }] : [];
	let isUnfolded = false;
	const asked = () => {
		const all = providers.providers;
		return { ...providers, providers: provider ? all.filter(({ id }) => id === provider) : all };
	};
	const show = (isAnew = false) => {
		const rows = [...inherit, ...agentRows(asked(), pick.value, isUnfolded)];
		// Thousands of rows are handed over once; only a name that was typed makes others.
		const [now, before] = [rows, pick.items].map((some) => some.at(-1)?.label);
		if (isAnew || rows.length !== pick.items.length || now !== before) pick.items = rows;
	};
	show(true);
	let isOpen = true;
	const listAgain = async () => {
		while (isOpen && providers.moreToCome) {
			const before = namesIn(providers);
			providers = await list();
			if (!isOpen || namesIn(providers) === before) continue;
			const [active] = pick.activeItems;
			show(true);
			pick.activeItems = pick.items.filter(({ label }) => label === active?.label);
		}
	};
	pick.busy = providers.moreToCome === true;
	listAgain()
		.catch(() => undefined)
		.finally(() => {
			if (isOpen) pick.busy = false;
		});
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
			isOpen = false;
			resolve(undefined);
			pick.dispose();
		});
		pick.show();
	});
}

function namesIn({ providers }: Providers): string {
	return JSON.stringify(providers.map(({ id, usable, models }) => [id, usable, models]));
}

interface InheritRow {
	readonly label: string;
	readonly agent: typeof primaryAgent;
}
