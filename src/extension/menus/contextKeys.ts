import type { GoalRequest } from "../../core/rules/controls.ts";
import type { Connection } from "../../protocol/webview.ts";

/** Every key that a menu, a key binding or a welcome text may ask for, with the values that it has. */
export type ContextKeys = { readonly [K in keyof OwnKeys as `missionControl.${K}`]: OwnKeys[K] } & EditorKeys;

/** Ours, as `setContext` sets them. */
export type OwnKeys = {
	/** Some goal allows the request, or what waits has the answer. */
	readonly [C in GoalRequest | OwnAnswer as `can.${C}`]: boolean;
} & {
	readonly connection: Connection["state"];
	/** What goals there are is known. */
	readonly goalsKnown: boolean;
	/** Something waits for a decision. */
	readonly waiting: boolean;
	/** The context of the approval whose document is in front; empty for none. */
	readonly approvalInFront: string;
	/** The section of approvals shows only some of them. */
	readonly approvalsFiltered: boolean;
};

/** Answers that have commands of their own. */
export type OwnAnswer = "approve" | "approveForGoal" | "deny";

/** Those of VS Code that we ask for. */
interface EditorKeys {
	readonly view: "missionControl.goals" | "missionControl.approvals" | "missionControl.feed";
	/** The context of a row of the tree. */
	readonly viewItem: string;
	readonly activeWebviewPanelId: "missionControl.overview" | "missionControl.thread";
	readonly resourceScheme: "file" | "mission-approval";
	readonly resourceLangId: "markdown";
	readonly explorerResourceIsFolder: boolean;
	readonly editorHasSelection: boolean;
	readonly isInDiffEditor: boolean;
	readonly isWorkspaceTrusted: boolean;
	readonly workspaceFolderCount: 0;
}
