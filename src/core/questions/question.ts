import type { Approval, Goal } from "../goal.ts";
import type { ApprovalKind, ApprovalScope } from "../values.ts";
import type { AnswerValueKind } from "../words/answerValues.ts";

/** One question that a person can be asked: its answers in the order in which user interfaces show them, and its end. */
export interface QuestionRow {
	/** Of the approvals that ask it. */
	readonly kind: ApprovalKind;
	/** An agent's question brings its own. */
	readonly options: readonly OptionRow[] | ((approval: Approval) => readonly OptionRow[]);
	/**
	 * When it has ended without an answer, and why, in a sentence: what it asks about is gone, was decided otherwise, or
	 * has come right by itself. Undefined while an answer would count.
	 */
	ends(goal: Goal, approval: Approval): string | undefined;
}

export type Text = string | ((goal: Goal, approval: Approval) => string);

/** One way to answer. */
export interface OptionRow {
	readonly answer: string;
	readonly scope?: ApprovalScope;
	readonly label: Text;
	readonly effect: Text;
	readonly reason?: Text;
	readonly value?: AnswerValueKind;
	readonly asksFirst?: boolean;
	/** Several of the question's own options are chosen first. */
	readonly chooses?: boolean;
	readonly runs?: boolean;
	/** The first of those that are offered is stressed. */
	readonly primary?: boolean;
	/** What a bare `approve` or `deny` means. */
	readonly plain?: "approve" | "deny";
	/** Answers that do the same here, and are taken for this one. */
	readonly also?: readonly string[];
	/** Where it is not always offered. */
	readonly when?: (goal: Goal, approval: Approval) => boolean;
}

export const readByPlanner = "What the plan should do instead, read by the planner";
export const decidedOtherwise = "What it was about has been decided otherwise.";
export const greenAgain = "Its checks are green again.";
export const noReviewer = "The roster has no reviewer any more, so no verdict is waited for.";

export const failGoal: OptionRow = {
	answer: "fail",
	label: "Fail Goal",
	effect: "The goal ends as failed. What was done stays.",
	plain: "deny",
};

export const skipStep: OptionRow = {
	answer: "skip",
	label: "Skip Step",
	effect: "The goal goes on without this step. What it changed stays.",
	plain: "deny",
};
