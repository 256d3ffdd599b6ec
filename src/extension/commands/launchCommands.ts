import * as vscode from "vscode";
import { showLaunched } from "../launch/showLaunched.ts";
import { flag, is, never, noFlag } from "../menus/when.ts";
import { t } from "../words/words.ts";
import type { CommandRow } from "./commandShapes.ts";
import { inMenu, overGoals } from "./contribution.ts";

const onDisk = is("resourceScheme", "file");
const markdown = [is("resourceLangId", "markdown"), onDisk] as const;

/** How work begins: the box, the form, presets, a selection, a folder, a playbook. */
export const launchCommands = {
	launch: {
		title: "Launch Goal",
		icon: "add",
		menus: [overGoals("navigation@1")],
		acts: true,
		async run(parts) {
			const { askAndLaunch } = await import("../launch/launch.ts");
			await showLaunched(parts, await askAndLaunch(parts));
		},
	},
	/** The form, with everything that a launch can say. */
	prepare: {
		title: "Prepare Goal…",
		icon: "checklist",
		menus: [overGoals("navigation@2")],
		acts: true,
		run: ({ webviews }) => webviews.openPreflight(),
	},
	presets: {
		title: "Presets…",
		icon: "bookmark",
		menus: [overGoals("2_views@2")],
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
		title: "Launch Goal about Selection…",
		menus: [inMenu("editor/context", "7_mission@2", flag("editorHasSelection"), onDisk)],
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
		title: "Launch Goal in Folder…",
		palette: never,
		menus: [inMenu("explorer/context", "7_mission@2", flag("explorerResourceIsFolder"), onDisk)],
		acts: true,
		async run(parts, argument) {
			const { askAndLaunch } = await import("../launch/launch.ts");
			const workspace = argument instanceof vscode.Uri ? argument.fsPath : undefined;
			await showLaunched(parts, await askAndLaunch(parts, { workspace }));
		},
	},
	launchPlaybook: {
		title: "Run a Playbook",
		icon: "play",
		menus: [
			overGoals("navigation@3"),
			inMenu("explorer/context", "7_mission@1", ...markdown),
			inMenu("editor/context", "7_mission@1", ...markdown),
			inMenu("editor/title/context", "7_mission@1", ...markdown),
			inMenu("editor/title", "7_mission@1", ...markdown, noFlag("isInDiffEditor")),
		],
		acts: true,
		async run(parts, argument) {
			const { askAndRunPlaybook } = await import("../launch/playbook.ts");
			const uri = argument instanceof vscode.Uri ? argument : undefined;
			await showLaunched(parts, await askAndRunPlaybook(parts.daemon, uri));
		},
	},
} satisfies Record<string, CommandRow>;
