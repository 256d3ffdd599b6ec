import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { ApprovalId, GoalId, ThreadId } from "../../core/ids.ts";
import type { FormSeed, Target, webviewKinds } from "../../protocol/webview.ts";
import type { CurrentGoal } from "../connection/currentGoal.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import { t } from "../words/words.ts";
import { webviewPage } from "./page.ts";
import { createPreflight } from "./preflight.ts";
import { threadTab } from "./threadRouter.ts";
import type { WebviewContext, WebviewHost } from "./webviewHost.ts";

/** The webviews: the feed in the panel, which follows the current goal, and one tab for each goal and thread that is open. */
export interface Webviews extends vscode.Disposable {
	openOverview(goalId: GoalId, approvalId?: ApprovalId): void;
	openThread(goalId: GoalId, threadId: ThreadId): void;
	/** Shows the feed and, in it, an event. */
	openFeed(goalId: GoalId, seq?: number): Promise<void>;
	/** The form that a goal is launched from, of which there is one; what it is opened from is added to what it holds. */
	openPreflight(seed?: FormSeed): void;
	closePreflight(): void;
	/** Of the tab that is in front. */
	readonly activeGoal: GoalId | undefined;
}

interface WebviewsOptions {
	readonly context: vscode.ExtensionContext;
	readonly daemon: Daemon;
	readonly goals: Goals;
	readonly current: CurrentGoal;
	open(target: Target): Promise<void>;
	answer: NonNullable<WebviewContext["answer"]>;
	report(cause: unknown, method: string): void;
}

interface OpenPanel {
	readonly panel: vscode.WebviewPanel;
	readonly host: WebviewHost;
	readonly goalId: GoalId;
	readonly identity: PanelIdentity;
}

type Kind = (typeof webviewKinds)[number];
type PanelKind = Exclude<Kind, "feed" | "preflight">;
type PanelIdentity = { readonly kind: PanelKind; readonly goalId: GoalId; readonly threadId?: ThreadId };
type Identity = { readonly goalId?: GoalId; readonly threadId?: ThreadId };

export function createWebviews({ context, daemon, goals, current, open, answer, report }: WebviewsOptions): Webviews {
	const panels = new Map<string, OpenPanel>();
	const root = vscode.Uri.joinPath(context.extensionUri, "dist", "webviews");
	const media = vscode.Uri.joinPath(context.extensionUri, "media");
	const leftOpen = [...context.workspaceState.get<readonly PanelIdentity[]>(openPanels, [])];
	let isLeaving = false;
	let feed: { readonly view: vscode.WebviewView; readonly host: WebviewHost } | undefined;
	let feedPlace: { readonly goalId: GoalId; readonly seq?: number } | undefined;

	function load(
		kind: Kind,
		webview: vscode.Webview,
		identity: Identity,
		more: Partial<WebviewContext> = {},
	): WebviewHost {
		webview.options = { enableScripts: true, localResourceRoots: [root] };
		const key = `webview:${kind}:${identity.threadId ?? (kind === "overview" ? identity.goalId : "") ?? ""}`;
		return whenLoaded(async () => {
			const [{ hostWebview }, { pageImages }] = await Promise.all([
				import("./webviewHost.ts"),
				import("./pageImages.ts"),
			]);
			const host = hostWebview(
				{
					post: (message) => void webview.postMessage(message),
					onMessage: (listener) => webview.onDidReceiveMessage(listener),
				},
				{
					kind,
					...identity,
					daemon,
					goals,
					mayAct: () => vscode.workspace.isTrusted,
					open,
					answer,
					copy: async (text) => vscode.env.clipboard.writeText(text),
					memory: {
						get: () => context.workspaceState.get(key),
						set: (value) => void context.workspaceState.update(key, value),
					},
					report,
					texts: vscode.l10n.bundle,
					images: pageImages(context, key),
					...more,
				},
			);
			webview.html = webviewPage({
				kind,
				uriOf: (name) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString(),
				cspSource: webview.cspSource,
				nonce: randomBytes(16).toString("base64url"),
				identity: { ...identity },
				language: vscode.l10n.bundle ? vscode.env.language : "en",
			});
			return host;
		});
	}

	function openPanel(kind: PanelKind, goalId: GoalId, threadId?: ThreadId): OpenPanel {
		const known = panels.get(panelKey(kind, goalId, threadId));
		if (known) {
			known.panel.reveal();
			return known;
		}
		const panel = vscode.window.createWebviewPanel(
			viewTypes[kind],
			titleOf(kind, goalId, threadId),
			vscode.ViewColumn.Active,
		);
		return adopt(kind, panel, goalId, threadId);
	}

	/** A panel that was just created, or one that VS Code brings back. */
	function adopt(kind: PanelKind, panel: vscode.WebviewPanel, goalId: GoalId, threadId?: ThreadId): OpenPanel {
		const key = panelKey(kind, goalId, threadId);
		const host = load(kind, panel.webview, threadId ? { goalId, threadId } : { goalId });
		panel.iconPath = {
			light: vscode.Uri.joinPath(media, `${kind}-light.svg`),
			dark: vscode.Uri.joinPath(media, `${kind}-dark.svg`),
		};
		const stop = goals.onChange((changed) => {
			if (changed && changed !== goalId) return;
			const title = titleOf(kind, goalId, threadId);
			if (goals.areKnown && panel.title !== title) panel.title = title;
		});
		panel.onDidChangeViewState(() => {
			if (panel.active) current.set(goalId);
		});
		panel.onDidDispose(() => {
			stop();
			host.dispose();
			panels.delete(key);
			rememberPanels();
		});
		const opened = { panel, host, goalId, identity: { kind, goalId, threadId } };
		panels.set(key, opened);
		rememberPanels();
		if (panel.active) current.set(goalId);
		return opened;
	}

	/** A page that is cut off while it loads has not told VS Code yet what it shows. */
	function rememberPanels(): void {
		if (!isLeaving)
			void context.workspaceState.update(
				openPanels,
				[...panels.values()].map(({ identity }) => identity),
			);
	}

	function titleOf(kind: PanelKind, goalId: GoalId, threadId?: ThreadId): string {
		const title = goals.summary(goalId)?.title ?? t("Goal");
		const goal = goals.goal(goalId);
		return kind === "thread" && threadId && goal ? threadTab(goal, threadId) : kind === "thread" ? t("Thread") : title;
	}

	const preflight = createPreflight(context, daemon, (webview, form) => load("preflight", webview, {}, { form }));

	const feedProvider: vscode.WebviewViewProvider = {
		resolveWebviewView(view) {
			const goalId = feedPlace?.goalId ?? current.goalId;
			const host = load("feed", view.webview, goalId ? { goalId } : {}, { onWatch: (goalId) => current.set(goalId) });
			feed = { view, host };
			if (feedPlace?.seq !== undefined) host.show(feedPlace);
			view.onDidDispose(() => {
				host.dispose();
				if (feed?.host === host) feed = undefined;
			});
		},
	};

	const subscriptions: vscode.Disposable[] = [
		vscode.window.registerWebviewViewProvider("missionControl.feed", feedProvider),
		preflight,
		...(["overview", "thread"] as const).map((kind) =>
			vscode.window.registerWebviewPanelSerializer(viewTypes[kind], {
				async deserializeWebviewPanel(panel, state: Identity | undefined) {
					const left = leftOpen.findIndex(
						({ kind: was, goalId, threadId }) =>
							was === kind && (!state || (goalId === state.goalId && threadId === state.threadId)),
					);
					const [remembered] = left < 0 ? [] : leftOpen.splice(left, 1);
					const { goalId, threadId } = state ?? remembered ?? {};
					const isWhole = goalId && (kind === "overview" || threadId);
					if (!isWhole || panels.has(panelKey(kind, goalId, threadId))) panel.dispose();
					else adopt(kind, panel, goalId, threadId);
				},
			}),
		),
	];
	const stop = current.onChange((goalId) => {
		feedPlace = { goalId };
		feed?.host.show({ goalId });
	});

	return {
		openOverview(goalId, approvalId) {
			const { host } = openPanel("overview", goalId);
			if (approvalId) host.show({ goalId, approvalId });
		},
		openPreflight: preflight.open,
		closePreflight: preflight.close,
		openThread: (goalId, threadId) => void openPanel("thread", goalId, threadId),
		async openFeed(goalId, seq) {
			current.set(goalId);
			feedPlace = { goalId, seq };
			await vscode.commands.executeCommand("missionControl.feed.focus");
			feed?.host.show(feedPlace);
		},
		get activeGoal() {
			return [...panels.values()].find(({ panel }) => panel.active)?.goalId;
		},
		dispose() {
			isLeaving = true;
			stop();
			// The panels stay: a window that is closed or loaded anew ends the extension too, and shall show them again.
			for (const { host } of panels.values()) host.dispose();
			feed?.host.dispose();
			for (const subscription of subscriptions) subscription.dispose();
		},
	};
}

/** Where what is open is kept. */
const openPanels = "openPanels";

const viewTypes = { overview: "missionControl.overview", thread: "missionControl.thread" } as const;

function panelKey(kind: PanelKind, goalId: GoalId, threadId?: ThreadId): string {
	return `${kind}:${goalId}:${threadId ?? ""}`;
}

/** A host that is loaded when the first webview needs it; what it is told before waits for it. */
function whenLoaded(load: () => Promise<WebviewHost>): WebviewHost {
	let isDisposed = false;
	const host = load();
	host.then((loaded) => isDisposed && loaded.dispose()).catch(() => undefined);
	return {
		show: (place) => void host.then((loaded) => isDisposed || loaded.show(place)),
		seed: (seed) => void host.then((loaded) => isDisposed || loaded.seed(seed)),
		dispose() {
			if (!isDisposed) void host.then((loaded) => loaded.dispose());
			isDisposed = true;
		},
	};
}
