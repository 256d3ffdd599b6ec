import * as vscode from "vscode";
import { inFront, row } from "../menus/rowContext.ts";
import { all, flag, never, not } from "../menus/when.ts";
import {
	answering,
	approve,
	type CommandRow,
	chooseAnswer,
	showWaiting,
	withGoal,
	withWaiting,
} from "./commandShapes.ts";
import { approvalDocument, can, inRows, onTab, overGoals } from "./contribution.ts";

const somethingWaits = flag("missionControl.waiting");
/** Only where all of the command stands in the row. */
const approvableInRow = row("approval", ["tool", "short"], "approve");

/** What waits for a person, and how it is answered. */
export const approvalCommands = {
	approve: {
		title: "Approve",
		icon: "check",
		palette: can("approve"),
		menus: [
			inRows(approvableInRow, "inline@1"),
			inRows(row("approval", [], "approve"), "1_decide@2"),
			onTab("navigation@1", all(approvalDocument, inFront("approve"))),
		],
		acts: true,
		run: withWaiting((parts, waiting) => approve(parts, waiting, "once"), answering("approve")),
	},
	approveForGoal: {
		title: "Approve for Goal",
		palette: can("approveForGoal"),
		menus: [inRows(row("approval", [], "approveForGoal"), "1_decide@3")],
		acts: true,
		run: withWaiting((parts, waiting) => approve(parts, waiting, "goal"), answering("approve", "goal")),
	},
	deny: {
		title: "Deny",
		icon: "close",
		palette: can("deny"),
		menus: [
			inRows(row("approval", ["tool", "short"], "deny"), "inline@2"),
			inRows(row("approval", [], "deny"), "1_decide@4"),
			onTab("navigation@2", all(approvalDocument, inFront("deny"))),
		],
		acts: true,
		run: withWaiting(
			(parts, waiting) => parts.approvals.answer(waiting, { answer: "deny", scope: "once" }),
			answering("deny"),
		),
	},
	denyWithReason: {
		title: "Deny with a Reason…",
		palette: can("deny"),
		menus: [inRows(row("approval", [], "deny"), "1_decide@5")],
		acts: true,
		run: withWaiting((parts, waiting) => parts.approvals.deny(waiting), answering("deny")),
	},
	/** A rule is made of it, and it is approved. */
	alwaysAllow: {
		title: "Always Allow…",
		icon: "law",
		palette: can("approve"),
		menus: [inRows(row("approval", ["tool"], "approve"), "1_decide@9")],
		acts: true,
		run: withWaiting(async (parts, waiting) => {
			const { alwaysAllow } = await import("../policy/alwaysAllow.ts");
			await alwaysAllow(parts, waiting);
		}, answering("approve")),
	},
	/** Not decided: it waits on, and nothing brings it up again. */
	setAsideApproval: {
		title: "Not Now",
		icon: "bell-slash",
		palette: somethingWaits,
		menus: [
			inRows(row("approval", [], "setAside"), "1_decide@7"),
			onTab("navigation@3", all(approvalDocument, inFront("setAside"))),
		],
		acts: true,
		run: withWaiting(
			(parts, waiting) => parts.approvals.setAside(waiting, true),
			({ approval }) => !approval.setAside,
		),
	},
	takeUpApproval: {
		title: "Take Up Again",
		icon: "bell",
		palette: somethingWaits,
		menus: [
			inRows(row("approval", [], "takeUp"), "1_decide@8"),
			onTab("navigation@3", all(approvalDocument, inFront("takeUp"))),
		],
		acts: true,
		run: withWaiting(
			(parts, waiting) => parts.approvals.setAside(waiting, false),
			({ approval }) => approval.setAside !== undefined,
		),
	},
	/** Whatever is asked: its answers in a list, each with what it does. */
	answer: {
		title: "Answer…",
		icon: "comment",
		palette: somethingWaits,
		menus: [
			inRows(row("approval", [["budget", "step", "question", "recovery"]], "answer"), "inline@2"),
			inRows(row("approval", [], "answer"), "1_decide@6"),
			onTab("navigation@1", all(approvalDocument, inFront("answer"), not(inFront("approve")))),
		],
		acts: true,
		run: withWaiting((parts, waiting) => chooseAnswer(parts, waiting)),
	},
	showApproval: {
		title: "Show Approval",
		icon: "eye",
		palette: somethingWaits,
		menus: [inRows(all(row("approval"), not(approvableInRow)), "inline@1"), inRows(row("approval"), "1_decide@1")],
		run: withWaiting(({ approvals }, { goal, approval }) => approvals.open(goal.goalId, approval.approvalId)),
	},
	/** Given by the lenses of the document that shows all of the action. */
	answerApproval: {
		title: "Answer Approval",
		palette: never,
		acts: true,
		run: withWaiting((parts, waiting, { answer, scope }) => {
			if (!answer) return parts.approvals.open(waiting.goal.goalId, waiting.approval.approvalId);
			return parts.approvals.answer(waiting, { answer, scope: scope ?? "once" });
		}),
	},
	showWaiting: {
		title: "Show What Waits for You",
		menus: [overGoals("1_waiting@1", somethingWaits)],
		run: (parts) => showWaiting(parts),
	},
	showRunning: {
		title: "Show Running Goals",
		run: withGoal(
			(parts, goalId) => parts.webviews.openOverview(goalId),
			(goal) => goal.state === "running" || goal.state === "planning",
		),
	},
	copyCommand: {
		title: "Copy Command",
		palette: somethingWaits,
		menus: [inRows(row("approval"), "5_copy@1")],
		run: withWaiting((_parts, { approval }) => vscode.env.clipboard.writeText(approval.command ?? approval.summary)),
	},
} satisfies Record<string, CommandRow>;
