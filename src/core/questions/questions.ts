import type { Approval, Goal } from "../goal.ts";
import type { ApprovalScope, Question } from "../values.ts";
import type { AnswerValueKind } from "../words/answerValues.ts";
import { agent } from "./agent.ts";
import { budget } from "./budget.ts";
import { finalReview } from "./finalReview.ts";
import { folder } from "./folder.ts";
import { mcpInput, mcpServer } from "./mcpServer.ts";
import { plan, playbook } from "./plan.ts";
import type { OptionRow, QuestionRow, Text } from "./question.ts";
import { callRecovery, checkRecovery } from "./recovery.ts";
import { redChecks } from "./redChecks.ts";
import { startStep } from "./startStep.ts";
import { stuckStep } from "./stuckStep.ts";
import { call, check } from "./tool.ts";

/**
 * What a person can be asked, and each way to answer it. Notifications, tree, feed, overview, thread and command line take
 * their words from this table, and what plain `approve` and `deny` mean stands here too. Something new to ask is a name in
 * values.ts, a row here, and one in engine/questions, which says how it is asked and what each answer does.
 */
const questions: { readonly [Q in Question]: QuestionRow } = {
	call,
	check,
	plan,
	playbook,
	budget,
	callRecovery,
	checkRecovery,
	startStep,
	stuckStep,
	redChecks,
	finalReview,
	folder,
	agent,
	mcpServer,
	mcpInput,
};

/** One way to answer, as user interfaces offer it. */
export interface Choice {
	/** One of the approval's options. */
	readonly answer: string;
	readonly scope: ApprovalScope;
	readonly label: string;
	/** What happens then, in a sentence. */
	readonly effect: string;
	/** What may be said with it, in the words of a field's label. */
	readonly reason?: string;
	/** What it cannot do without, and is asked for first. */
	readonly value?: AnswerValueKind;
	/** It means little without a reason, so that is asked for first. */
	readonly asksFirst: boolean;
	/** Several of the question's own options are chosen first. */
	readonly chooses?: boolean;
	/** After it the command may run, so it is offered only where all of the command can be seen. */
	readonly runs: boolean;
	/** The one that a user interface stresses. */
	readonly primary: boolean;
}

/** Every way to answer it that does something of its own, in the order in which user interfaces show them. */
export function choicesOf(goal: Goal, approval: Approval): readonly Choice[] {
	const rows = rowsOf(approval);
	const known = rows
		.filter(({ when }) => when?.(goal, approval) ?? true)
		.map((row) => ({
			answer: row.answer,
			scope: row.scope ?? "once",
			label: text(row.label, goal, approval),
			effect: text(row.effect, goal, approval),
			reason: row.reason && text(row.reason, goal, approval),
			value: row.value,
			asksFirst: row.asksFirst === true,
			chooses: row.chooses,
			runs: row.runs === true,
			primary: row === rows.find(({ primary }) => primary),
		}));
	const unknown = approval.options.filter((option) => !rows.some((row) => means(row, option)));
	return [...known, ...unknown.map(plainChoice)];
}

/** The option that an answer stands for; undefined where it is none. */
export function meantBy(given: string, approval: Approval): string | undefined {
	const rows = rowsOf(approval);
	const row = rows.find((one) => one.answer === given) ?? rows.find((one) => means(one, given));
	if (row) return row.answer;
	if (approval.options.includes(given)) return given;
	// Which of an agent's options is right, only a person can say.
	if (approval.question === "agent") return undefined;
	if (given === "approve") return approval.options[0];
	return given === "deny" ? approval.options.at(-1) : undefined;
}

/** How far an answer reaches: where it cannot hold once alone, plain `approve` is the shortest that is offered. */
export function reachOf(
	choices: readonly Pick<Choice, "answer" | "scope">[],
	answer: string,
	asked: ApprovalScope,
): ApprovalScope {
	const offered = choices.filter((choice) => choice.answer === answer).map(({ scope }) => scope);
	if (asked !== "once" || offered.length === 0 || offered.includes("once")) return asked;
	return offered.includes("goal") ? "goal" : "workspace";
}

/** Why a question has ended without an answer; undefined while an answer would count. */
export function endOfQuestion(goal: Goal, approval: Approval): string | undefined {
	if (goal.end) return `The goal is ${goal.end.state}.`;
	return approval.question && questions[approval.question].ends(goal, approval);
}

/** What was answered, in the past: `Approved for this goal`, `Goal stopped`, of an agent's options `Answered “A”, “B”`. */
export function answeredWord(answer: string, chosen?: readonly string[], scope: ApprovalScope = "once"): string {
	if (chosen?.length) return `Answered ${chosen.map((label) => `“${label}”`).join(", ")}`;
	const word = pastWords[answer] ?? `Answered “${answer}”`;
	return scope === "once" ? word : `${word} for this ${scope}`;
}

const pastWords: Readonly<Record<string, string>> = {
	approve: "Approved",
	deny: "Denied",
	verify: "Left to the checks",
	skip: "Skipped",
	rerun: "Run again",
	retry: "Retried",
	fail: "Failed",
	return: "Sent back",
	raise: "Raised",
	price: "Price set",
	tokens: "Tokens limited instead",
	stop: "Goal stopped",
	replan: "Planned anew",
	accept: "Accepted",
	wait: "Kept waiting",
	use: "This folder used",
	text: "Answered in words",
	decline: "Declined",
};

/** Rows of the table that this approval has as its options. */
function rowsOf(approval: Approval): readonly OptionRow[] {
	const rows = approval.question ? questions[approval.question].options : [];
	const all = typeof rows === "function" ? rows(approval) : rows;
	return all.filter(({ answer }) => approval.options.includes(answer));
}

function means(row: OptionRow, given: string): boolean {
	return row.answer === given || row.plain === given || row.also?.includes(given) === true;
}

function plainChoice(answer: string): Choice {
	return { answer, scope: "once", label: answer, effect: "", asksFirst: false, runs: true, primary: false };
}

function text(of: Text, goal: Goal, approval: Approval): string {
	return typeof of === "string" ? of : of(goal, approval);
}
