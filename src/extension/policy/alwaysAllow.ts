import * as path from "node:path";
import * as vscode from "vscode";
import { Refusal } from "../../core/refusal.ts";
import type { Approvals } from "../approvals/approvals.ts";
import type { Waiting } from "../approvals/toastQueue.ts";
import { plainLine } from "../approvals/visibleText.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";

/** Shows which rules would let it happen unasked, exactly as they would be kept, and keeps the one that is chosen. */
export async function alwaysAllow(
	{ daemon, approvals }: { readonly daemon: Daemon; readonly approvals: Approvals },
	waiting: Waiting,
): Promise<void> {
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
			description:
				denied > 0
					? t("would have covered {0} acts, {1} of which you denied", covered, denied)
					: t("would have covered {0} acts", covered),
			detail: plainLine(JSON.stringify(rule), 300),
			rule,
			workspace,
		})),
	]);
	const chosen = await vscode.window.showQuickPick(items, {
		title: t("Always Allow…"),
		placeHolder: t("The rule that is kept in config.jsonc; what waits is approved"),
		matchOnDetail: true,
		ignoreFocusOut: true,
	});
	if (!chosen || !("rule" in chosen)) return;
	await daemon.ask("policy/add", { rule: chosen.rule, workspace: chosen.workspace });
	await approvals.answer(waiting, { answer: "approve", scope: "once" });
}
