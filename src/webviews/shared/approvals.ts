import type { Approval, Goal, SettledApproval } from "../../protocol/goal.ts";
import { stepPosition } from "../../protocol/state.ts";
import { clock, who } from "./format.ts";

/** The words of approvals: the same, in the same order, on every surface. */
export interface Answer {
	readonly label: string;
	readonly answer: string;
	readonly scope?: "once" | "goal";
	/** Sent with a reason, which the person is asked for first. */
	readonly reason?: string;
	readonly primary?: boolean;
}

const approve: Answer = { label: "Approve", answer: "approve", scope: "once", primary: true };
const deny: Answer = { label: "Deny…", answer: "deny", reason: "Reason, read by the agent" };

const optionLabels: Readonly<Record<string, string>> = {
	approve: "Approve",
	verify: "Verify",
	skip: "Skip",
	rerun: "Run Again",
	retry: "Retry",
	fail: "Fail Step",
	return: "Send Back…",
	raise: "Raise",
	stop: "Stop Goal",
	replan: "Plan Anew…",
	accept: "Accept",
	deny: "Deny…",
};

/** What can be answered, by kind. An approval with options of its own offers those. */
export function answersTo(approval: Approval): readonly Answer[] {
	switch (approval.kind) {
		case "tool":
			return [
				approve,
				...(approval.goalScope
					? [{ label: "Approve for Goal", answer: "approve", scope: "goal" } satisfies Answer]
					: []),
				deny,
			];
		case "plan":
			return [approve, { label: "Return…", answer: "return", reason: "What the plan should do instead" }];
		case "budget":
			return [{ ...approve, label: "Raise" }, deny];
		default:
			return approval.options.map((option, index) => ({
				label: optionLabels[option] ?? option,
				answer: option,
				primary: index === 0 && approval.kind !== "question",
				...(option === "deny" || option === "return" ? { reason: "Reason, read by the agent" } : {}),
				...(option === "replan" ? { reason: "What the new plan should do, read by the planner" } : {}),
			}));
	}
}

const risks: { readonly [R in Approval["risk"]]: string } = {
	read: "Only reads",
	write: "Writes files",
	network: "Network",
	dangerous: "Dangerous",
};

/** What it would do, and why it is asked: `Network: npm install fetches packages.` */
export function effectOf(approval: Approval): string {
	const reasons = approval.reasons.map((reason) => reason.trim().replace(/\.$/, "")).filter(Boolean);
	if (approval.kind !== "tool" && approval.kind !== "recovery") return reasons.map((reason) => `${reason}.`).join(" ");
	return reasons.length > 0 ? `${risks[approval.risk]}: ${reasons.join("; ")}.` : `${risks[approval.risk]}.`;
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
	return [position > 0 ? `step ${position}` : undefined, thread?.role].filter(Boolean).join(" · ");
}

/** `Approved by mara in the CLI, 14:31` */
export function settledText(settled: SettledApproval): string {
	const words = { approved: "Approved", denied: "Denied", expired: "Expired", superseded: "Superseded" };
	const word = ["approve", "deny", "expired", "superseded"].includes(settled.answer)
		? words[settled.state]
		: `Answered “${settled.answer}”`;
	const by = settled.state === "expired" || settled.state === "superseded" ? "" : ` by ${who(settled.by)}`;
	return `${word}${by}, ${clock(settled.at)}`;
}

/** What a screen reader hears once, at once: the command first. */
export function spokenApproval(approval: Approval): string {
	return `Approval needed: ${actionOf(approval)}. ${effectOf(approval)}`;
}

/** A command is approved only where all of it can be seen. */
export function isTooLong(approval: Approval): boolean {
	const action = actionOf(approval);
	return action.length > 1200 || action.split("\n").length > 16;
}
