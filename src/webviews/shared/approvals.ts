import type { Approval, Goal, SettledApproval } from "../../core/goal.ts";
import { answeredWord } from "../../core/questions/questions.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { capital } from "../../core/words/capital.ts";
import { approvalMarks, riskMarks } from "../../core/words/marks.ts";
import { clock, who } from "./format.ts";
import { t, tLabel } from "./words.ts";

/** What it would do, and why it is asked: `Network: npm install fetches packages.` */
export function effectOf(approval: Approval): string {
	const reasons = approval.reasons.map((reason) => reason.trim().replace(/\.$/, "")).filter(Boolean);
	if (approval.kind !== "tool" && approval.kind !== "recovery") return reasons.map((reason) => `${reason}.`).join(" ");
	const risk = capital(tLabel(riskMarks[approval.risk].word));
	return reasons.length > 0 ? `${risk}: ${reasons.join("; ")}.` : `${risk}.`;
}

/** The exact action: the command, or else what is to be decided. */
export function actionOf(approval: Approval): string {
	return approval.command ?? approval.summary;
}

/** `step 4 · implementer` */
export function contextOf(goal: Goal, approval: Approval): string {
	const step = approval.stepId ? goal.steps[approval.stepId] : undefined;
	const thread = approval.threadId ? goal.threads[approval.threadId] : undefined;
	const position = step ? stepPosition(goal, step) : 0;
	return [position > 0 ? t("step {0}", position) : undefined, thread?.role].filter(Boolean).join(" · ");
}

/** `Approved by mara in the CLI, 14:31` */
export function settledText(settled: SettledApproval): string {
	const at = clock(settled.at);
	if (settled.state === "expired" || settled.state === "superseded")
		return `${capital(tLabel(approvalMarks[settled.state].word))}, ${at}`;
	return t("{0} by {1}, {2}", tLabel(answeredWord(settled.answer, settled.chosen)), who(settled.by), at);
}

/** What a screen reader hears once, at once: the command first. */
export function spokenApproval(approval: Approval): string {
	return t("Approval needed: {0}. {1}", actionOf(approval), effectOf(approval));
}

/** A command is approved only where all of it can be seen. */
export function isTooLong(approval: Approval): boolean {
	if (approval.asked) return false;
	const action = actionOf(approval);
	return action.length > 1200 || action.split("\n").length > 16;
}
