import type { Approval, Goal } from "../../core/goal.ts";
import { choicesOf } from "../../core/questions/questions.ts";
import { answerRefusal } from "../../core/rules/controls.ts";
import { contextOf } from "../menus/rowContext.ts";
import { fitsTreeRow } from "./approvalText.ts";

/** Each approval can be answered in a list of its answers; what is asked of an action or a plan, also by its own commands. */
export function approvalContext(goal: Goal, approval: Approval): string {
	const words = [approval.kind, fitsTreeRow(approval) ? "short" : "long"] as const;
	if (answerRefusal(goal, approval)) return contextOf("approval", words);
	const hasOwn = approval.kind === "tool" || approval.kind === "plan";
	const own = choicesOf(goal, approval).map(({ answer, scope }) => (scope === "goal" ? `${answer}ForGoal` : answer));
	const later = approval.setAside ? "takeUp" : "setAside";
	return contextOf("approval", words, ["answer", later, ...(hasOwn ? own : [])]);
}
