import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import type { RosterEdit, RosterReach } from "../../core/values.ts";
import { roleOffMeans, roleOffRefusal } from "../../core/words/roleOff.ts";
import type { AssignmentView } from "../../protocol/view.ts";
import type { Daemon } from "../connection/daemon.ts";
import { chooseAgent } from "../launch/chooseAgent.ts";
import { t, tLabel } from "../words/words.ts";

/**
 * Who works in which role, while the goal runs: the role, then who, then how far it reaches. The daemon says for each
 * reach what it would mean; nothing is sent before the last choice, and Escape leaves everything as it was.
 */
export async function editRoster({ daemon }: { readonly daemon: Daemon }, goalId: GoalId): Promise<void> {
	const { assignments, revision } = await daemon.ask("roster/edit", { goalId, edits: [] });
	const role = await chooseRole(assignments);
	if (!role) return;
	const edit = await chooseEdit(daemon, assignments, role);
	if (!edit) return;
	const reach = await chooseReach(daemon, goalId, edit);
	if (!reach) return;
	const { effect } = await daemon.ask("roster/edit", { goalId, edits: [edit], ...reach, revision });
	void vscode.window.showInformationMessage(effect);
}

async function chooseRole(assignments: readonly AssignmentView[]): Promise<string | undefined> {
	const known = assignments.map((one) => ({
		label: one.role,
		description: one.enabled ? formatModelRef(one) : t("off"),
		detail: one.inherits ? t("as the primary agent") : undefined,
		role: one.role as string | undefined,
	}));
	const more = ["reviewer", "researcher"]
		.filter((role) => !assignments.some((one) => one.role === role))
		.map((role) => ({ label: role, description: t("not assigned"), detail: undefined, role }));
	const other = { label: t("$(add) Another role…"), description: "", detail: undefined, role: undefined };
	const chosen = await vscode.window.showQuickPick([...known, ...more, other], {
		title: t("Edit Roster (1/3): which role?"),
		ignoreFocusOut: true,
	});
	if (!chosen) return undefined;
	if (chosen.role !== undefined) return chosen.role;
	const typed = await vscode.window.showInputBox({
		title: t("Edit Roster (1/3): which role?"),
		prompt: t("Lower-case letters, digits and dashes."),
		ignoreFocusOut: true,
		validateInput: (text) => (/^[a-z][a-z0-9-]{0,39}$/.test(text) ? undefined : t("For example: security-reviewer")),
	});
	return typed || undefined;
}

async function chooseEdit(
	daemon: Daemon,
	assignments: readonly AssignmentView[],
	role: string,
): Promise<RosterEdit | undefined> {
	const now = assignments.find((one) => one.role === role);
	const rows: (vscode.QuickPickItem & { readonly edit?: RosterEdit })[] = [{ label: t("Another Model…") }];
	if (!now?.inherits) rows.push({ label: t("As the Primary Agent"), edit: { role, inherits: true, enabled: true } });
	if (now && !now.enabled) rows.push({ label: t("On"), edit: { role, enabled: true } });
	if (now?.enabled && !roleOffRefusal(role))
		rows.push({ label: t("Off"), detail: tLabel(roleOffMeans(role)), edit: { role, enabled: false } });
	const chosen = await vscode.window.showQuickPick(rows, {
		title: t("Edit Roster (2/3): who works as {0}?", role),
		ignoreFocusOut: true,
	});
	if (!chosen || chosen.edit) return chosen?.edit;
	const title = t("Edit Roster (2/3): which model works as {0}?", role);
	const agent = await chooseAgent(() => daemon.ask("provider/list", {}), { title });
	return agent && { role, enabled: true, ...agent };
}

interface Reach {
	readonly apply: RosterReach;
	/** What the step changed is taken back before it begins again. */
	readonly undo?: boolean;
}

const reaches: readonly (Reach & { label(): string })[] = [
	{ apply: "future", label: () => t("$(debug-step-over) Steps to Come") },
	{ apply: "next-turn", label: () => t("$(debug-continue) Also the Step under Way, from Its Next Turn") },
	{ apply: "restart-step", label: () => t("$(debug-restart) Begin the Step under Way Again") },
	{
		apply: "restart-step",
		undo: true,
		label: () => t("$(discard) Begin the Step under Way Again, without What It Changed"),
	},
];

async function chooseReach(daemon: Daemon, goalId: GoalId, edit: RosterEdit): Promise<Reach | undefined> {
	const rows = await Promise.all(
		reaches.map(async ({ apply, undo, label }) => {
			try {
				const { effect } = await daemon.ask("roster/edit", { goalId, edits: [edit], apply, undo, preview: true });
				return { label: label(), detail: effect, reach: { apply, undo } };
			} catch (cause) {
				// What is refused stands beside the others, with its reason, and cannot be chosen.
				return { label: label(), detail: cause instanceof Error ? cause.message : String(cause), reach: undefined };
			}
		}),
	);
	const chosen = await vscode.window.showQuickPick(rows, {
		title: t("Edit Roster (3/3): from when on?"),
		placeHolder: t("A call that is under way is never changed"),
		ignoreFocusOut: true,
	});
	return chosen?.reach;
}
