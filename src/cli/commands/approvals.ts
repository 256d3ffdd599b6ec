import type { GoalId } from "../../core/ids.ts";
import { answeredWord, reachOf } from "../../core/questions/questions.ts";
import type { ApprovalScope } from "../../core/values.ts";
import {
	type AnswerValueKind,
	type AnswerValues,
	answerValueKinds,
	answerValues,
} from "../../core/words/answerValues.ts";
import type { ApprovalView } from "../../protocol/view.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { listOption, textOption } from "../input/given.ts";
import { resolveApproval, resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { paint } from "../terminal/output.ts";
import { approvalText } from "./show.ts";

export async function approvals(context: Context, typedGoal: string | undefined): Promise<void> {
	const goalId = typedGoal === undefined ? undefined : await resolveGoal(context, typedGoal);
	const { approvals: waiting } = await context.ask("approval/list", { goalId });
	const { goals } = goalId || waiting.length === 0 ? { goals: [] } : await context.ask("goal/list", {});
	const titles = new Map(goals.map((goal) => [goal.goalId, goal.title]));
	context.output.result(waiting, () =>
		waiting.length === 0
			? "Nothing waits for you."
			: waiting
					.map((approval) => (goalId ? "" : `${goalLine(approval.goalId, titles)}\n`) + approvalText(approval))
					.join("\n\n"),
	);
}

function goalLine(goalId: GoalId, titles: ReadonlyMap<GoalId, string>): string {
	return paint.dim(["goal", goalId, titles.get(goalId)].filter(Boolean).join("  "));
}

/** `approve` and `deny` mean for each kind of approval what the daemon says they mean; `given` undefined: `--option`. */
export async function answer(
	context: Context,
	typed: string,
	given: "approve" | "deny" | undefined,
	options: OptionValues,
): Promise<void> {
	const { approvalId, approval } = await resolveApproval(context, typed);
	const { chosen, several } = chosenOptions(options, approval);
	const words = textOption(options, "text");
	const option = given ?? chosen ?? (words === undefined ? undefined : "text");
	if (!option) throw wrongUsage(`--option says which answer: ${optionsText(approval)}.`);
	const values = answerValueKinds.map((kind) => valueOption(options, kind));
	const scope = (textOption(options, "scope") ?? "once") as ApprovalScope;
	const answered = await context.ask("approval/answer", {
		approvalId,
		answer: option,
		scope,
		reason: words ?? textOption(options, "reason"),
		chosen: several,
		digest: approval?.digest,
		...Object.assign({}, ...values),
	});
	context.output.result(answered, () => {
		const reach = reachOf(approval?.choices ?? [], answered.answer, scope);
		const what = approval?.command ?? approval?.summary ?? answered.approvalId;
		return `${answeredWord(answered.answer, answered.chosen, reach)}: ${what}`;
	});
}

export async function setAside(context: Context, typed: string, options: OptionValues): Promise<void> {
	const { approvalId, approval } = await resolveApproval(context, typed);
	const aside = options.back !== true;
	const { approvals: now } = await context.ask("approval/setAside", { approvalId, aside });
	const what = approval?.command ?? approval?.summary ?? approvalId;
	context.output.result(now[0], () => `${aside ? "Set aside" : "Taken up again"}: ${what}`);
}

/** One option as it is; of an agent's question also by its number, and several of them. */
function chosenOptions(options: OptionValues, approval: ApprovalView | undefined) {
	const own = approval?.asked?.options ?? [];
	const chosen = (listOption(options, "option") ?? []).map((typed) => {
		const isNumber = /^\d+$/.test(typed) && !own.some(({ answer: known }) => known === typed);
		return (isNumber ? own[Number(typed) - 1]?.answer : undefined) ?? typed;
	});
	// Of one that no longer waits the daemon says what became of it.
	if (chosen.length < 2 || !approval) return { chosen: chosen[0] };
	if (!approval.asked) throw wrongUsage("--option names one answer here.");
	return { chosen: "choose", several: chosen };
}

function valueOption(options: OptionValues, kind: AnswerValueKind): AnswerValues | undefined {
	const typed = textOption(options, kind);
	if (typed === undefined) return undefined;
	const value = answerValues[kind].parse(typed);
	if (!value) throw wrongUsage(`--${kind} cannot be “${typed}”. ${answerValues[kind].problem}`);
	return value;
}

function optionsText(approval: ApprovalView | undefined): string {
	const options = approval?.choices.filter(({ scope }) => scope === "once") ?? [];
	if (options.length === 0) return "`mission approvals` shows the options";
	return options
		.filter(({ chooses }) => !chooses)
		.map(({ answer: option, label }) => (option === label ? option : `${option} (${label})`))
		.join(", ");
}
