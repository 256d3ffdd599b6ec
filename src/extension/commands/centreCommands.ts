import * as vscode from "vscode";
import type { GrantId } from "../../core/ids.ts";
import type { GrantView } from "../../protocol/view.ts";
import type { Daemon } from "../connection/daemon.ts";
import { row } from "../menus/rowContext.ts";
import { flag, never } from "../menus/when.ts";
import type { CentreNode } from "../tree/centreNodes.ts";
import { t } from "../words/words.ts";
import type { CommandRow } from "./commandShapes.ts";
import { inRows, overApprovals } from "./contribution.ts";

/** The section of approvals: finding what was asked, and taking grants back. */
export const centreCommands = {
	showApprovals: {
		title: "Show All Approvals and Grants",
		icon: "shield",
		run: () => vscode.commands.executeCommand("missionControl.approvals.focus"),
	},
	filterApprovals: {
		title: "Filter Approvals…",
		icon: "filter",
		menus: [overApprovals("navigation@1")],
		async run({ centre, goals }) {
			const { filterApprovals } = await import("../tree/filterApprovals.ts");
			filterApprovals(centre, goals);
		},
	},
	clearApprovalFilter: {
		title: "Clear Approval Filter",
		icon: "clear-all",
		palette: flag("missionControl.approvalsFiltered"),
		menus: [overApprovals("navigation@2", flag("missionControl.approvalsFiltered"))],
		run: ({ centre }) => centre.setFilter(""),
	},
	showMoreApprovals: { title: "Show More Approvals", palette: never, run: ({ centre }) => centre.showMore() },
	/** Its row in the feed stands where it was asked, and says what became of it. */
	showRecordedApproval: {
		title: "Show in Feed",
		icon: "output",
		palette: never,
		menus: [inRows(row("record"), "2_open@2")],
		async run({ webviews }, argument) {
			const node = argument as CentreNode | undefined;
			if (node?.kind !== "record") return;
			await webviews.openFeed(node.goalId, node.record.seq);
		},
	},
	showGrantUse: {
		title: "Show What It Let Happen Last",
		palette: never,
		menus: [inRows(row("grant", ["used"]), "2_open@1")],
		async run({ daemon, webviews }, argument) {
			const node = argument as CentreNode | undefined;
			const use = node?.kind === "grant" ? node.grant.lastUse : undefined;
			if (use) await webviews.openFeed(use.goalId, await rowOfUse(daemon, use));
		},
	},
	revokeGrant: {
		title: "Revoke Grant",
		icon: "circle-slash",
		palette: never,
		menus: [inRows(row("grant"), "inline@1", "4_end@1")],
		acts: true,
		async run({ daemon, centre }, argument) {
			const node = argument as CentreNode | undefined;
			if (node?.kind !== "grant") return;
			const { asksAgain } = await daemon.ask("grant/revoke", { grantId: node.grant.grantId as GrantId });
			centre.refresh();
			void vscode.window.showInformationMessage(asksAgain ?? t("Revoked. What it covered asks again."));
		},
	},
	copyGrant: {
		title: "Copy Grant",
		palette: never,
		menus: [inRows(row("grant"), "5_copy@1")],
		async run(_parts, argument) {
			const node = argument as CentreNode | undefined;
			if (node?.kind === "grant") await vscode.env.clipboard.writeText(node.grant.subject);
		},
	},
} satisfies Record<string, CommandRow>;

/** A call's row in the feed stands where it was requested; a check's, where it was started. */
async function rowOfUse(daemon: Daemon, { goalId, seq }: NonNullable<GrantView["lastUse"]>): Promise<number> {
	const { events: used } = await daemon.read("goal/events", { goalId, afterSeq: seq - 1, limit: 1 });
	const before = { goalId, types: ["tool.requested"], beforeSeq: seq, limit: 200, descending: true };
	const { events: requested } = await daemon.read("goal/events", before);
	const isSame = (one: object) =>
		used[0] && "toolCallId" in used[0] && "toolCallId" in one && one.toolCallId === used[0].toolCallId;
	return requested.find(isSame)?.seq ?? seq;
}
