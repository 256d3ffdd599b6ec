import * as vscode from "vscode";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { ruleWords } from "../../core/policy/ruleWords.ts";
import { plainLine } from "../approvals/visibleText.ts";
import type { Daemon } from "../connection/daemon.ts";
import { row } from "../menus/rowContext.ts";
import { never } from "../menus/when.ts";
import type { CentreNode, RuleView } from "../tree/centreNodes.ts";
import { t } from "../words/words.ts";
import type { CommandRow } from "./commandShapes.ts";
import { inRows, overApprovals } from "./contribution.ts";
import type { Parts } from "./parts.ts";

/** What agents may do without asking, and never: rules are shown, written, tried and removed. */
export const policyCommands = {
	openPolicy: {
		title: "Open Policy",
		icon: "law",
		menus: [overApprovals("1_policy@1")],
		run: (parts) => open(parts),
	},
	showPolicy: {
		title: "Show Rules in Force",
		menus: [overApprovals("1_policy@2")],
		run: ({ rulesInForce }) => rulesInForce.open(),
	},
	tryPolicy: {
		title: "Try Policy on the Past…",
		menus: [overApprovals("1_policy@3")],
		async run({ simulations }) {
			const { choosePolicy } = await import("../policy/choosePolicy.ts");
			const document = await choosePolicy();
			if (document) await simulations.compare(document);
		},
	},
	openRule: {
		title: "Open Rule",
		palette: never,
		menus: [inRows(row("rule"), "2_open@1")],
		async run(parts, argument) {
			const given = ruleOf(argument);
			if (given) await open(parts, given);
		},
	},
	removeRule: {
		title: "Remove Rule",
		icon: "trash",
		palette: never,
		menus: [inRows(row("rule", ["own"]), "inline@1", "4_end@1")],
		acts: true,
		async run({ daemon, centre }, argument) {
			const given = ruleOf(argument);
			if (!given) return;
			const { rule, workspace } = given;
			await daemon.ask("policy/remove", { rule, workspace });
			centre.refresh();
			void offerUndo(daemon, rule, workspace);
		},
	},
} satisfies Record<string, CommandRow>;

async function offerUndo(daemon: Daemon, rule: PolicyRule, workspace: string | undefined): Promise<void> {
	const undo = t("Undo");
	const said = t("Removed: {0}. It decides nothing any more.", plainLine(ruleWords(rule), 120));
	if ((await vscode.window.showInformationMessage(said, undo)) !== undo) return;
	await daemon.ask("policy/add", { rule, workspace }).catch((cause) => {
		void vscode.window.showErrorMessage(cause instanceof Error ? cause.message : String(cause));
	});
}

async function open({ daemon, dataFolder }: Parts, given?: RuleView): Promise<void> {
	if (given?.level === "organisation" && given.file !== undefined) {
		await vscode.window.showTextDocument(vscode.Uri.file(given.file));
		return;
	}
	const { openPolicy } = await import("../policy/openPolicy.ts");
	await openPolicy(daemon, await dataFolder(), given?.rule);
}

function ruleOf(argument: unknown): RuleView | undefined {
	const node = argument as CentreNode | undefined;
	return node?.kind === "rule" ? node.given : undefined;
}
