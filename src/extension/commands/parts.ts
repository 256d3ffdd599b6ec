import type * as vscode from "vscode";
import type { Approvals } from "../approvals/approvals.ts";
import type { ChangedFiles } from "../connection/changedFiles.ts";
import type { CurrentGoal } from "../connection/currentGoal.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import type { Diffs } from "../documents/diffs.ts";
import type { Dossiers } from "../documents/dossier.ts";
import type { Outputs } from "../documents/outputs.ts";
import type { Plans } from "../documents/plans.ts";
import type { McpInputs } from "../keys/mcpInputs.ts";
import type { ProviderKeys } from "../keys/providerKeys.ts";
import type { EditorModels } from "../models/editorModels.ts";
import type { RulesInForce } from "../policy/rulesInForce.ts";
import type { Simulations } from "../policy/simulations.ts";
import type { ApprovalCentre } from "../tree/approvalCentre.ts";
import type { GoalsTree } from "../tree/goalsTree.ts";
import type { Webviews } from "../webviewHosts/webviews.ts";

/** The parts of the extension in this window. Whoever needs one is given it; only here are they made and joined. */
export interface Parts {
	readonly log: vscode.LogOutputChannel;
	readonly daemon: Daemon;
	/** The daemon's data folder, as the setting, the environment or the platform names it. */
	readonly dataFolder: () => Promise<string>;
	readonly goals: Goals;
	readonly files: ChangedFiles;
	readonly current: CurrentGoal;
	readonly tree: GoalsTree;
	readonly approvals: Approvals;
	readonly centre: ApprovalCentre;
	readonly diffs: Diffs;
	readonly dossiers: Dossiers;
	readonly outputs: Outputs;
	readonly plans: Plans;
	readonly simulations: Simulations;
	readonly rulesInForce: RulesInForce;
	readonly providerKeys: ProviderKeys;
	readonly mcpInputs: McpInputs;
	readonly models: EditorModels;
	readonly webviews: Webviews;
}
