import * as vscode from "vscode";
import type { Goal, Step } from "../../core/goal.ts";
import type { ApprovalId, GoalId, StepId, ThreadId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { isPlanned, planSteps } from "../../core/rules/steps.ts";
import { markOfStep } from "../../core/words/markOf.ts";
import { approvalMarks } from "../../core/words/marks.ts";
import type { GoalSummary } from "../../protocol/view.ts";
import type { Waiting } from "../approvals/toastQueue.ts";
import type { Goals } from "../connection/goals.ts";
import { queryValue, schemes } from "../documents/uris.ts";
import type { CentreNode } from "../tree/centreNodes.ts";
import type { TreeNode } from "../tree/nodes.ts";
import { t, tLabel } from "../words/words.ts";

/**
 * What a command is about. Menus of the tree hand over a row, links and lenses hand over ids, the palette hands over
 * nothing: then it is asked for, with the goal that the person looks at on top.
 */
export interface Subject {
	readonly goalId?: GoalId;
	readonly stepId?: StepId;
	readonly threadId?: ThreadId;
	readonly approvalId?: ApprovalId;
	readonly answer?: string;
	readonly scope?: "once" | "goal";
}

export function subjectOf(argument: unknown): Subject {
	if (typeof argument !== "object" || argument === null) return {};
	if (argument instanceof vscode.Uri) return approvalOf(argument) ?? {};
	if (!("kind" in argument)) return argument as Subject;
	const node = argument as TreeNode | CentreNode;
	switch (node.kind) {
		case "group":
		case "section":
		case "grant":
		case "rule":
		case "more":
			return {};
		case "record": {
			const { threadId, stepId } = node.record;
			return { goalId: node.goalId, stepId, threadId };
		}
		case "approval": {
			const { approvalId, stepId, threadId } = node.approval;
			return { goalId: node.goalId, approvalId, stepId, threadId };
		}
		case "step":
			return { goalId: node.goalId, stepId: node.step.stepId };
		case "thread":
			return { goalId: node.goalId, threadId: node.thread.threadId, stepId: node.thread.stepId };
		default:
			return { goalId: node.goalId };
	}
}

/** The approval whose document is in front. */
export function approvalInFront(): Subject | undefined {
	const uri = vscode.window.activeTextEditor?.document.uri;
	return uri && approvalOf(uri);
}

function approvalOf(uri: vscode.Uri): Subject | undefined {
	if (uri.scheme !== schemes.approval) return undefined;
	return { goalId: queryValue(uri, "goal") as GoalId, approvalId: queryValue(uri, "approval") as ApprovalId };
}

export async function chooseGoal(
	goals: Goals,
	{ goalId }: Subject,
	currentGoal: GoalId | undefined,
	fits: (goal: GoalSummary) => boolean = () => true,
): Promise<GoalId | undefined> {
	if (goalId) return goalId;
	const candidates = goals.all.filter(fits);
	if (candidates.length === 0) throw new Refusal("nothingThere", t("No goal allows this now."));
	if (candidates.length === 1) return candidates[0]!.goalId;
	const order = candidates.toSorted((a, b) => Number(b.goalId === currentGoal) - Number(a.goalId === currentGoal));
	const items = order.map((goal) => ({ label: goal.title, description: goal.stateReason, goalId: goal.goalId }));
	return (await vscode.window.showQuickPick(items, { placeHolder: t("Which goal?"), ignoreFocusOut: true }))?.goalId;
}

/** The goal, whole, also when no view looks at it. */
export async function wholeGoal(goals: Goals, goalId: GoalId): Promise<Goal> {
	const known = goals.goal(goalId);
	if (known) return known;
	return new Promise((resolve, reject) => {
		const late = setTimeout(() => {
			stop();
			reject(new Refusal("notConnected", t("The goal could not be read: the daemon does not answer.")));
		}, readGoalTimeoutMs);
		const settle = () => {
			clearTimeout(late);
			queueMicrotask(() => stop());
		};
		const stop = goals.follow(goalId, {
			onChange(goal) {
				settle();
				resolve(goal);
			},
			onRefused(cause) {
				settle();
				reject(cause);
			},
		});
	});
}

export async function chooseStep(
	goal: Goal,
	{ stepId }: Subject,
	fits: (step: Step) => boolean,
	among: readonly Step[] = planSteps(goal),
): Promise<Step | undefined> {
	if (stepId) return goal.steps[stepId];
	const candidates = among.filter(fits);
	if (candidates.length === 0) throw new Refusal("nothingThere", t("No step of this goal allows this now."));
	const items = candidates.map((step) => ({
		label: isPlanned(goal, step) ? `${stepPosition(goal, step)} ${step.title}` : step.title,
		description: tLabel(markOfStep(goal, step).word),
		step,
	}));
	return (await vscode.window.showQuickPick(items, { placeHolder: t("Which step?"), ignoreFocusOut: true }))?.step;
}

export async function chooseWaiting(
	waiting: readonly Waiting[],
	{ approvalId, goalId }: Subject,
): Promise<Waiting | undefined> {
	const candidates = waiting.filter(
		({ approval, goal }) =>
			(approvalId === undefined || approval.approvalId === approvalId) &&
			(goalId === undefined || goal.goalId === goalId),
	);
	if (candidates.length === 0) throw new Refusal("nothingThere", t("Nothing waits for your decision."));
	if (candidates.length === 1) return candidates[0];
	const items = candidates.map((one) => ({
		label: `$(${approvalMarks.pending.icon}) ${one.approval.command?.split("\n")[0] ?? one.approval.summary}`,
		description: one.goal.title,
		one,
	}));
	return (await vscode.window.showQuickPick(items, { placeHolder: t("Which decision?"), ignoreFocusOut: true }))?.one;
}

const readGoalTimeoutMs = 5_000;
