import * as vscode from "vscode";
import { createApprovals } from "./approvals/approvals.ts";
import type { CommandRow } from "./commands/commandShapes.ts";
import { commands } from "./commands/commands.ts";
import { keepContexts } from "./commands/keepContexts.ts";
import type { Parts } from "./commands/parts.ts";
import { detailsOf, registerCommand } from "./commands/registerCommand.ts";
import { createConfigDiagnostics } from "./config/configDiagnostics.ts";
import { createChangedFiles } from "./connection/changedFiles.ts";
import { clientOptions, dataFolder } from "./connection/clientOptions.ts";
import { createCurrentGoal } from "./connection/currentGoal.ts";
import { createDaemon } from "./connection/daemon.ts";
import { createGoals } from "./connection/goals.ts";
import { createBlobs } from "./documents/blobs.ts";
import { registerChangeDecorations } from "./documents/changeDecorations.ts";
import { createDiffs } from "./documents/diffs.ts";
import { createDossiers } from "./documents/dossier.ts";
import { createOutputs } from "./documents/outputs.ts";
import { createPlans } from "./documents/plans.ts";
import { createMcpInputs } from "./keys/mcpInputs.ts";
import { createProviderKeys } from "./keys/providerKeys.ts";
import { registerLinks } from "./links.ts";
import { createEditorModels } from "./models/editorModels.ts";
import { openTarget } from "./openTarget.ts";
import { createRulesInForce } from "./policy/rulesInForce.ts";
import { createSimulations } from "./policy/simulations.ts";
import { createStatusBar } from "./status/statusBar.ts";
import { createApprovalCentre } from "./tree/approvalCentre.ts";
import { createGoalsTree } from "./tree/goalsTree.ts";
import { createWebviews } from "./webviewHosts/webviews.ts";

/** Registers everything and returns at once; the daemon is looked for afterwards. */
export function compose(context: vscode.ExtensionContext): Parts {
	const log = vscode.window.createOutputChannel("Mission Control", { log: true });
	const models = createEditorModels(context.languageModelAccessInformation, context.globalState);
	const daemon = createDaemon(async (method, params) => {
		const { allowNamed } = await import("./models/allowNamed.ts");
		await allowNamed(models, daemon, method, params);
	});
	const goals = createGoals(daemon);
	const files = createChangedFiles(daemon, goals);
	const current = createCurrentGoal(context.workspaceState);
	const blobs = createBlobs(daemon);
	const diffs = createDiffs(goals, files, blobs);
	const dossiers = createDossiers(daemon, goals);
	const outputs = createOutputs(daemon, dataFolder);
	const plans = createPlans(daemon, goals);
	const simulations = createSimulations(daemon);
	const rulesInForce = createRulesInForce(daemon, dataFolder);
	const providerKeys = createProviderKeys(context.secrets, daemon, (text) => log.warn(text));
	const mcpInputs = createMcpInputs(context.secrets, daemon, (text) => log.warn(text));
	const approvals = createApprovals(daemon, goals, async ({ goal, approval }) => {
		const { enterMcpInputs } = await import("./keys/enterMcpInputs.ts");
		await enterMcpInputs({ daemon, mcpInputs }, goal, approval);
	});
	const tree = createGoalsTree(goals, files, (goalId) => current.set(goalId));
	const centre = createApprovalCentre(daemon, goals, approvals);
	const webviews = createWebviews({
		context,
		daemon,
		goals,
		current,
		open: (target) => openTarget(parts, target),
		async answer({ approvalId, answer }) {
			const waiting = approvals.waiting.find(({ approval }) => approval.approvalId === approvalId);
			if (waiting) await approvals.answer(waiting, { answer, scope: "once" });
		},
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
		centre,
		diffs,
		dossiers,
		outputs,
		plans,
		simulations,
		rulesInForce,
		providerKeys,
		mcpInputs,
		models,
		webviews,
	};

	const open = () => void clientOptions(context, log, models).then((options) => daemon.open(options));
	const first = setImmediate(open);
	context.subscriptions.push(
		...(Object.entries(commands) as [string, CommandRow][]).map(([name, row]) => registerCommand(parts, name, row)),
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
		centre,
		approvals,
		dossiers,
		outputs,
		plans,
		simulations,
		rulesInForce,
		providerKeys,
		models,
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
