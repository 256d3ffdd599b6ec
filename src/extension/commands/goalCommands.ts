import * as vscode from "vscode";
import { Refusal } from "../../core/refusal.ts";
import { threadName } from "../../core/words/threadName.ts";
import { row } from "../menus/rowContext.ts";
import { activeThread } from "../webviewHosts/threadRouter.ts";
import { t } from "../words/words.ts";
import { wholeGoal } from "./choose.ts";
import { allowing, type CommandRow, control, withGoal } from "./commandShapes.ts";
import { can, inRows } from "./contribution.ts";

/** What a person may ask of a goal. */
export const goalCommands = {
	editPlan: {
		title: "Edit Plan…",
		icon: "edit",
		palette: can("editPlan"),
		menus: [inRows(row("approval", ["plan"]), "inline@2"), inRows(row("goal", [], "editPlan"), "2_open@7")],
		acts: true,
		run: withGoal((parts, goalId) => parts.plans.open(goalId), allowing("editPlan")),
	},
	replan: {
		title: "Plan Anew…",
		palette: can("replan"),
		menus: [inRows(row("goal", [], "replan"), "3_control@9")],
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const reason = await vscode.window.showInputBox({
				title: t("Plan Anew"),
				prompt: t("What should the plan do instead? The planner reads it."),
				ignoreFocusOut: true,
			});
			if (reason !== undefined)
				await parts.daemon.ask("goal/control", { goalId, action: "replan", reason: reason || undefined });
		}, allowing("replan")),
	},
	pause: {
		title: "Pause Goal",
		icon: "debug-pause",
		palette: can("pause"),
		menus: [inRows(row("goal", [], "pause"), "inline@2", "3_control@1")],
		acts: true,
		run: control("pause", "pause"),
	},
	pauseNow: {
		title: "Pause Goal Now (Ends What Runs)",
		palette: can("pauseNow"),
		menus: [inRows(row("goal", [], "pauseNow"), "3_control@2")],
		acts: true,
		run: control("pause", "pauseNow", { now: true }),
	},
	resume: {
		title: "Resume Goal",
		icon: "debug-continue",
		palette: can("resume"),
		menus: [inRows(row("goal", [], "resume"), "inline@2", "3_control@3")],
		acts: true,
		run: control("resume", "resume"),
	},
	cancel: {
		title: "Cancel Goal",
		icon: "circle-slash",
		palette: can("cancel"),
		menus: [inRows(row("goal", [], "cancel"), "4_end@1")],
		acts: true,
		run: control("cancel", "cancel"),
	},
	retryGoal: {
		title: "Retry Goal",
		icon: "refresh",
		palette: can("retry"),
		menus: [
			inRows(row("goal", [["failed", "cancelled"]], "retry"), "inline@2"),
			inRows(row("goal", [], "retry"), "3_control@7"),
		],
		acts: true,
		run: control("retry", "retry"),
	},
	raiseBudget: {
		title: "Raise Budget…",
		palette: can("raise"),
		menus: [inRows(row("goal", [], "raise"), "3_control@8")],
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const { raiseBudget } = await import("./raiseBudget.ts");
			await raiseBudget(parts, goalId);
		}, allowing("raise")),
	},
	delete: {
		title: "Delete Goal…",
		palette: can("delete"),
		menus: [inRows(row("goal", [], "delete"), "4_end@2")],
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const title = parts.goals.summary(goalId)?.title ?? goalId;
			const sentence = t("Delete “{0}”? What was said and done in it is erased and cannot be brought back.", title);
			const erase = t("Delete");
			if ((await vscode.window.showWarningMessage(sentence, { modal: true }, erase)) !== erase) return;
			await parts.daemon.ask("goal/control", { goalId, action: "delete" });
		}, allowing("delete")),
	},
	editRoster: {
		title: "Edit Roster…",
		icon: "organization",
		palette: can("editRoster"),
		menus: [inRows(row("goal", [], "editRoster"), "3_control@5")],
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const { editRoster } = await import("../roster/editRoster.ts");
			await editRoster(parts, goalId);
		}, allowing("editRoster")),
	},
	runChecks: {
		title: "Run Checks Again",
		icon: "beaker",
		palette: can("runChecks"),
		menus: [inRows(row("goal", [], "runChecks"), "3_control@6")],
		acts: true,
		run: withGoal(async (parts, goalId) => {
			await parts.daemon.ask("check/run", { goalId });
		}, allowing("runChecks")),
	},
	sendMessage: {
		title: "Send Message to Thread…",
		icon: "send",
		palette: can("message"),
		menus: [
			inRows(row("goal", [], "message"), "3_control@4"),
			inRows(row("thread", [], "message"), "inline@1", "3_control@1"),
		],
		acts: true,
		run: withGoal(async (parts, goalId, { threadId }) => {
			const goal = await wholeGoal(parts.goals, goalId);
			const thread = threadId ? goal.threads[threadId] : activeThread(goal);
			if (!thread) throw new Refusal("nothingThere", t("This goal has no thread yet that could read a message."));
			const text = await vscode.window.showInputBox({
				title: t("Message to {0} ({1})", thread.role, threadName(goal, thread)),
				prompt: t("Read before its next turn."),
				ignoreFocusOut: true,
			});
			if (text?.trim()) await parts.daemon.ask("thread/send", { goalId, threadId: thread.threadId, text });
		}, allowing("message")),
	},
} satisfies Record<string, CommandRow>;
