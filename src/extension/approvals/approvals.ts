import * as vscode from "vscode";
import type { Approval, Goal } from "../../core/goal.ts";
import type { ApprovalId, GoalId } from "../../core/ids.ts";
import { type Choice, choicesOf, meantBy } from "../../core/questions/questions.ts";
import { Refusal } from "../../core/refusal.ts";
import { type AnswerValueKind, type AnswerValues, answerValues } from "../../core/words/answerValues.ts";
import { approvalMarks } from "../../core/words/marks.ts";
import type { Daemon } from "../connection/daemon.ts";
import type { Goals } from "../connection/goals.ts";
import { approvalUri, queryValue, schemes } from "../documents/uris.ts";
import { setContext } from "../menus/setContext.ts";
import { t, tLabel } from "../words/words.ts";
import { approvalContext } from "./approvalContext.ts";
import { approvalDocument } from "./approvalDocument.ts";
import { buttonLabel, lateSentence, settledSentence } from "./approvalText.ts";
import { pendingApprovals } from "./pendingApprovals.ts";
import { createToastQueue, toastStaysMs, type Waiting } from "./toastQueue.ts";
import { plainLine } from "./visibleText.ts";

/** `approve` and `deny` may stand for what they mean for the approval. */
export type Answer = Pick<Choice, "answer" | "scope">;

/** Decisions of the person: notifications, the document that shows the exact action, and the answer itself. */
export interface Approvals extends vscode.Disposable {
	/** Everything that waits and is known, the oldest first. */
	readonly waiting: readonly Waiting[];
	find(goalId: GoalId, approvalId: ApprovalId): Waiting | undefined;
	answer(waiting: Waiting, answer: Answer, reason?: string): Promise<void>;
	/** Puts it aside, to be answered later, or takes it up again. */
	setAside(waiting: Waiting, aside: boolean): Promise<void>;
	/** Asks for the reason first. */
	deny(waiting: Waiting): Promise<void>;
	open(goalId: GoalId, approvalId: ApprovalId): Promise<void>;
}

/** Values that go with an answer, and are no part of it: they stand in no log. */
type Give = (waiting: Waiting) => Promise<void>;

export function createApprovals(daemon: Daemon, goals: Goals, give: Give): Approvals {
	const opened = new Map<ApprovalId, Waiting>();
	const changed = new vscode.EventEmitter<vscode.Uri>();
	const lensesChanged = new vscode.EventEmitter<void>();

	const all = (): readonly Waiting[] =>
		goals.whole
			.flatMap((goal) => pendingApprovals(goal).map((approval) => ({ approval, goal })))
			.toSorted((a, b) => a.approval.requestedAt.localeCompare(b.approval.requestedAt));

	async function answer({ approval, goal }: Waiting, given: Answer, said?: string): Promise<void> {
		const meant = meantBy(given.answer, approval);
		if (approval.question === "mcpInput" && meant === "give") return give({ approval, goal });
		const choice = choicesOf(goal, approval).find((one) => one.answer === meant);
		const reason = said ?? (choice?.asksFirst ? await askReason(choice) : undefined);
		if (choice?.asksFirst && reason === undefined) return;
		const values = choice?.value && (await askValue(choice, choice.value));
		if (choice?.value && !values) return;
		const chosen = choice?.chooses ? await askSeveral(choice, approval) : undefined;
		if (choice?.chooses && !chosen) return;
		try {
			await daemon.ask("approval/answer", {
				approvalId: approval.approvalId,
				answer: given.answer,
				scope: given.scope,
				reason: reason || undefined,
				digest: approval.digest,
				chosen,
				...values,
			});
		} catch (cause) {
			const settled = goals.goal(goal.goalId)?.settled.find((one) => one.approvalId === approval.approvalId);
			if (settled) throw new Refusal("settled", lateSentence(settled));
			throw cause;
		}
	}

	const find = (goalId: GoalId, approvalId: ApprovalId): Waiting | undefined => {
		const goal = goals.goal(goalId);
		const approval = goal?.approvals[approvalId];
		return goal && approval ? { goal, approval } : undefined;
	};
	/** As it is now, or as it was when it was opened, with what became of it. */
	const latest = (uri: vscode.Uri): Waiting | undefined => {
		const goalId = queryValue(uri, "goal") as GoalId;
		const approvalId = queryValue(uri, "approval") as ApprovalId;
		const now = find(goalId, approvalId);
		if (now) opened.set(approvalId, now);
		const before = opened.get(approvalId);
		return before && { ...before, goal: goals.goal(goalId) ?? before.goal };
	};

	let shownAtMs = 0;
	const queue = createToastQueue({
		nowMs: () => Date.now(),
		async show(sentence, choices) {
			shownAtMs = Date.now();
			const items = choices.map((choice) => ({ title: choice.label, choice }));
			return (await vscode.window.showWarningMessage(sentence, ...items))?.choice;
		},
		retract({ approval, goal }) {
			const settled = goals.goal(goal.goalId)?.settled.find((one) => one.approvalId === approval.approvalId);
			if (settled)
				vscode.window.setStatusBarMessage(`$(${approvalMarks[settled.state].icon}) ${settledSentence(settled)}`, 8_000);
			// VS Code has no way to close one notification. Toasts can be put behind the bell, where nothing is lost; that
			// is done only while ours may still be on the screen.
			if (Date.now() - shownAtMs < toastStaysMs || !vscode.window.state.focused)
				void vscode.commands.executeCommand("notifications.hideToasts");
		},
		answer: (waiting, choice) => reported(answer(waiting, choice)),
		open: ({ goal, approval }) => open(goal.goalId, approval.approvalId),
		async openAddress({ approval: { asked } }) {
			// VS Code shows where it leads, and asks whether that is trusted.
			if (asked?.url !== undefined) await vscode.env.openExternal(vscode.Uri.parse(asked.url, true));
		},
		async list({ goal: { goalId }, approval: { approvalId } }) {
			await vscode.commands.executeCommand("missionControl.answer", { goalId, approvalId });
		},
	});

	async function open(goalId: GoalId, approvalId: ApprovalId): Promise<void> {
		const found = find(goalId, approvalId);
		if (!found) throw new Refusal("settled", t("This approval no longer waits."));
		opened.set(approvalId, found);
		await vscode.commands.executeCommand(
			"vscode.open",
			approvalUri(goalId, approvalId, t("Approval for {0}", found.goal.title)),
			{ preview: true },
		);
	}

	const update = () => {
		const notify = vscode.workspace.getConfiguration("missionControl").get<string>("notifications.approvals");
		const folders = (vscode.workspace.workspaceFolders ?? []).map((folder) => folder.uri.fsPath);
		const shows = (goal: Goal) =>
			vscode.workspace.isTrusted &&
			notify !== "never" &&
			(notify !== "thisWorkspace" || folders.includes(goal.workspace));
		queue.update(all().filter(({ goal, approval }) => shows(goal) && !approval.setAside));
	};
	let inFront = "";
	const refreshDocuments = () => {
		for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === schemes.approval) changed.fire(uri);
		lensesChanged.fire();
		tellMenus();
	};
	/** How the document in front can be answered, if it is about something that still waits. */
	const tellMenus = () => {
		const uri = vscode.window.activeTextEditor?.document.uri;
		const found = uri?.scheme === schemes.approval ? latest(uri) : undefined;
		const now = found && find(found.goal.goalId, found.approval.approvalId);
		const context = now ? approvalContext(now.goal, now.approval) : "";
		if (context === inFront) return;
		inFront = context;
		setContext("approvalInFront", context);
	};
	const stop = goals.onChange(() => {
		update();
		refreshDocuments();
	});

	const subscriptions = [
		changed,
		lensesChanged,
		queue,
		vscode.workspace.onDidGrantWorkspaceTrust(update),
		vscode.window.onDidChangeActiveTextEditor(tellMenus),
		vscode.workspace.registerTextDocumentContentProvider(schemes.approval, {
			onDidChange: changed.event,
			provideTextDocumentContent(uri) {
				const found = latest(uri);
				return found ? approvalDocument(found.approval, found.goal) : t("This approval no longer waits.");
			},
		}),
		vscode.languages.registerCodeLensProvider(
			{ scheme: schemes.approval },
			{
				onDidChangeCodeLenses: lensesChanged.event,
				provideCodeLenses(document) {
					const found = latest(document.uri);
					return found && find(found.goal.goalId, found.approval.approvalId) ? lenses(found) : [];
				},
			},
		),
	];

	return {
		get waiting() {
			return all();
		},
		find,
		answer,
		async setAside({ approval: { approvalId } }, aside) {
			await daemon.ask("approval/setAside", { approvalId, aside });
		},
		async deny(waiting) {
			const prompt = t("Why not? The agent reads it. Enter alone denies without a reason.");
			const reason = await vscode.window.showInputBox({ title: t("Deny"), prompt, ignoreFocusOut: true });
			if (reason !== undefined) await answer(waiting, { answer: "deny", scope: "once" }, reason);
		},
		open,
		dispose() {
			stop();
			for (const subscription of subscriptions) subscription.dispose();
		},
	};
}

/** For an answer given in a notification, nothing else says what went wrong. */
async function reported(done: Promise<void>): Promise<void> {
	try {
		await done;
	} catch (cause) {
		void vscode.window.showInformationMessage(cause instanceof Error ? cause.message : String(cause));
	}
}

function askReason({ label, reason = "" }: Choice): Thenable<string | undefined> {
	return vscode.window.showInputBox({ title: tLabel(label), prompt: tLabel(reason), ignoreFocusOut: true });
}

async function askValue({ label, effect }: Choice, kind: AnswerValueKind): Promise<AnswerValues | undefined> {
	const { label: what, example, parse, problem } = answerValues[kind];
	const typed = await vscode.window.showInputBox({
		title: tLabel(label),
		prompt: `${tLabel(what)}. ${tLabel(effect)}`,
		placeHolder: example,
		ignoreFocusOut: true,
		validateInput: (text) => (text === "" || parse(text) ? undefined : tLabel(problem)),
	});
	return typed ? parse(typed) : undefined;
}

/** What the agent would choose is chosen already. */
async function askSeveral({ label }: Choice, { summary, asked }: Approval): Promise<string[] | undefined> {
	const items = (asked?.options ?? []).map((option) => ({
		label: plainLine(option.label, 100),
		detail: option.description && plainLine(option.description, 200),
		picked: asked?.default?.includes(option.label) === true,
		answer: option.answer,
	}));
	const picked = await vscode.window.showQuickPick(items, {
		title: tLabel(label),
		placeHolder: plainLine(summary, 200),
		canPickMany: true,
		ignoreFocusOut: true,
	});
	return picked && picked.length > 0 ? picked.map(({ answer }) => answer) : undefined;
}

function lenses({ approval, goal }: Waiting): vscode.CodeLens[] {
	const top = new vscode.Range(0, 0, 0, 0);
	const target = { goalId: goal.goalId, approvalId: approval.approvalId };
	return [
		...choicesOf(goal, approval).map(
			(choice) =>
				new vscode.CodeLens(top, {
					title: buttonLabel(choice),
					tooltip: tLabel(choice.effect),
					command: "missionControl.answerApproval",
					arguments: [{ ...target, answer: choice.answer, scope: choice.scope }],
				}),
		),
		...(approval.kind === "tool"
			? [
					new vscode.CodeLens(top, {
						title: t("Always Allow…"),
						command: "missionControl.alwaysAllow",
						arguments: [target],
					}),
				]
			: []),
		...(approval.kind === "plan"
			? [new vscode.CodeLens(top, { title: t("Edit Plan…"), command: "missionControl.editPlan", arguments: [target] })]
			: []),
		new vscode.CodeLens(top, {
			title: t("Open Thread"),
			command: "missionControl.openThread",
			arguments: [{ ...target, threadId: (approval as Approval).threadId }],
		}),
	];
}
