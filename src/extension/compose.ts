import * as path from "node:path";
import * as vscode from "vscode";
import type { ClientOptions } from "../client/clientOptions.ts";
import { goalRequests } from "../core/rules/controls.ts";
import { summaryAllows } from "../protocol/view.ts";
import type { Target } from "../protocol/webview.ts";
import { type Approvals, createApprovals } from "./approvals/approvals.ts";
import { createChangedFiles } from "./changedFiles.ts";
import { answering, type CommandRow } from "./commandShapes.ts";
import { commands } from "./commands.ts";
import { createConfigDiagnostics } from "./config/configDiagnostics.ts";
import { createCurrentGoal } from "./currentGoal.ts";
import { createDaemon, type Daemon } from "./daemon.ts";
import { createBlobs } from "./documents/blobs.ts";
import { registerChangeDecorations } from "./documents/changeDecorations.ts";
import { createDiffs } from "./documents/diffs.ts";
import { createDossiers } from "./documents/dossier.ts";
import { createOutputs } from "./documents/outputs.ts";
import { createPlans } from "./documents/plans.ts";
import { createGoals, type Goals } from "./goals.ts";
import { createProviderKeys } from "./keys/providerKeys.ts";
import { openSettingsFile } from "./launch/settingsFile.ts";
import { showLaunched } from "./launch/showLaunched.ts";
import { registerLinks } from "./links.ts";
import type { Parts } from "./parts.ts";
import { isRefusal, Refusal } from "./refusal.ts";
import { editorRipgrep } from "./ripgrep.ts";
import { createStatusBar } from "./status/statusBar.ts";
import { createGoalsTree } from "./tree/goalsTree.ts";
import { restrictedSentence } from "./webviewHosts/restricted.ts";
import { createWebviews } from "./webviewHosts/webviews.ts";
import { t } from "./words.ts";

/** Registers everything and returns at once; the daemon is looked for afterwards. */
export function compose(context: vscode.ExtensionContext): Parts {
	const log = vscode.window.createOutputChannel("Mission Control", { log: true });
	const daemon = createDaemon();
	const goals = createGoals(daemon);
	const files = createChangedFiles(daemon, goals);
	const current = createCurrentGoal(context.workspaceState);
	const blobs = createBlobs(daemon);
	const diffs = createDiffs(goals, files, blobs);
	const dossiers = createDossiers(daemon, goals);
	const outputs = createOutputs(daemon, dataFolder);
	const plans = createPlans(daemon, goals);
	const providerKeys = createProviderKeys(context.secrets, daemon, (text) => log.warn(text));
	const approvals = createApprovals(daemon, goals);
	const tree = createGoalsTree(goals, files, (goalId) => current.set(goalId));
	const webviews = createWebviews({
		context,
		daemon,
		goals,
		current,
		open: (target) => openTarget(parts, target),
		report: (cause, method) => log.error(`${method}: ${detailsOf(cause)}`),
	});
	const parts: Parts = {
		log,
		daemon,
		dataFolder,
		goals,
		files,
		current,
		tree,
		approvals,
		diffs,
		dossiers,
		outputs,
		plans,
		providerKeys,
		webviews,
	};

	const open = () => void clientOptions(context, log).then((options) => daemon.open(options));
	const first = setImmediate(open);
	context.subscriptions.push(
		...(Object.entries(commands) as [string, CommandRow][]).map(([name, row]) => register(parts, name, row)),
		createStatusBar(goals),
		registerChangeDecorations(),
		registerLinks(webviews),
		createConfigDiagnostics(daemon),
		vscode.workspace.onDidGrantWorkspaceTrust(open),
		vscode.workspace.onDidChangeConfiguration((change) => {
			if (change.affectsConfiguration("missionControl.dataFolder")) open();
		}),
		{ dispose: keepContexts(daemon, goals, approvals) },
		webviews,
		tree,
		approvals,
		dossiers,
		outputs,
		plans,
		providerKeys,
		blobs,
		{
			dispose() {
				clearImmediate(first);
				daemon.close();
			},
		},
		log,
	);
	return parts;
}

/** The daemon's data folder: what the setting names, else what the environment or the platform says. */
async function dataFolder(): Promise<string> {
	const { homeFolder } = await import("../client/home.ts");
	const named = vscode.workspace.getConfiguration("missionControl").get<string>("dataFolder");
	return named ? path.resolve(named) : homeFolder();
}

async function clientOptions(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<ClientOptions> {
	const { thisActor } = await import("../client/home.ts");
	const ripgrep = editorRipgrep(vscode.env.appRoot);
	return {
		home: await dataFolder(),
		actor: thisActor("VS Code"),
		daemonScript: context.asAbsolutePath(path.join("dist", "daemon.js")),
		env: ripgrep ? { MISSION_RIPGREP: ripgrep } : undefined,
		start: vscode.workspace.isTrusted ? "whenWorkWaits" : "never",
		log: (level, text) => log[level](text),
	};
}

function register(parts: Parts, name: string, row: CommandRow): vscode.Disposable {
	return vscode.commands.registerCommand(`missionControl.${name}`, async (argument: unknown) => {
		if (row.acts && !vscode.workspace.isTrusted) {
			const trust = t("Manage Trust");
			if ((await vscode.window.showInformationMessage(restrictedSentence(), trust)) === trust)
				await vscode.commands.executeCommand("workbench.trust.manage");
			return;
		}
		try {
			await row.run(parts, argument);
		} catch (cause) {
			await tell(parts.log, name, cause);
		}
	});
}

/** A refusal is a sentence for the person. Anything else is a bug: whole in the log, and said to be there. */
async function tell(log: vscode.LogOutputChannel, name: string, cause: unknown): Promise<void> {
	if (isRefusal(cause)) {
		void vscode.window.showErrorMessage(cause.message);
		return;
	}
	log.error(`${name}: ${detailsOf(cause)}`);
	const show = t("Show Log");
	const sentence = t("That did not work, and Mission Control does not know why. The log has the details.");
	if ((await vscode.window.showErrorMessage(sentence, show)) === show) log.show();
}

function detailsOf(cause: unknown): string {
	return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}

/** Answers that have commands of their own. */
const answerContexts = {
	approve: answering("approve"),
	approveForGoal: answering("approve", "goal"),
	deny: answering("deny"),
};

/** What menus and welcome texts look at. */
function keepContexts({ onConnection, connection }: Daemon, goals: Goals, approvals: Approvals): () => void {
	const known = new Map<string, unknown>();
	const set = (key: string, value: unknown) => {
		if (known.get(key) === value) return;
		known.set(key, value);
		void vscode.commands.executeCommand("setContext", `missionControl.${key}`, value);
	};
	set("connection", connection.state);
	const stops = [
		onConnection(({ state }) => set("connection", state)),
		goals.onChange(() => {
			set("goalsKnown", goals.areKnown);
			set(
				"waiting",
				goals.all.some((goal) => goal.pendingApprovals > 0),
			);
			for (const request of goalRequests)
				set(
					`can.${request}`,
					goals.all.some((goal) => summaryAllows(goal, request)),
				);
			for (const [key, fits] of Object.entries(answerContexts)) set(`can.${key}`, approvals.waiting.some(fits));
		}),
	];
	return () => {
		for (const stop of stops) stop();
	};
}

/** Where a webview asks to go. */
async function openTarget(parts: Parts, target: Target): Promise<void> {
	switch (target.kind) {
		case "launched":
			parts.webviews.closePreflight();
			parts.webviews.openOverview(target.goalId);
			return showLaunched(parts, target.goalId);
		case "settingsFile":
			return openSettingsFile(target.path, target.line);
		case "sourceControl":
			return void (await vscode.commands.executeCommand("workbench.view.scm"));
	}
	const { goalId } = target;
	switch (target.kind) {
		case "feed":
			return parts.webviews.openFeed(goalId, target.seq);
		case "overview":
			return parts.webviews.openOverview(goalId);
		case "thread":
			return parts.webviews.openThread(goalId, target.threadId);
		case "change":
			return parts.diffs.openOne(goalId, target);
		case "changes":
			if (!(await parts.diffs.openAll(goalId, target.stepId)))
				throw new Refusal("noChanges", t("No file was changed."));
			return;
		case "file":
			return parts.diffs.openFile(goalId, target.path);
		case "dossier":
			return parts.dossiers.open(goalId);
		case "roster":
			return void (await vscode.commands.executeCommand("missionControl.editRoster", { goalId }));
		case "approval":
			return parts.approvals.open(goalId, target.approvalId);
		case "output":
			return parts.outputs.open(goalId, target.seq);
	}
}
