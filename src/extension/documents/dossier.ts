import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import { t } from "../words/words.ts";
import { dossierMoments } from "./moments.ts";
import { dossierUri, queryValue, schemes } from "./uris.ts";

/** The readable account of a goal as a Markdown document. The one of now is read again while the goal goes on. */
export interface Dossiers extends vscode.Disposable {
	open(goalId: GoalId): Promise<void>;
	/** Asks for two moments and shows what came between in a diff. */
	compare(goalId: GoalId): Promise<void>;
}

/** While a goal runs its dossier is read again at most this often. */
const readAgainAfterMs = 1_500;

export function createDossiers(daemon: Daemon, goals: Goals): Dossiers {
	const changed = new vscode.EventEmitter<vscode.Uri>();
	const due = new Map<GoalId, NodeJS.Timeout>();
	/** Dossiers of now that were asked for; their goals are followed so that it is known when they moved. */
	const shown = new Map<GoalId, { readonly uri: vscode.Uri; readonly stop: () => void }>();

	const registration = vscode.workspace.registerTextDocumentContentProvider(schemes.dossier, {
		onDidChange: changed.event,
		async provideTextDocumentContent(uri) {
			const goalId = queryValue(uri, "goal") as GoalId;
			const seq = queryValue(uri, "seq");
			if (seq === undefined && !shown.has(goalId)) shown.set(goalId, { uri, stop: goals.follow(goalId) });
			try {
				const atSeq = seq === undefined ? undefined : Number(seq);
				return (await daemon.read("dossier/get", { goalId, format: "md", atSeq })).text;
			} catch (cause) {
				return cause instanceof Error ? cause.message : String(cause);
			}
		},
	});

	/** A document that only a preview shows is closed by VS Code after minutes, so it is opened again to be read again. */
	async function readAgain(uri: vscode.Uri): Promise<void> {
		await vscode.workspace.openTextDocument(uri);
		changed.fire(uri);
	}
	const refresh = (goalId: GoalId, afterMs: number) => {
		const dossier = shown.get(goalId);
		if (!dossier || due.has(goalId)) return;
		due.set(
			goalId,
			setTimeout(() => {
				due.delete(goalId);
				void readAgain(dossier.uri);
			}, afterMs),
		);
	};
	const forgetClosed = () => {
		const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
		for (const [goalId, { uri, stop }] of shown) {
			if (tabs.some((tab) => shows(tab, uri))) continue;
			stop();
			shown.delete(goalId);
		}
	};
	const subscriptions = [registration, changed, vscode.window.tabGroups.onDidChangeTabs(forgetClosed)];
	const stops = [
		goals.onChange((goalId) => goalId && refresh(goalId, readAgainAfterMs)),
		daemon.onConnection(({ state }) => {
			if (state === "connected") for (const goalId of shown.keys()) refresh(goalId, 0);
		}),
	];
	const titleOf = (goalId: GoalId) => goals.summary(goalId)?.title ?? goalId;

	return {
		async open(goalId) {
			await vscode.commands.executeCommand("markdown.showPreview", dossierUri(goalId, titleOf(goalId)));
		},
		async compare(goalId) {
			const moments = await dossierMoments(daemon, goalId);
			const later = await vscode.window.showQuickPick(moments, {
				placeHolder: t("Compare the dossier as it stood…"),
				matchOnDescription: true,
				ignoreFocusOut: true,
			});
			if (!later) return;
			const others = moments.filter((moment) => moment !== later);
			const earlier = await vscode.window.showQuickPick(others, {
				placeHolder: t("…with how it stood"),
				matchOnDescription: true,
				ignoreFocusOut: true,
			});
			if (!earlier) return;
			const [left, right] = later.order < earlier.order ? [later, earlier] : [earlier, later];
			const title = titleOf(goalId);
			await vscode.commands.executeCommand(
				"vscode.diff",
				dossierUri(goalId, title, left.seq),
				dossierUri(goalId, title, right.seq),
				t("Dossier of {0}: {1} ↔ {2}", title, left.label, right.label),
			);
		},
		dispose() {
			for (const timer of due.values()) clearTimeout(timer);
			for (const stop of [...stops, ...[...shown.values()].map((dossier) => dossier.stop)]) stop();
			for (const subscription of subscriptions) subscription.dispose();
		},
	};
}

/** A preview does not say what it shows; its label carries the document's name. */
function shows(tab: vscode.Tab, uri: vscode.Uri): boolean {
	const { input } = tab;
	if (input instanceof vscode.TabInputText) return input.uri.toString() === uri.toString();
	if (input instanceof vscode.TabInputTextDiff)
		return [input.original, input.modified].some((side) => side.toString() === uri.toString());
	if (!(input instanceof vscode.TabInputWebview)) return false;
	return input.viewType.endsWith("markdown.preview") && tab.label.includes(uri.path.slice(1));
}
