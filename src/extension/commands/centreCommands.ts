import * as vscode from "vscode";
import type { GrantId } from "../../core/ids.ts";
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
	/** The event with which it ended, in the feed; of one that has not ended the one with which it was asked. */
	showRecordedApproval: {
		title: "Show in Feed",
		icon: "output",
		palette: never,
		menus: [inRows(row("record"), "2_open@2")],
		async run({ webviews }, argument) {
			const node = argument as CentreNode | undefined;
			if (node?.kind !== "record") return;
			await webviews.openFeed(node.goalId, node.record.answeredSeq ?? node.record.seq);
		},
	},
	showGrantUse: {
		title: "Show What It Let Happen Last",
		palette: never,
		menus: [inRows(row("grant", ["used"]), "2_open@1")],
		async run({ webviews }, argument) {
			const node = argument as CentreNode | undefined;
			const use = node?.kind === "grant" ? node.grant.lastUse : undefined;
			if (use) await webviews.openFeed(use.goalId, use.seq);
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
