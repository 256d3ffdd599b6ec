import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import { choicesOf } from "../../core/questions/questions.ts";
import type { GoalRequest } from "../../core/rules/controls.ts";
import { allowedOfStep } from "../../core/rules/stepControls.ts";
import { type GoalSummary, summaryAllows } from "../../protocol/view.ts";
import type { Answer } from "../approvals/approvals.ts";
import { approvalSentence, buttonLabel } from "../approvals/approvalText.ts";
import type { Waiting } from "../approvals/toastQueue.ts";
import { commandLine, isWhollyVisible } from "../approvals/visibleText.ts";
import { t } from "../words/words.ts";
import {
	approvalInFront,
	chooseGoal,
	chooseStep,
	chooseWaiting,
	type Subject,
	subjectOf,
	wholeGoal,
} from "./choose.ts";
import type { Contribution } from "./contribution.ts";
import type { Parts } from "./parts.ts";

/** The shapes that commands share: about a goal, about a step, about an approval, each of which is asked for if need be. */
export interface CommandRow extends Contribution {
	/** It changes something, so it is refused in Restricted Mode. */
	readonly acts?: boolean;
	run(parts: Parts, argument: unknown): unknown;
}

/** About the goal of the tab in front, if it fits, else one that is asked for. `active`: the current one, unasked. */
export function withGoal(
	run: (parts: Parts, goalId: GoalId, subject: Subject) => unknown,
	fits?: ((goal: GoalSummary) => boolean) | "active",
): CommandRow["run"] {
	return async (parts, argument) => {
		const subject = subjectOf(argument);
		const filter = typeof fits === "function" ? fits : undefined;
		const inFront = parts.goals.all.find((goal) => goal.goalId === parts.webviews.activeGoal);
		const meant = inFront && (!filter || filter(inFront)) ? inFront.goalId : undefined;
		const named = subject.goalId ?? meant ?? (fits === "active" ? parts.current.goalId : undefined);
		const goalId = await chooseGoal(parts.goals, { goalId: named }, parts.current.goalId, filter);
		if (goalId) await run(parts, goalId, subject);
	};
}

export function withWaiting(
	run: (parts: Parts, waiting: Waiting, subject: Subject) => unknown,
	fits: (waiting: Waiting) => boolean = () => true,
): CommandRow["run"] {
	return async (parts, argument) => {
		const subject = subjectOf(argument ?? approvalInFront());
		const waiting = await chooseWaiting(parts.approvals.waiting.filter(fits), subject);
		if (waiting) await run(parts, waiting, subject);
	};
}

/** Goals that allow it now. */
export function allowing(request: GoalRequest): (goal: GoalSummary) => boolean {
	return (goal) => summaryAllows(goal, request);
}

/** What waits of an action or a plan and has this answer: other questions are answered in words of their own. */
export function answering(answer: string, scope: Answer["scope"] = "once"): (waiting: Waiting) => boolean {
	return ({ approval, goal }) =>
		(approval.kind === "tool" || approval.kind === "plan") &&
		choicesOf(goal, approval).some((choice) => choice.answer === answer && choice.scope === scope);
}

export function control(
	action: "pause" | "resume" | "cancel" | "retry",
	request: GoalRequest,
	more: { readonly now?: boolean } = {},
): CommandRow["run"] {
	return withGoal(async ({ daemon }, goalId) => {
		await daemon.ask("goal/control", { goalId, action, ...more });
	}, allowing(request));
}

export function controlStep(action: "retry" | "rerun" | "skip"): CommandRow["run"] {
	return withGoal(async ({ daemon, goals }, goalId, subject) => {
		const goal = await wholeGoal(goals, goalId);
		const step = await chooseStep(goal, subject, (one) => allowedOfStep(goal, one).includes(action));
		if (step) await daemon.ask("goal/control", { goalId, action, stepId: step.stepId });
	});
}

/** What cannot be seen in a row or a button is shown first; there it can be approved. */
export async function approve({ approvals }: Parts, waiting: Waiting, scope: Answer["scope"]): Promise<void> {
	const { command, approvalId } = waiting.approval;
	const isShown =
		command === undefined || isWhollyVisible(command, seenMaxChars) || approvalInFront()?.approvalId === approvalId;
	if (!isShown) return approvals.open(waiting.goal.goalId, approvalId);
	await approvals.answer(waiting, { answer: "approve", scope });
}

const seenMaxChars = 200;

/** The answers to what waits, each with what it does. What would run is answered where all of it can be seen. */
export async function chooseAnswer({ approvals }: Parts, waiting: Waiting): Promise<void> {
	const { approval, goal } = waiting;
	const isShown = approval.command === undefined || isWhollyVisible(approval.command, seenMaxChars);
	const items = choicesOf(goal, approval)
		.filter((choice) => isShown || !choice.runs)
		.map((choice) => ({ label: buttonLabel(choice), detail: choice.effect, choice }));
	const show = { label: t("$(eye) Show"), detail: t("All of what is asked, in a document."), choice: undefined };
	const chosen = await vscode.window.showQuickPick([...items, show], {
		title: approvalSentence(approval, goal),
		ignoreFocusOut: true,
	});
	if (!chosen) return;
	await (chosen.choice ? approvals.answer(waiting, chosen.choice) : approvals.open(goal.goalId, approval.approvalId));
}

/** Everything that waits, to look at or, where all of the command fits, to answer in place. */
export async function showWaiting({ approvals }: Parts): Promise<void> {
	const yes = { iconPath: new vscode.ThemeIcon("check"), tooltip: t("Approve") };
	const no = { iconPath: new vscode.ThemeIcon("close"), tooltip: t("Deny") };
	const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { readonly waiting: Waiting }>();
	pick.placeholder = t("Enter shows all of it");
	pick.items = approvals.waiting.map((waiting) => {
		const { approval, goal } = waiting;
		const isPlain = approval.kind === "tool" && isWhollyVisible(approval.command ?? "", pickMaxChars);
		return {
			label: commandLine(approval.command ?? approval.summary, 120),
			description: goal.title,
			detail: approval.reasons.join("; "),
			buttons: isPlain ? [yes, no] : [],
			waiting,
		};
	});
	if (pick.items.length === 0) pick.placeholder = t("Nothing waits for your decision.");
	pick.onDidTriggerItemButton(({ item, button }) => {
		pick.hide();
		const answer = button === yes ? "approve" : "deny";
		void vscode.commands.executeCommand("missionControl.answerApproval", {
			goalId: item.waiting.goal.goalId,
			approvalId: item.waiting.approval.approvalId,
			answer,
		});
	});
	pick.onDidAccept(() => {
		const [item] = pick.selectedItems;
		pick.hide();
		if (item) void approvals.open(item.waiting.goal.goalId, item.waiting.approval.approvalId);
	});
	pick.onDidHide(() => pick.dispose());
	pick.show();
}

const pickMaxChars = 60;
