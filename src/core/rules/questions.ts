import type { Approval, Goal, Step } from "../goal.ts";
import type { ApprovalScope } from "../values.ts";
import type { AnswerValueKind } from "../words/answerValues.ts";
import { reviewOf } from "./reviews.ts";
import { allStepsOver } from "./steps.ts";
import { isPlaybook } from "./threads.ts";

/**
 * What a person can be asked, and each way to answer it: the label on a button, what the answer does, and whether it
 * wants a reason. Notifications, tree, feed, overview, thread and command line take their words from this table, and
 * what plain `approve` and `deny` mean stands here too. To ask something new, or to answer otherwise, add a row.
 */
export type Question =
	| "call"
	| "check"
	| "plan"
	| "playbook"
	| "budget"
	| "callRecovery"
	| "checkRecovery"
	| "step"
	| "begin"
	| "finalChecks"
	| "finalReview"
	| "folder";

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
	/** After it the command may run, so it is offered only where all of the command can be seen. */
	readonly runs: boolean;
	/** The one that a user interface stresses. */
	readonly primary: boolean;
}

type Text = string | ((goal: Goal, approval: Approval) => string);

interface OptionRow {
	readonly answer: string;
	readonly scope?: ApprovalScope;
	readonly label: Text;
	readonly effect: Text;
	readonly reason?: string;
	readonly value?: AnswerValueKind;
	readonly asksFirst?: boolean;
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

const readByPlanner = "What the plan should do instead, read by the planner";
const failGoal: OptionRow = {
	answer: "fail",
	label: "Fail Goal",
	effect: "The goal ends as failed. What was done stays.",
	plain: "deny",
};
const skipStep: OptionRow = {
	answer: "skip",
	label: "Skip Step",
	effect: "The goal goes on without this step. What it changed stays.",
	plain: "deny",
};

/** The same for a command, a write and a check. */
function allow(what: string): readonly OptionRow[] {
	const yes = { answer: "approve", runs: true } as const;
	return [
		{ ...yes, label: "Approve", effect: `${what}, this once.`, primary: true, plain: "approve" },
		{
			...yes,
			scope: "goal",
			label: "Approve for Goal",
			effect: (_goal, { goalScope = "" }) => `${what}, and later without asking: ${sentence(goalScope)}`,
			when: (_goal, { goalScope }) => goalScope !== undefined,
		},
	];
}

const questions: { readonly [Q in Question]: readonly OptionRow[] } = {
	call: [
		...allow("It is carried out"),
		{
			answer: "deny",
			label: "Deny",
			effect: (goal, approval) =>
				runsPlaybook(goal, approval)
					? "It is not carried out, and you are asked how its step goes on."
					: "It is not carried out. The agent reads your reason and goes on.",
			reason: "Reason, read by the agent",
			plain: "deny",
		},
	],
	check: [
		...allow("The check runs"),
		{
			answer: "deny",
			label: "Deny",
			effect: "The check does not run, and counts as red.",
			reason: "Reason, kept with the check",
			plain: "deny",
		},
	],
	plan: [
		{
			answer: "approve",
			label: "Approve",
			effect: "The goal carries out this plan.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "return",
			label: "Send Back",
			effect: "The planner writes another plan and reads what you say.",
			reason: readByPlanner,
			asksFirst: true,
			plain: "deny",
		},
	],
	playbook: [
		{
			answer: "approve",
			label: "Approve",
			effect: "The goal carries out this playbook.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "return",
			label: "Stop Goal",
			effect: "The goal ends as failed, and nothing of the playbook runs. Edit the playbook and launch it again.",
			plain: "deny",
		},
	],
	budget: [
		{
			answer: "price",
			label: "Set Price",
			effect:
				"The goal reckons with this price, the limit of money stays, and the goal goes on. 0, 0 for what is free.",
			value: "price",
			primary: true,
		},
		{
			answer: "tokens",
			label: "Limit Tokens",
			effect: "A limit of tokens takes the place of the limit of money, and the goal goes on.",
			value: "tokens",
		},
		{
			answer: "raise",
			label: (_goal, { unpriced }) => (unpriced ? "Go On Without Limit" : "Raise"),
			effect: (goal, { resource, unpriced }) =>
				unpriced
					? "The limit of money is taken away, and the goal goes on. Limits of tokens, minutes and turns stay."
					: resource
						? `The limit is raised by ${goal.settings.budget[resource] ?? goal.budget[resource]} ${resource}, and the goal goes on.`
						: "The limit is raised, and the goal goes on.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "stop",
			label: "Stop Goal",
			effect: "The goal ends as failed. What was done stays.",
			plain: "deny",
		},
	],
	callRecovery: [
		{
			answer: "verify",
			label: "Verify",
			effect: "The goal goes on as if it may have had its effect, and its checks decide.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "skip",
			label: "Go On Without It",
			effect: "The goal goes on as if it had not run.",
			plain: "deny",
		},
		{ answer: "rerun", label: "Run Again", effect: "It runs once more.", runs: true },
	],
	checkRecovery: [
		{
			answer: "verify",
			label: "Run Check Again",
			effect: "The check runs once more, and its result counts.",
			runs: true,
			primary: true,
			plain: "approve",
			also: ["rerun"],
		},
		{ answer: "skip", label: "Count as Red", effect: "The check does not run, and counts as red.", plain: "deny" },
	],
	step: [
		{
			answer: "retry",
			label: (goal, approval) => (awaitsReview(goal, approval) ? "Review Again" : "Retry"),
			effect: (goal, approval) =>
				awaitsReview(goal, approval)
					? "Another review looks at the work as it is."
					: stepOf(goal, approval)?.actions
						? "The step goes on with the command that failed."
						: "Another attempt begins and reads what is known about the last one.",
			primary: true,
			plain: "approve",
		},
		{
			answer: "rerun",
			label: "Rerun Step",
			effect: "The step begins anew. What it changed stays.",
			// An agent's retry begins anew as well.
			when: (goal, approval) => stepOf(goal, approval)?.actions !== undefined || awaitsReview(goal, approval),
		},
		{ ...skipStep, plain: undefined },
		{
			answer: "replan",
			label: "Plan Anew",
			effect: "The planner writes another plan for what remains and reads what you say.",
			reason: readByPlanner,
			asksFirst: true,
		},
		{
			answer: "fail",
			label: (goal, approval) => (failsGoal(goal, approval) ? "Fail Goal" : "Fail Step"),
			effect: (goal, approval) =>
				failsGoal(goal, approval)
					? "The step fails, and the goal with it. What was done stays."
					: "The step fails. Steps that need it do not run, and the goal fails when the others are done.",
			plain: "deny",
		},
	],
	begin: [
		{ answer: "approve", label: "Begin Step", effect: "The step begins.", primary: true, plain: "approve" },
		skipStep,
	],
	finalChecks: [
		{
			answer: "rerun",
			label: "Run Checks Again",
			effect: "The red checks run once more on the files as they are.",
			plain: "approve",
		},
		failGoal,
	],
	finalReview: [
		{
			answer: "accept",
			label: "Accept As It Is",
			effect: "The goal is completed, unverified.",
			plain: "approve",
		},
		{ answer: "rerun", label: "Review Again", effect: "Another review looks at the files as they are." },
		{
			answer: "replan",
			label: "Plan Anew",
			effect: "The planner writes steps for what is missing and reads what you say.",
			reason: readByPlanner,
			asksFirst: true,
		},
		failGoal,
	],
	folder: [
		{
			answer: "wait",
			label: "Keep Waiting",
			effect: "The goal stays as it is, and goes on by itself when its folder is back.",
			plain: "approve",
		},
		{
			answer: "use",
			label: "Use This Folder",
			effect: "The goal goes on in the folder that stands there now.",
			runs: true,
		},
		{ answer: "stop", label: "Stop Goal", effect: "The goal is cancelled. What was done stays.", plain: "deny" },
	],
};

/** Which of the questions it is; undefined for one of a version that knows more. */
export function questionOf(goal: Goal, approval: Approval): Question | undefined {
	switch (approval.kind) {
		case "tool":
			return approval.checkId ? "check" : "call";
		case "plan":
			return goal.playbook ? "playbook" : "plan";
		case "recovery":
			return approval.checkId ? "checkRecovery" : "callRecovery";
		case "question":
			if (approval.options.includes("wait")) return "folder";
			if (approval.stepId) return "begin";
			if (approval.options.includes("accept")) return "finalReview";
			return approval.options.includes("fail") ? "finalChecks" : undefined;
		default:
			return approval.kind;
	}
}

/** Every way to answer it that does something of its own, in the order in which user interfaces show them. */
export function choicesOf(goal: Goal, approval: Approval): readonly Choice[] {
	const rows = rowsOf(goal, approval);
	const known = rows
		.filter(({ when }) => when?.(goal, approval) ?? true)
		.map((row) => ({
			answer: row.answer,
			scope: row.scope ?? "once",
			label: text(row.label, goal, approval),
			effect: text(row.effect, goal, approval),
			reason: row.reason,
			value: row.value,
			asksFirst: row.asksFirst === true,
			runs: row.runs === true,
			primary: row === rows.find(({ primary }) => primary),
		}));
	const unknown = approval.options.filter((option) => !rows.some((row) => means(row, option)));
	return [...known, ...unknown.map(plainChoice)];
}

/** The option that an answer stands for; undefined where it is none. */
export function meantBy(given: string, goal: Goal, approval: Approval): string | undefined {
	const rows = rowsOf(goal, approval);
	const row = rows.find((one) => one.answer === given) ?? rows.find((one) => means(one, given));
	if (row) return row.answer;
	if (approval.options.includes(given)) return given;
	if (given === "approve") return approval.options[0];
	return given === "deny" ? approval.options.at(-1) : undefined;
}

/** What was answered, in the past: `Approved`, `Goal stopped`. */
export function answeredWord(answer: string): string {
	return pastWords[answer] ?? `Answered “${answer}”`;
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
};

/** Rows of the table that this approval has as its options. */
function rowsOf(goal: Goal, approval: Approval): readonly OptionRow[] {
	const question = questionOf(goal, approval);
	return question ? questions[question].filter(({ answer }) => approval.options.includes(answer)) : [];
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

function stepOf(goal: Goal, { stepId }: Approval): Step | undefined {
	return stepId ? goal.steps[stepId] : undefined;
}

/** The work is not in question: only somebody who can judge it is missing. */
function awaitsReview(goal: Goal, approval: Approval): boolean {
	const step = stepOf(goal, approval);
	const review = step && reviewOf(step);
	return step?.state === "verifying" && review !== undefined && review.verdict === undefined;
}

/** Nothing else could go on if its step failed. */
function failsGoal(goal: Goal, approval: Approval): boolean {
	const step = stepOf(goal, approval);
	return (
		step !== undefined &&
		allStepsOver({ ...goal, steps: { ...goal.steps, [step.stepId]: { ...step, state: "failed" } } })
	);
}

function runsPlaybook(goal: Goal, { threadId }: Approval): boolean {
	const thread = threadId ? goal.threads[threadId] : undefined;
	return thread !== undefined && isPlaybook(thread);
}

function sentence(words: string): string {
	return /[.!?]$/.test(words) ? words : `${words}.`;
}
