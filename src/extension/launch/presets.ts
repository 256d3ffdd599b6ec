import * as vscode from "vscode";
import { formatModelRef } from "../../core/modelRef.ts";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import { openSettingsFile } from "./settingsFile.ts";

/** Named launch settings in the editor: which there are, and what can be done with each. Escape leaves all as it was. */
export async function managePresets(
	daemon: Daemon,
	folder: vscode.WorkspaceFolder | undefined,
	openForm: () => void,
): Promise<void> {
	const workspace = folder?.uri.fsPath;
	const isOneOfSeveral = folder && (vscode.workspace.workspaceFolders ?? []).length > 1;
	for (;;) {
		const { presets, problems } = await daemon.ask("preset/list", { workspace });
		const rows = [
			...presets.map((preset) => ({ ...presetRow(preset), preset, problem: undefined })),
			...problems.map((problem) => ({
				label: `$(warning) ${shortPath(problem.path)}:${problem.line}`,
				detail: [problem.message, problem.fix].filter(Boolean).join(" "),
				preset: undefined,
				problem,
			})),
			{ label: t("$(add) New Preset in the Launch Form…"), preset: undefined, problem: undefined },
		];
		const chosen = await vscode.window.showQuickPick(rows, {
			title: isOneOfSeveral ? t("Presets of {0}", folder.name) : t("Presets"),
			placeHolder: t("Named launch settings, yours and the repository's"),
			matchOnDetail: true,
			ignoreFocusOut: true,
		});
		if (!chosen) return;
		if (chosen.problem) return openSettingsFile(chosen.problem.path, chosen.problem.line);
		if (!chosen.preset) return openForm();
		if ((await actOn(daemon, chosen.preset, workspace)) === "left") return;
	}
}

type Preset = Result<Methods, "preset/list">["presets"][number];

/** A row of a list of presets: whose it is, whether it is taken by itself, and what it says in short. */
export function presetRow(preset: Preset): { label: string; description: string; detail?: string } {
	const { agent, assignments, autonomy, budget, checks } = preset.settings;
	const says = [
		agent && formatModelRef(agent),
		assignments?.length ? assignments.map(({ role }) => role).join(", ") : undefined,
		autonomy,
		budget?.usd === undefined ? undefined : `${budget.usd} USD`,
		checks?.length ? (checks.length === 1 ? t("1 check") : t("{0} checks", checks.length)) : undefined,
	].filter(Boolean);
	const isOwn = preset.source !== "repository";
	const whose = preset.hides ? t("your own, hides the repository's") : isOwn ? t("your own") : t("of the repository");
	return {
		label: preset.name,
		description: preset.isDefault ? t("{0}, the default", whose) : whose,
		detail: says.join(" · ") || undefined,
	};
}

async function actOn(daemon: Daemon, preset: Preset, folder: string | undefined): Promise<"again" | "left"> {
	const { name } = preset;
	const workspace = preset.source === "repository" ? folder : undefined;
	const acts: (vscode.QuickPickItem & { run(): Promise<"again" | "left"> })[] = [
		{
			label: t("$(go-to-file) Open Its File"),
			run: async () => {
				await openSettingsFile(preset.path);
				return "left";
			},
		},
		...(preset.source === "repository"
			? [
					{
						label: t("$(save-as) Save among My Own"),
						run: async () => {
							await daemon.ask("preset/save", { name, settings: preset.settings });
							return "again" as const;
						},
					},
				]
			: [
					{
						label: preset.isDefault ? t("$(circle-slash) No Longer the Default") : t("$(star) Make It the Default"),
						run: async () => {
							await daemon.ask("preset/default", preset.isDefault ? {} : { name });
							return "again" as const;
						},
					},
				]),
		{
			label: t("$(edit) Rename…"),
			run: async () => {
				const to = await askName(t("Rename {0}", name), name);
				if (to && to !== name) await daemon.ask("preset/rename", { name, to, workspace });
				return "again";
			},
		},
		{
			label: t("$(trash) Delete…"),
			run: async () => {
				const erase = t("Delete");
				const sentence = t("Delete the preset “{0}”? Goals that were launched with it keep their settings.", name);
				if ((await vscode.window.showWarningMessage(sentence, { modal: true }, erase)) === erase)
					await daemon.ask("preset/delete", { name, workspace });
				return "again";
			},
		},
	];
	const act = await vscode.window.showQuickPick(acts, { title: t("Preset {0}", name), ignoreFocusOut: true });
	return act ? act.run() : "again";
}

/** Keeps settings under a name that is asked for. The name, or nothing when it was left. */
export async function savePreset(
	daemon: Daemon,
	settings: PartialLaunchSettings,
	workspace: string,
): Promise<string | undefined> {
	const { presets } = await daemon.ask("preset/list", { workspace });
	const name = await askName(t("Save as Preset"));
	if (!name) return undefined;
	const place = await vscode.window.showQuickPick(
		[
			{
				label: t("For Me, in Every Folder"),
				detail: t("In the data folder of the goal daemon."),
				workspace: undefined,
			},
			{ label: t("In the Repository"), detail: t("In .mission/presets, which git shares."), workspace },
		],
		{ title: t("Where is {0} kept?", name), ignoreFocusOut: true },
	);
	if (!place) return undefined;
	const source = place.workspace ? "repository" : "user";
	if (presets.some((preset) => preset.name === name && preset.source === source)) {
		const replace = t("Replace");
		const sentence = t("There is a preset “{0}” already.", name);
		if ((await vscode.window.showWarningMessage(sentence, { modal: true }, replace)) !== replace) return undefined;
	}
	await daemon.ask("preset/save", { name, settings, workspace: place.workspace });
	return name;
}

async function askName(title: string, value = ""): Promise<string | undefined> {
	const typed = await vscode.window.showInputBox({
		title,
		value,
		prompt: t("Letters, digits, spaces, dots, dashes and underscores."),
		ignoreFocusOut: true,
		validateInput: (text) =>
			/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,59}$/u.test(text.trim()) && text.trim() !== "default"
				? undefined
				: t("For example: payments-team"),
	});
	return typed?.trim() || undefined;
}

/** The preset to launch with: a name, none (empty), or nothing when it was left. */
export async function choosePreset(presets: readonly Preset[]): Promise<string | undefined> {
	const rows = [
		...presets.map((preset) => ({ ...presetRow(preset), name: preset.name })),
		{ label: t("None"), description: "", name: "" },
	];
	return (await vscode.window.showQuickPick(rows, { title: t("Preset"), ignoreFocusOut: true }))?.name;
}

function shortPath(file: string): string {
	return file.split(/[\\/]/).slice(-2).join("/");
}
