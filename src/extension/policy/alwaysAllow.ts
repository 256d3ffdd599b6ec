import * as path from "node:path";
import * as vscode from "vscode";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { ruleText } from "../../core/policy/ruleText.ts";
import { ruleWords } from "../../core/policy/ruleWords.ts";
import { Refusal } from "../../core/refusal.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Waiting } from "../approvals/toastQueue.ts";
import { plainLine } from "../approvals/visibleText.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import { openPolicy } from "./openPolicy.ts";

interface Given {
	readonly daemon: Daemon;
	readonly approvals: Approvals;
	readonly dataFolder: () => Promise<string>;
}

/** Shows which rules would let it happen unasked, exactly as they would be kept, and keeps the one that is chosen. */
export async function alwaysAllow({ daemon, approvals, dataFolder }: Given, waiting: Waiting): Promise<void> {
	const { approvalId } = waiting.approval;
	const places = await Promise.all(
		[false, true].map((everywhere) => daemon.read("policy/propose", { approvalId, everywhere })),
	);
	const problem = places[0]?.problem;
	if (problem !== undefined) throw new Refusal("badPolicy", problem);
	const items = places.flatMap(({ rules, workspace }) => [
		{
			label: workspace === undefined ? t("In every folder") : t("In {0}", path.basename(workspace)),
			kind: vscode.QuickPickItemKind.Separator,
		},
		...rules.map(({ rule, words, covered, denied }) => ({
			label: plainLine(words, 200),
			description: coveredText(covered, denied),
			detail: plainLine(ruleText(rule), 300),
			rule,
			workspace,
		})),
	]);
	const chosen = await vscode.window.showQuickPick(items, {
		title: t("Always Allow…"),
		placeHolder: t("What is chosen is kept in config.jsonc as it stands here, and what waits is approved"),
		matchOnDetail: true,
		ignoreFocusOut: true,
	});
	if (!chosen || !("rule" in chosen)) return;
	await daemon.ask("policy/add", { rule: chosen.rule, workspace: chosen.workspace });
	await approvals.answer(waiting, { answer: "approve", scope: "once" });
	void tellKept({ daemon, dataFolder }, chosen.rule, chosen.workspace);
}

async function tellKept(
	{ daemon, dataFolder }: Omit<Given, "approvals">,
	rule: PolicyRule,
	workspace: string | undefined,
): Promise<void> {
	const open = t("Open Policy");
	const words = plainLine(ruleWords(rule), 120);
	const said =
		workspace === undefined
			? t("Kept for every folder: {0}.", words)
			: t("Kept for {0}: {1}.", path.basename(workspace), words);
	if ((await vscode.window.showInformationMessage(said, open)) === open)
		await openPolicy(daemon, await dataFolder(), rule);
}

function coveredText(covered: number, denied: number): string {
	const acts = covered === 1 ? t("would have covered 1 act") : t("would have covered {0} acts", covered);
	return denied === 0 ? acts : `${acts}, ${t("{0} of which you denied", denied)}`;
}
