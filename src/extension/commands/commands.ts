import * as vscode from "vscode";
import type { Step } from "../../core/goal.ts";
import type { ThreadId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import { allowedOfStep } from "../../core/rules/stepControls.ts";
import { droppedSteps, planSteps } from "../../core/rules/steps.ts";
import { threadName } from "../../core/words/threadName.ts";
import { showLaunched } from "../launch/showLaunched.ts";
import type { TreeNode } from "../tree/nodes.ts";
import { activeThread } from "../webviewHosts/threadRouter.ts";
import { t } from "../words/words.ts";
import { chooseStep, subjectOf, wholeGoal } from "./choose.ts";
import {
	allowing,
	answering,
	approve,
	type CommandRow,
	chooseAnswer,
	control,
	controlStep,
	showWaiting,
	withGoal,
	withWaiting,
} from "./commandShapes.ts";

/** Everything a person can do in the editor, one row a command. `package.json` declares the same ids; a test compares. */
export const commands = {
	launch: {
		acts: true,
		async run(parts) {
			const { askAndLaunch } = await import("../launch/launch.ts");
			await showLaunched(parts, await askAndLaunch(parts));
		},
	},
	/** The form, with everything that a launch can say. */
	prepare: { acts: true, run: ({ webviews }) => webviews.openPreflight() },
	presets: {
		acts: true,
		async run({ daemon, webviews }) {
			const [{ managePresets }, { chooseFolder }] = await Promise.all([
				import("../launch/presets.ts"),
				import("../launch/launch.ts"),
			]);
			const isFolderOpen = (vscode.workspace.workspaceFolders ?? []).length > 0;
			const folder = isFolderOpen
				? await chooseFolder(undefined, t("The folder whose presets are shown with yours"))
				: undefined;
			if (isFolderOpen && !folder) return;
			await managePresets(daemon, folder, () => webviews.openPreflight({ workspace: folder?.uri.fsPath }));
		},
	},
	launchSelection: {
		acts: true,
		async run(parts) {
			const [{ askAndLaunch, chooseFolder }, { selectionInFront }] = await Promise.all([
				import("../launch/launch.ts"),
				import("../launch/selection.ts"),
			]);
			const { selected, uri } = selectionInFront();
			const workspace = (await chooseFolder(uri))?.uri.fsPath;
			if (workspace) await showLaunched(parts, await askAndLaunch(parts, { workspace, about: selected }));
		},
	},
	launchInFolder: {
		acts: true,
		async run(parts, argument) {
			const { askAndLaunch } = await import("../launch/launch.ts");
			const workspace = argument instanceof vscode.Uri ? argument.fsPath : undefined;
			await showLaunched(parts, await askAndLaunch(parts, { workspace }));
		},
	},
	launchPlaybook: {
		acts: true,
		async run(parts, argument) {
			const { askAndRunPlaybook } = await import("../launch/playbook.ts");
			const uri = argument instanceof vscode.Uri ? argument : undefined;
			await showLaunched(parts, await askAndRunPlaybook(parts.daemon, uri));
		},
	},

	openOverview: {
		run: withGoal((parts, goalId, { approvalId }) => parts.webviews.openOverview(goalId, approvalId)),
	},
	openThread: {
		run: withGoal(async (parts, goalId, { threadId, stepId }) => {
			const goal = await wholeGoal(parts.goals, goalId);
			const thread = threadId ? goal.threads[threadId] : activeThread(goal, stepId);
			if (thread) parts.webviews.openThread(goalId, thread.threadId as ThreadId);
			else parts.webviews.openOverview(goalId);
		}),
	},
	returnToGoal: {
		run: withGoal((parts, goalId) => parts.webviews.openOverview(parts.webviews.activeGoal ?? goalId), "active"),
	},
	openFeed: {
		/** The feed has a list of goals of its own, so none is asked for. */
		async run({ webviews, current }, argument) {
			const goalId = subjectOf(argument).goalId ?? webviews.activeGoal ?? current.goalId;
			if (goalId) await webviews.openFeed(goalId);
			else await vscode.commands.executeCommand("missionControl.feed.focus");
		},
	},
	editPlan: { acts: true, run: withGoal((parts, goalId) => parts.plans.open(goalId), allowing("editPlan")) },
	replan: {
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
	openDossier: { run: withGoal((parts, goalId) => parts.dossiers.open(goalId)) },
	compareDossier: { run: withGoal((parts, goalId) => parts.dossiers.compare(goalId)) },
	openChanges: {
		run: withGoal(async (parts, goalId, { stepId }) => {
			if (!(await parts.diffs.openAll(goalId, stepId)))
				throw new Refusal(
					"nothingThere",
					stepId ? t("This step has changed no files.") : t("This goal has changed no files."),
				);
		}),
	},
	openChange: {
		async run({ diffs }, argument) {
			const node = argument as TreeNode | undefined;
			if (node?.kind === "change") await diffs.openOne(node.goalId, node.change);
		},
	},
	openFile: {
		async run({ diffs }, argument) {
			const node = argument as TreeNode | undefined;
			if (node?.kind === "change") await diffs.openFile(node.goalId, node.change.path);
		},
	},

	pause: { acts: true, run: control("pause", "pause") },
	pauseNow: { acts: true, run: control("pause", "pauseNow", { now: true }) },
	resume: { acts: true, run: control("resume", "resume") },
	cancel: { acts: true, run: control("cancel", "cancel") },
	retryGoal: { acts: true, run: control("retry", "retry") },
	raiseBudget: {
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const { raiseBudget } = await import("./raiseBudget.ts");
			await raiseBudget(parts, goalId);
		}, allowing("raise")),
	},
	delete: {
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const title = parts.goals.summary(goalId)?.title ?? goalId;
			const sentence = t("Delete “{0}”? What was said and done in it is erased and cannot be brought back.", title);
			const erase = t("Delete");
			if ((await vscode.window.showWarningMessage(sentence, { modal: true }, erase)) !== erase) return;
			await parts.daemon.ask("goal/control", { goalId, action: "delete" });
		}, allowing("delete")),
	},
	retryStep: { acts: true, run: controlStep("retry") },
	rerunStep: { acts: true, run: controlStep("rerun") },
	skipStep: { acts: true, run: controlStep("skip") },
	undoStep: {
		acts: true,
		run: withGoal(async (parts, goalId, subject) => {
			const goal = await wholeGoal(parts.goals, goalId);
			const mayBe = (step: Step) => allowedOfStep(goal, step).includes("undo");
			const step = await chooseStep(goal, subject, mayBe, [...planSteps(goal), ...droppedSteps(goal)]);
			if (!step) return;
			const { undoStep } = await import("../undo/undoStep.ts");
			await undoStep(parts, goal, step);
		}),
	},
	editRoster: {
		acts: true,
		run: withGoal(async (parts, goalId) => {
			const { editRoster } = await import("../roster/editRoster.ts");
			await editRoster(parts, goalId);
		}, allowing("editRoster")),
	},
	runChecks: {
		acts: true,
		run: withGoal(async (parts, goalId) => {
			await parts.daemon.ask("check/run", { goalId });
		}, allowing("runChecks")),
	},
	sendMessage: {
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

	approve: { acts: true, run: withWaiting((parts, waiting) => approve(parts, waiting, "once"), answering("approve")) },
	approveForGoal: {
		acts: true,
		run: withWaiting((parts, waiting) => approve(parts, waiting, "goal"), answering("approve", "goal")),
	},
	deny: {
		acts: true,
		run: withWaiting(
			(parts, waiting) => parts.approvals.answer(waiting, { answer: "deny", scope: "once" }),
			answering("deny"),
		),
	},
	denyWithReason: {
		acts: true,
		run: withWaiting((parts, waiting) => parts.approvals.deny(waiting), answering("deny")),
	},
	/** Whatever is asked: its answers in a list, each with what it does. */
	answer: { acts: true, run: withWaiting((parts, waiting) => chooseAnswer(parts, waiting)) },
	showApproval: {
		run: withWaiting(({ approvals }, { goal, approval }) => approvals.open(goal.goalId, approval.approvalId)),
	},
	/** Given by the lenses of the document that shows all of the action. */
	answerApproval: {
		acts: true,
		run: withWaiting((parts, waiting, { answer, scope }) => {
			if (!answer) return parts.approvals.open(waiting.goal.goalId, waiting.approval.approvalId);
			return parts.approvals.answer(waiting, { answer, scope: scope ?? "once" });
		}),
	},
	showWaiting: { run: (parts) => showWaiting(parts) },
	showRunning: {
		run: withGoal(
			(parts, goalId) => parts.webviews.openOverview(goalId),
			(goal) => goal.state === "running" || goal.state === "planning",
		),
	},

	setProviderKey: {
		acts: true,
		async run(parts, argument) {
			const { setProviderKey } = await import("../keys/setProviderKey.ts");
			await setProviderKey(parts, typeof argument === "string" ? argument : undefined);
		},
	},
	openConfig: {
		async run({ dataFolder }) {
			const { openConfig } = await import("../config/openConfig.ts");
			await openConfig(await dataFolder());
		},
	},
	startDaemon: { acts: true, run: ({ daemon }) => daemon.start() },
	stopDaemon: {
		acts: true,
		async run({ daemon }) {
			const { stillRunning } = await daemon.read("daemon/stop", {});
			const commands =
				stillRunning.length === 1 ? t("1 command goes on") : t("{0} commands go on", stillRunning.length);
			const end =
				stillRunning.length > 0 ? ` ${t("{0} by itself; its outcome is read at the next start.", commands)}` : "";
			void vscode.window.showInformationMessage(`${t("The goal daemon has stopped.")}${end}`);
		},
	},
	showLog: { run: ({ log }) => log.show() },
	copyCommand: {
		run: withWaiting((_parts, { approval }) => vscode.env.clipboard.writeText(approval.command ?? approval.summary)),
	},
	copyGoalId: { run: withGoal((_parts, goalId) => vscode.env.clipboard.writeText(goalId)) },
} satisfies Record<string, CommandRow>;
