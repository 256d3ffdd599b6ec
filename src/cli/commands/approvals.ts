import type { GoalId } from "../../core/ids.ts";
import { answeredWord, reachOf } from "../../core/questions/questions.ts";
import type { ApprovalScope } from "../../core/values.ts";
import {
	type AnswerValueKind,
	type AnswerValues,
	answerValueKinds,
	answerValues,
} from "../../core/words/answerValues.ts";
import { type ApprovalFilter, parseApprovalFilter } from "../../core/words/approvalFilter.ts";
import { approvalMarks, riskMarks } from "../../core/words/marks.ts";
import type { ApprovalView } from "../../protocol/view.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { listOption, numberOption, textOption } from "../input/given.ts";
import { resolveApproval, resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { ago, oneLine, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { sign } from "../terminal/states.ts";
import { approvalText } from "./show.ts";

export async function approvals(context: Context, typedGoal: string | undefined, options: OptionValues): Promise<void> {
	const { filter, isWide, limit } = wideOptions(options);
	const goalId = typedGoal === undefined ? undefined : await resolveGoal(context, typedGoal);
	if (goalId && filter.goal !== undefined)
		throw wrongUsage("Name the goal once: before the options, or with `goal:` in --filter.");
	if (isWide) return history(context, { ...filter, ...(goalId && { goal: goalId }) }, limit);
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

/** More than what waits is asked for; every mistake is said before anything is asked of the daemon. */
function wideOptions(options: OptionValues) {
	const typed = textOption(options, "filter");
	const { filter, problem } = parseApprovalFilter(typed ?? "");
	if (problem !== undefined) throw wrongUsage(`--filter: ${problem}`);
	const limit = numberOption(options, "limit", "--limit", true);
	if (limit !== undefined && (limit < 1 || limit > maxLimit))
		throw wrongUsage(`--limit takes a whole number from 1 to ${maxLimit}, not “${limit}”.`);
	return { filter, limit: limit ?? shownLimit, isWide: typed !== undefined || options.all === true };
}

const shownLimit = 50;
const maxLimit = 1000;

async function history(context: Context, filter: ApprovalFilter, limit: number): Promise<void> {
	const { approvals: found, total } = await context.ask("approval/history", { filter, limit });
	const now = Date.now();
	context.output.result(found, () => {
		if (found.length === 0) return "Nothing that was asked fits this.";
		const rows = found.map((one) => {
			const state = one.setAside ? "setAside" : one.state;
			return [
				`${sign(approvalMarks[state])} ${approvalMarks[state].word}`,
				riskMarks[one.risk].word,
				oneLine(one.command ?? one.summary, 60),
				one.by ?? one.setAside?.by ?? "",
				ago(one.answeredAt ?? one.requestedAt, now),
				oneLine(one.goalTitle, 30),
				paint.dim(one.approvalId),
			];
		});
		const more = total - found.length;
		const head = ["state", "risk", "what", "by", "when", "goal", "id"];
		const hint = limit < maxLimit ? "--limit shows more of them, --filter finds some" : "--filter finds some of them";
		return [table(rows, head), ...(more > 0 ? [paint.dim(`and ${more.toLocaleString("en")} more: ${hint}`)] : [])].join(
			"\n",
		);
	});
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
