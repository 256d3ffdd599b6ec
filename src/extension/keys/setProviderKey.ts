import * as vscode from "vscode";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import type { ProviderKeys } from "./providerKeys.ts";

interface KeyParts {
	readonly daemon: Daemon;
	readonly providerKeys: ProviderKeys;
}

/** Which provider, then its key in a box that hides it; an empty box takes a kept key back. */
export async function setProviderKey({ daemon, providerKeys }: KeyParts, named?: string): Promise<void> {
	const kept = await providerKeys.kept();
	const provider = named ?? (await chooseProvider(daemon, kept));
	if (!provider) return;
	const isKept = kept.includes(provider);
	const typed = await vscode.window.showInputBox({
		title: t("Key of {0}", provider),
		prompt: isKept
			? t("It replaces the key that is kept; leave it empty to forget that one.")
			: t("It is kept in this editor's secret storage, and in the daemon's memory while it runs."),
		password: true,
		ignoreFocusOut: true,
		validateInput: (text) => (text.trim() === "" || /^\S{6,}$/.test(text.trim()) ? undefined : t("This is not a key.")),
	});
	if (typed === undefined) return;
	const key = typed.trim() || undefined;
	if (!key && !isKept) return;
	const goals = await providerKeys.set(provider, key);
	const goOn = goals.length === 1 ? t("1 goal goes on.") : goals.length > 1 ? t("{0} goals go on.", goals.length) : "";
	const done = key ? t("The daemon has the key of {0}.", provider) : t("The key of {0} is forgotten.", provider);
	void vscode.window.showInformationMessage([done, goOn].filter(Boolean).join(" "));
}

async function chooseProvider(daemon: Daemon, kept: readonly string[]): Promise<string | undefined> {
	const { providers } = await daemon.ask("provider/list", {});
	const rows = providers
		.filter(({ source }) => source === "config" || source === "environment")
		.sort((a, b) => Number(b.needsKey ?? false) - Number(a.needsKey ?? false))
		.map(({ id, needsKey, reason }) => ({
			label: id,
			description: kept.includes(id) ? t("key kept") : needsKey ? t("needs a key") : "",
			detail: needsKey ? reason : undefined,
		}));
	const chosen = await vscode.window.showQuickPick(rows, {
		title: t("Set Provider Key"),
		placeHolder: t("Whose key?"),
		ignoreFocusOut: true,
	});
	return chosen?.label;
}
