import type { Approval, Goal, Step, Thread } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { childThreads } from "../../core/rules/delegations.ts";
import { endStates } from "../../core/rules/goalState.ts";
import { droppedSteps, planSteps } from "../../core/rules/steps.ts";
import { threads } from "../../core/rules/threads.ts";
import type { ChangeView, GoalSummary } from "../../protocol/view.ts";
import { pendingApprovals } from "../approvals/pendingApprovals.ts";

/** What the tree of goals consists of. Pure: which rows there are, in which order; `rows.ts` says how each looks. */
export type TreeNode =
	| { readonly kind: "group"; readonly group: Group; readonly goals: readonly GoalSummary[] }
	| { readonly kind: "goal"; readonly goalId: GoalId; readonly summary: GoalSummary }
	| { readonly kind: "approval"; readonly goalId: GoalId; readonly approval: Approval; readonly goal: Goal }
	| { readonly kind: "step"; readonly goalId: GoalId; readonly step: Step; readonly goal: Goal }
	| { readonly kind: "thread"; readonly goalId: GoalId; readonly thread: Thread; readonly goal: Goal }
	| { readonly kind: "changes"; readonly goalId: GoalId; readonly changes: readonly ChangeView[] }
	| { readonly kind: "change"; readonly goalId: GoalId; readonly change: ChangeView; readonly under: string }
	| { readonly kind: "note"; readonly goalId: GoalId; readonly text: string };

export const groups = ["needsYou", "running", "blocked", "setAside", "finished"] as const;
export type Group = (typeof groups)[number];

/** Groups that have goals, the most pressing first; within one, the goal that moved last stands first. */
export function rootNodes(goals: readonly GoalSummary[]): readonly TreeNode[] {
	return groups.flatMap((group): TreeNode[] => {
		const members = goals.filter((goal) => groupOf(goal) === group);
		if (members.length === 0) return [];
		return [{ kind: "group", group, goals: members.toSorted((a, b) => byRecency(a, b)) }];
	});
}

export function groupOf(goal: GoalSummary): Group {
	if (endStates.includes(goal.state)) return "finished";
	if (goal.pendingApprovals > (goal.setAside ?? 0)) return "needsYou";
	if (goal.pendingApprovals > 0) return "setAside";
	return goal.state === "paused" || goal.state === "blocked" ? "blocked" : "running";
}

/** What a goal consists of: what waits for the person first, then its steps in the plan's order, those that left the plan and what it changed. */
export function goalNodes(goal: Goal, changes: readonly ChangeView[], emptyText: string): readonly TreeNode[] {
	const { goalId } = goal;
	const nodes: TreeNode[] = [
		...pendingApprovals(goal).map((approval): TreeNode => ({ kind: "approval", goalId, approval, goal })),
		...threads(goal)
			.filter((thread) => thread.stepId === undefined)
			.map((thread): TreeNode => ({ kind: "thread", goalId, thread, goal })),
		...[...planSteps(goal), ...droppedSteps(goal)].map((step): TreeNode => ({ kind: "step", goalId, step, goal })),
	];
	if (changes.length > 0) nodes.push({ kind: "changes", goalId, changes });
	return nodes.length > 0 ? nodes : [{ kind: "note", goalId, text: emptyText }];
}

/** Threads of the step's attempts, the newest attempt first, then the files it changed. */
export function stepNodes(goal: Goal, step: Step, changes: readonly ChangeView[]): readonly TreeNode[] {
	const { goalId } = goal;
	return [
		...threads(goal)
			.filter((thread) => thread.stepId === step.stepId && !thread.parentThreadId)
			.toSorted((a, b) => (b.attempt ?? 0) - (a.attempt ?? 0))
			.map((thread): TreeNode => ({ kind: "thread", goalId, thread, goal })),
		...changes
			.filter((change) => change.stepId === step.stepId)
			.map((change): TreeNode => ({ kind: "change", goalId, change, under: step.stepId })),
	];
}

/** The sub-agents of a thread, in the order in which it asked for them. */
export function threadNodes(goal: Goal, thread: Thread): readonly TreeNode[] {
	const { goalId } = goal;
	return childThreads(goal, thread.threadId).map(
		(child): TreeNode => ({ kind: "thread", goalId, thread: child, goal }),
	);
}

function byRecency(a: GoalSummary, b: GoalSummary): number {
	return b.updatedAt.localeCompare(a.updatedAt) || b.launchedAt.localeCompare(a.launchedAt);
}
