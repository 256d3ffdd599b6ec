import type { Approval, Goal } from "../core/goal.ts";
import { choicesOf } from "../core/questions/questions.ts";
import { answerRefusal } from "../core/rules/controls.ts";
import { fitsTreeRow } from "./approvals/approvalText.ts";

/**
 * What menus look at: what it is, then `;can.` with each request that is allowed now. Menus offer what is allowed and
 * nothing else, because the `when` of each names its request; a test compares them with the table.
 */
export function contextOf(what: string, allowed: readonly string[]): string {
	return [what, ...allowed.map((request) => `can.${request}`)].join(";");
}

/** Each approval can be answered in a list of its answers; what is asked of an action or a plan, also by its own commands. */
export function approvalContext(goal: Goal, approval: Approval): string {
	const what = `approval.${approval.kind}.${fitsTreeRow(approval) ? "short" : "long"}`;
	if (answerRefusal(goal, approval)) return contextOf(what, []);
	const hasOwn = approval.kind === "tool" || approval.kind === "plan";
	const own = choicesOf(goal, approval).map(({ answer, scope }) => (scope === "goal" ? `${answer}ForGoal` : answer));
	return contextOf(what, hasOwn ? ["answer", ...own] : ["answer"]);
}
