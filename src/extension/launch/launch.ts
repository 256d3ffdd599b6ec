import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import type { GoalId } from "../../protocol/ids.ts";
import type { Input, Methods } from "../../protocol/methods.ts";
import type { ModelChoice } from "../../protocol/values.ts";
import type { Daemon } from "../daemon.ts";
import { Refusal } from "../refusal.ts";
import { t } from "../words.ts";
import { agentSentence, type Providers } from "./agentChoice.ts";
import { chooseAgent } from "./chooseAgent.ts";
import { type LaunchChoices, type LaunchOption, launchOptions } from "./launchOptions.ts";
import { placeOf, quoteSelection, type Selected } from "./selectionText.ts";

/**
 * The quick way to launch: one box for the prompt, Enter, and the goal is there. The agent and the other settings are
 * one button away and keep what was typed.
 */
export async function askAndLaunch(daemon: Daemon, start: LaunchStart = {}): Promise<GoalId | undefined> {
	const workspace = start.workspace ?? (await chooseFolder())?.uri.fsPath;
	if (!workspace) return undefined;
	const providers = daemon.ask("provider/list", {});
	providers.catch(() => undefined);
	let draft: Draft = { prompt: "", about: start.about, choices: { settings: {} } };
	for (;;) {
		const answer = await askPrompt(draft, providers, (text) =>
			launchGoal(daemon, {
				prompt: wholePrompt(text, start.about),
				title: draft.choices.title,
				workspace,
				settings: { ...draft.choices.settings, ...(draft.agent ? { agent: draft.agent } : {}) },
			}),
		);
		draft = { ...draft, prompt: answer.prompt };
		switch (answer.kind) {
			case "launched":
				return answer.goalId;
			case "agent":
				draft = { ...draft, agent: (await chooseAgent(await providers)) ?? draft.agent };
				break;
			case "options":
				draft = { ...draft, choices: await chooseOptions(draft.choices) };
				break;
			default:
				return undefined;
		}
	}
}

/** The same launch sent again is the same goal, so a connection that breaks in between makes no second one. */
export async function launchGoal(daemon: Daemon, request: Input<Methods, "goal/launch">): Promise<GoalId> {
	return (await daemon.ask("goal/launch", { ...request, requestId: randomUUID() })).goalId;
}

/** The folder that a goal works in. With several it is asked for. */
export async function chooseFolder(uri?: vscode.Uri): Promise<vscode.WorkspaceFolder | undefined> {
	const folders = vscode.workspace.workspaceFolders ?? [];
	const own = uri && vscode.workspace.getWorkspaceFolder(uri);
	if (own) return own;
	if (folders.length === 0) throw new Refusal("noFolder", t("A goal works in a folder. Open one, then launch again."));
	if (folders.length === 1) return folders[0];
	return vscode.window.showWorkspaceFolderPick({ placeHolder: t("The folder that the goal works in") });
}

/** What is known before the person says anything. */
export interface LaunchStart {
	readonly workspace?: string;
	/** The passage that the goal is about. */
	readonly about?: Selected;
}

/** An input box holds one line, so that a passage stands behind what was typed there. */
function wholePrompt(typed: string, about: Selected | undefined): string {
	return about ? `${typed}\n\n${quoteSelection(about)}` : typed;
}

interface Draft {
	readonly prompt: string;
	readonly about?: Selected;
	readonly agent?: ModelChoice;
	readonly choices: LaunchChoices;
}

type PromptAnswer =
	| { readonly kind: "launched"; readonly prompt: string; readonly goalId: GoalId }
	| { readonly kind: "agent" | "options" | "cancel"; readonly prompt: string };

/** A refusal stands under the box, with what was typed still in it. */
function askPrompt(
	draft: Draft,
	providers: Promise<Providers>,
	launch: (prompt: string) => Promise<GoalId>,
): Promise<PromptAnswer> {
	const box = vscode.window.createInputBox();
	const agentButton = { iconPath: new vscode.ThemeIcon("hubot"), tooltip: t("Choose the Agent") };
	const optionsButton = { iconPath: new vscode.ThemeIcon("settings-gear"), tooltip: t("Budget, Autonomy, Checks…") };
	box.title = draft.about ? t("Launch Goal about {0}", placeOf(draft.about)) : t("Launch Goal");
	box.placeholder = t("What is to be done?");
	box.value = draft.prompt;
	box.prompt = agentSentence(draft.agent, undefined);
	box.buttons = [agentButton, optionsButton];
	box.ignoreFocusOut = true;
	let isOpen = true;
	const describe = (text: string) => {
		if (isOpen) box.prompt = text;
	};
	providers.then(
		(known) => describe(agentSentence(draft.agent, known)),
		(cause) => describe(cause instanceof Error ? cause.message : String(cause)),
	);
	return new Promise((resolve, reject) => {
		const done = (answer: PromptAnswer) => {
			if (!isOpen) return;
			isOpen = false;
			resolve(answer);
			box.dispose();
		};
		const prompt = () => box.value.trim();
		let isSending = false;
		let isHidden = false;
		const accept = async () => {
			if (prompt() === "") {
				box.validationMessage = t("Say what is to be done, or press Escape.");
				return;
			}
			isSending = true;
			box.busy = true;
			box.enabled = false;
			try {
				done({ kind: "launched", prompt: prompt(), goalId: await launch(prompt()) });
			} catch (cause) {
				isSending = false;
				if (isHidden) {
					isOpen = false;
					reject(cause);
					return;
				}
				box.busy = false;
				box.enabled = true;
				box.validationMessage = cause instanceof Error ? cause.message : String(cause);
			}
		};
		box.onDidAccept(() => void accept());
		box.onDidChangeValue(() => {
			box.validationMessage = undefined;
		});
		box.onDidTriggerButton((button) => done({ kind: button === agentButton ? "agent" : "options", prompt: prompt() }));
		box.onDidHide(() => {
			isHidden = true;
			// What was sent cannot be taken back: if it becomes a goal, it is shown like any other.
			if (!isSending) done({ kind: "cancel", prompt: prompt() });
		});
		box.show();
	});
}

/** Until Escape, which goes back to the prompt. */
async function chooseOptions(choices: LaunchChoices): Promise<LaunchChoices> {
	for (let chosen = choices; ; ) {
		const row = await vscode.window.showQuickPick(
			launchOptions().map((option) => ({
				label: option.label,
				description: option.get(chosen) ?? t("default"),
				option,
			})),
			{ title: t("Launch Settings"), placeHolder: t("Escape goes back to the prompt"), ignoreFocusOut: true },
		);
		if (!row) return chosen;
		const value = await askOption(row.option, chosen);
		if (value !== undefined) chosen = row.option.set(chosen, value);
	}
}

async function askOption(option: LaunchOption, chosen: LaunchChoices): Promise<string | undefined> {
	const value = option.get(chosen);
	if (option.kind === "pick") {
		const items = option.values.map((label) => ({ label, picked: label === value }));
		return (await vscode.window.showQuickPick(items, { title: option.label, ignoreFocusOut: true }))?.label;
	}
	const text = await vscode.window.showInputBox({
		title: option.label,
		prompt: option.prompt,
		value,
		ignoreFocusOut: true,
		validateInput: (typed) => option.problem?.(typed.trim()),
	});
	return text?.trim();
}
