import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import type { ChangedFiles } from "../connection/changedFiles.ts";
import type { Goals } from "../connection/goals.ts";
import { changeUri } from "../documents/uris.ts";
import { waitingApprovals } from "../status/statusText.ts";
import { t } from "../words/words.ts";
import { goalNodes, rootNodes, stepNodes, type TreeNode, threadNodes } from "./nodes.ts";
import type { Row } from "./row.ts";
import { rowOf } from "./rows.ts";
import { treeItem } from "./treeItem.ts";

/** The tree of goals in the activity bar. A goal is followed while it is unfolded, so that the folded ones cost nothing. */
export interface GoalsTree extends vscode.Disposable {
	/** Unfolds and selects a goal without taking the focus. */
	reveal(goalId: GoalId): Promise<void>;
	/** The rows themselves, for tests. */
	readonly provider: vscode.TreeDataProvider<TreeNode>;
}

/** A new goal is drawn at once, changes that follow each other closely together: a busy goal has hundreds in a second. */
const drawAfterMs = 20;
const drawAgainAfterMs = 250;
const revealTimes = 4;
const revealAgainAfterMs = 300;

export function createGoalsTree(goals: Goals, files: ChangedFiles, onSelect: (goalId: GoalId) => void): GoalsTree {
	const changed = new vscode.EventEmitter<undefined>();
	/** Goals whose rows are shown, and those that a person folded, which stay so when their state changes. */
	const unfolded = new Map<GoalId, () => void>();
	const folded = new Set<GoalId>();

	const unfold = (goalId: GoalId) => {
		if (!unfolded.has(goalId)) unfolded.set(goalId, goals.follow(goalId));
	};

	const foldOf = (node: TreeNode): Row["fold"] | undefined => {
		if (node.kind !== "goal") return undefined;
		if (folded.has(node.goalId)) return "folded";
		return unfolded.has(node.goalId) ? "open" : undefined;
	};

	const provider: vscode.TreeDataProvider<TreeNode> = {
		onDidChangeTreeData: changed.event,
		getTreeItem: (node) => itemOf(node, foldOf(node)),
		getChildren(node) {
			if (!node) return [...rootNodes(goals.all)];
			// Asked for only when the goal is unfolded, by a person or because it is under way.
			if (node.kind === "goal") unfold(node.goalId);
			return [...childrenOf(node, goals, files)];
		},
		getParent: (node) => parentOf(node, goals),
	};
	const view = vscode.window.createTreeView("missionControl.goals", {
		treeDataProvider: provider,
		showCollapseAll: true,
	});

	let timer: NodeJS.Timeout | undefined;
	let drawnAtMs = 0;
	let drawnGoals = 0;
	const draw = () => {
		const isNews = goals.all.length !== drawnGoals;
		const restMs = isNews ? 0 : Math.max(drawAfterMs, drawnAtMs + drawAgainAfterMs - Date.now());
		if (isNews) clearTimeout(timer);
		else if (timer) return;
		timer = setTimeout(() => {
			drawnGoals = goals.all.length;
			timer = undefined;
			drawnAtMs = Date.now();
			changed.fire(undefined);
			const waits = waitingApprovals(goals.all);
			view.badge = waits > 0 ? { value: waits, tooltip: t("{0} waiting for your decision", waits) } : undefined;
			for (const [goalId, stop] of unfolded) {
				if (goals.summary(goalId)) continue;
				stop();
				unfolded.delete(goalId);
			}
		}, restMs);
	};

	const subscriptions = [
		goals.onChange(draw),
		files.onChange(draw),
		...disposers(
			view.onDidCollapseElement(({ element }) => {
				if (element.kind !== "goal") return;
				unfolded.get(element.goalId)?.();
				unfolded.delete(element.goalId);
				folded.add(element.goalId);
			}),
			view.onDidExpandElement(({ element }) => {
				if (element.kind === "goal") folded.delete(element.goalId);
			}),
			view.onDidChangeSelection(({ selection: [node] }) => {
				if (node && "goalId" in node) onSelect(node.goalId);
			}),
		),
	];

	return {
		provider,
		async reveal(goalId) {
			const summary = goals.summary(goalId);
			if (!summary) return;
			folded.delete(goalId);
			for (let time = 0; time < revealTimes && goals.summary(goalId); time++) {
				// A goal that was just launched moves between groups while it is looked for: VS Code then does not find it, or
				// finds it and forgets that it was to be unfolded. A tree that cannot be scrolled to it is no failure.
				const node: TreeNode = { kind: "goal", goalId, summary };
				await Promise.resolve(view.reveal(node, { select: true, focus: false, expand: true })).catch(() => undefined);
				if (unfolded.has(goalId)) return;
				await new Promise((resolve) => setTimeout(resolve, revealAgainAfterMs));
				if (unfolded.has(goalId)) return;
			}
		},
		dispose() {
			clearTimeout(timer);
			for (const stop of [...subscriptions, ...unfolded.values()]) stop();
			view.dispose();
			changed.dispose();
		},
	};
}

function childrenOf(node: TreeNode, goals: Goals, files: ChangedFiles): readonly TreeNode[] {
	switch (node.kind) {
		case "group":
			return node.goals.map((summary) => ({ kind: "goal", goalId: summary.goalId, summary }));
		case "goal": {
			const goal = goals.goal(node.goalId);
			// Unfolded, but not known yet: it is followed from now on, and the tree is drawn again when it is there.
			if (!goal) return [];
			const text = node.summary.state === "planning" ? t("The planner is writing the plan. Steps appear here.") : "";
			return goalNodes(goal, files.of(node.goalId), text || node.summary.stateReason);
		}
		case "step":
			return stepNodes(node.goal, node.step, files.of(node.goalId));
		case "thread":
			return threadNodes(node.goal, node.thread);
		case "changes":
			return node.changes.map((change) => ({ kind: "change", goalId: node.goalId, change, under: "goal" }));
		default:
			return [];
	}
}

/** Only what can be revealed needs its parent: goals, whose parent is their group. */
function parentOf(node: TreeNode, goals: Goals): TreeNode | undefined {
	if (node.kind !== "goal") return undefined;
	return rootNodes(goals.all).find(
		(root) => root.kind === "group" && root.goals.some((goal) => goal.goalId === node.goalId),
	);
}

function itemOf(node: TreeNode, fold: Row["fold"] | undefined): vscode.TreeItem {
	const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
	const item = treeItem(rowOf(node, { now: Date.now(), folders }), node, fold);
	if (node.kind === "change") {
		item.resourceUri = changeUri(node.goalId, node.change);
		item.iconPath = vscode.ThemeIcon.File;
	}
	return item;
}

function disposers(...disposables: readonly vscode.Disposable[]): (() => void)[] {
	return disposables.map((disposable) => () => void disposable.dispose());
}
