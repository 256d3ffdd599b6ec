import { randomUUID } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import { Refusal } from "../../core/refusal.ts";
import type { ModelChoice } from "../../core/values.ts";
import type { Input, Methods, Result } from "../../protocol/methods.ts";
import type { FormSeed } from "../../protocol/webview.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import { agentSentence, type Providers } from "./agentChoice.ts";
import { chooseAgent } from "./chooseAgent.ts";
import { type LaunchChoices, type LaunchOption, launchOptions } from "./launchOptions.ts";
import { choosePreset } from "./presets.ts";
import { placeOf, quoteSelection, type Selected } from "./selectionText.ts";

interface LaunchParts {
	readonly daemon: Daemon;
	/** The form, for what a few questions cannot say. */
	readonly webviews: { openPreflight(seed?: FormSeed): void };
}

/**
 * The quick way to launch: one box for the prompt, Enter, and the goal is there. Preset, agent and the other settings are
 * one button away and keep what was typed; so does the form, which shows all of them.
 */
export async function askAndLaunch(
	{ daemon, webviews }: LaunchParts,
	start: LaunchStart = {},
): Promise<GoalId | undefined> {
	const workspace = start.workspace ?? (await chooseFolder())?.uri.fsPath;
	if (!workspace) return undefined;
	const providers = daemon.ask("provider/list", {});
	const presets = daemon.ask("preset/list", { workspace });
	providers.catch(() => undefined);
	presets.catch(() => undefined);
	const title = start.about
		? t("Launch Goal about {0}", placeOf(start.about))
		: start.workspace
			? t("Launch Goal in {0}", path.basename(start.workspace))
			: t("Launch Goal");
	let draft: Draft = { prompt: "", choices: { settings: {} } };
	for (;;) {
		const answer = await askPrompt(title, draft, describe(draft, providers, presets), (text) =>
			launchGoal(daemon, {
				prompt: wholePrompt(text, start.about),
				title: draft.choices.title,
				workspace,
				preset: draft.preset,
				settings: { ...draft.choices.settings, ...(draft.agent ? { agent: draft.agent } : {}) },
			}),
		);
		draft = { ...draft, prompt: answer.prompt };
		switch (answer.kind) {
			case "launched":
				return answer.goalId;
			case "preset":
				draft = { ...draft, preset: (await choosePreset((await presets).presets)) ?? draft.preset };
				break;
			case "agent":
				draft = { ...draft, agent: (await chooseAgent(() => daemon.ask("provider/list", {}))) ?? draft.agent };
				break;
			case "options":
				draft = { ...draft, choices: await chooseOptions(draft.choices) };
				break;
			case "form":
				webviews.openPreflight({ prompt: wholePrompt(answer.prompt, start.about).trim(), workspace });
				return undefined;
			default:
				return undefined;
		}
	}
}

/** What Enter will launch with: the agent, and the preset where there is one. */
async function describe(
	draft: Draft,
	providers: Promise<Providers>,
	presets: Promise<Result<Methods, "preset/list">>,
): Promise<string> {
	const [agents, known] = await Promise.all([providers, presets.catch(() => undefined)]);
	const preset = known?.presets.find((one) => (draft.preset === undefined ? one.isDefault : one.name === draft.preset));
	const isMissing = (id: string) => agents.providers.every((provider) => provider.id !== id);
	const own = preset?.settings.agent;
	const agent = draft.agent ?? (own && !isMissing(own.provider) ? own : undefined);
	const named = preset ? t("Preset: {0}.", preset.name) : undefined;
	return [agentSentence(agent, agents), named].filter(Boolean).join(" ");
}

/** The same launch sent again is the same goal, so a connection that breaks in between makes no second one. */
export async function launchGoal(daemon: Daemon, request: Input<Methods, "goal/launch">): Promise<GoalId> {
	return (await daemon.ask("goal/launch", { ...request, requestId: randomUUID() })).goalId;
}

/** The folder that a goal works in. With several it is asked for. */
export async function chooseFolder(
	uri?: vscode.Uri,
	placeHolder = t("The folder that the goal works in"),
): Promise<vscode.WorkspaceFolder | undefined> {
	const folders = vscode.workspace.workspaceFolders ?? [];
	const own = uri && vscode.workspace.getWorkspaceFolder(uri);
	if (own) return own;
	if (folders.length === 0) throw new Refusal("noFolder", t("A goal works in a folder. Open one, then launch again."));
	if (folders.length === 1) return folders[0];
	return vscode.window.showWorkspaceFolderPick({ placeHolder });
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
	/** Undefined: the default preset. Empty: none. */
	readonly preset?: string;
	readonly agent?: ModelChoice;
	readonly choices: LaunchChoices;
}

type PromptAnswer =
	| { readonly kind: "launched"; readonly prompt: string; readonly goalId: GoalId }
	| { readonly kind: "preset" | "agent" | "options" | "form" | "cancel"; readonly prompt: string };

/** A refusal stands under the box, with what was typed still in it. */
function askPrompt(
	title: string,
	draft: Draft,
	description: Promise<string>,
	launch: (prompt: string) => Promise<GoalId>,
): Promise<PromptAnswer> {
	const box = vscode.window.createInputBox();
	const presetButton = { iconPath: new vscode.ThemeIcon("bookmark"), tooltip: t("Choose the Preset") };
	const formButton = { iconPath: new vscode.ThemeIcon("checklist"), tooltip: t("Open the Form") };
	const agentButton = { iconPath: new vscode.ThemeIcon("hubot"), tooltip: t("Choose the Agent") };
	const optionsButton = { iconPath: new vscode.ThemeIcon("settings-gear"), tooltip: t("Budget, Autonomy, Checks…") };
	box.title = title;
	box.placeholder = t("What is to be done?");
	box.value = draft.prompt;
	box.prompt = agentSentence(draft.agent, undefined);
	const kinds = new Map<vscode.QuickInputButton, "preset" | "agent" | "options" | "form">([
		[presetButton, "preset"],
		[agentButton, "agent"],
		[optionsButton, "options"],
		[formButton, "form"],
	]);
	box.buttons = [...kinds.keys()];
	box.ignoreFocusOut = true;
	let isOpen = true;
	const say = (text: string) => {
		if (isOpen) box.prompt = text;
	};
	description.then(say, (cause) => say(cause instanceof Error ? cause.message : String(cause)));
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
		box.onDidTriggerButton((button) => done({ kind: kinds.get(button) ?? "cancel", prompt: prompt() }));
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
