import * as vscode from "vscode";
import type { ThreadId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { endStates, goalStates } from "../../core/rules/goalState.ts";
import { row } from "../menus/rowContext.ts";
import { either, never } from "../menus/when.ts";
import type { TreeNode } from "../tree/nodes.ts";
import { activeThread } from "../webviewHosts/threadRouter.ts";
import { t } from "../words/words.ts";
import { subjectOf, wholeGoal } from "./choose.ts";
import { type CommandRow, withGoal } from "./commandShapes.ts";
import { approvalDocument, inRows, onTab, overFeed, overGoals, overviewTab, threadTab } from "./contribution.ts";

const underWay = goalStates.filter((state) => !endStates.includes(state));

/** What can be looked at: a goal, its threads, its feed, its dossier, its changes. */
export const openCommands = {
	openOverview: {
		title: "Open Goal",
		icon: "target",
		menus: [overFeed("navigation@1"), inRows(row("goal"), "2_open@1")],
		run: withGoal((parts, goalId, { approvalId }) => parts.webviews.openOverview(goalId, approvalId)),
	},
	openThread: {
		title: "Open Active Thread",
		icon: "comment-discussion",
		menus: [
			overFeed("navigation@2"),
			inRows(row("approval"), "2_open@1"),
			inRows(row("record"), "2_open@1"),
			inRows(row("goal", [underWay]), "inline@1"),
			inRows(row("goal"), "2_open@2"),
			inRows(row("step"), "2_open@1"),
			inRows(row("thread"), "2_open@1"),
			onTab("navigation@3", approvalDocument),
			onTab("navigation@1", overviewTab),
		],
		key: { key: "alt+right", when: overviewTab },
		run: withGoal(async (parts, goalId, { threadId, stepId }) => {
			const goal = await wholeGoal(parts.goals, goalId);
			const thread = threadId ? goal.threads[threadId] : activeThread(goal, stepId);
			if (thread) parts.webviews.openThread(goalId, thread.threadId as ThreadId);
			else parts.webviews.openOverview(goalId);
		}),
	},
	returnToGoal: {
		title: "Return to Goal",
		icon: "arrow-left",
		menus: [onTab("navigation@1", threadTab)],
		key: { key: "alt+left", when: threadTab },
		run: withGoal((parts, goalId) => parts.webviews.openOverview(parts.webviews.activeGoal ?? goalId), "active"),
	},
	openFeed: {
		title: "Show Feed",
		icon: "output",
		menus: [
			overGoals("2_views@1"),
			inRows(row("goal"), "2_open@3"),
			onTab("navigation@4", either(overviewTab, threadTab)),
		],
		/** The feed has a list of goals of its own, so none is asked for. */
		async run({ webviews, current }, argument) {
			const goalId = subjectOf(argument).goalId ?? webviews.activeGoal ?? current.goalId;
			if (goalId) await webviews.openFeed(goalId);
			else await vscode.commands.executeCommand("missionControl.feed.focus");
		},
	},
	openDossier: {
		title: "Open Dossier",
		icon: "book",
		menus: [
			overFeed("1_goal@1"),
			inRows(row("goal", [endStates]), "inline@1"),
			inRows(row("goal"), "2_open@4"),
			onTab("navigation@3", overviewTab),
		],
		run: withGoal((parts, goalId) => parts.dossiers.open(goalId)),
	},
	compareDossier: {
		title: "Compare Dossier with an Earlier Moment",
		menus: [inRows(row("goal"), "2_open@5")],
		run: withGoal((parts, goalId) => parts.dossiers.compare(goalId)),
	},
	openChanges: {
		title: "Open Changes",
		icon: "diff-multiple",
		menus: [
			overFeed("1_goal@2"),
			inRows(row("goal"), "2_open@6"),
			inRows(row("step", ["any", "begun"]), "inline@2", "2_open@2"),
			inRows(row("changes"), "inline@1", "2_open@1"),
			inRows(row("record"), "2_open@3"),
			onTab("navigation@2", overviewTab),
		],
		run: withGoal(async (parts, goalId, { stepId }) => {
			if (!(await parts.diffs.openAll(goalId, stepId)))
				throw new Refusal(
					"nothingThere",
					stepId ? t("This step has changed no files.") : t("This goal has changed no files."),
				);
		}),
	},
	openChange: {
		title: "Open Change",
		palette: never,
		menus: [inRows(row("change"), "2_open@1")],
		async run({ diffs }, argument) {
			const node = argument as TreeNode | undefined;
			if (node?.kind === "change") await diffs.openOne(node.goalId, node.change);
		},
	},
	openFile: {
		title: "Open File",
		icon: "go-to-file",
		palette: never,
		menus: [inRows(row("change", [["added", "modified", "renamed"]]), "inline@1", "2_open@2")],
		async run({ diffs }, argument) {
			const node = argument as TreeNode | undefined;
			if (node?.kind === "change") await diffs.openFile(node.goalId, node.change.path);
		},
	},
	copyGoalId: {
		title: "Copy Goal Id",
		menus: [inRows(row("goal"), "5_copy@1")],
		run: withGoal((_parts, goalId) => vscode.env.clipboard.writeText(goalId)),
	},
} satisfies Record<string, CommandRow>;
