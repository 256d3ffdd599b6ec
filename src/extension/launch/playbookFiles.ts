import { createHash } from "node:crypto";
import * as path from "node:path";
import * as vscode from "vscode";
import { t } from "../words/words.ts";
import { playbookScore } from "./playbookText.ts";

/** A playbook as it is saved: what runs, whoever launches it. */
export interface PlaybookFile {
	/** As people of the folder say it; absolute outside of it. */
	readonly path: string;
	readonly text: string;
	/** Of the text. */
	readonly sha256: string;
	/** It is open with changes that do not run. */
	readonly isUnsaved: boolean;
}

export async function readPlaybookFile(uri: vscode.Uri, folder: string): Promise<PlaybookFile> {
	const bytes = await vscode.workspace.fs.readFile(uri);
	const shown = path.relative(folder, uri.fsPath);
	const isInside = !shown.startsWith("..") && !path.isAbsolute(shown);
	return {
		path: isInside ? shown.split(path.sep).join("/") : uri.fsPath,
		text: new TextDecoder().decode(bytes),
		sha256: createHash("sha256").update(bytes).digest("hex"),
		isUnsaved: unsavedDocument(uri) !== undefined,
	};
}

export function unsavedDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
	const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
	return document?.isDirty ? document : undefined;
}

/** More Markdown than this is not looked at, nor more of each file. */
const maxFiles = 400;
const maxFileBytes = 256 * 1024;
const skippedFolders = "**/{node_modules,.git,dist,out,build,vendor,target,.venv}/**";

/** The file in the editor first, then what looks most like a playbook; of one folder, or of all that are open. */
export async function findPlaybooks(folder?: string): Promise<readonly vscode.Uri[]> {
	const pattern = folder === undefined ? "**/*.md" : new vscode.RelativePattern(vscode.Uri.file(folder), "**/*.md");
	const uris = await vscode.workspace.findFiles(pattern, skippedFolders, maxFiles);
	const scored = await Promise.all(uris.map(async (uri) => ({ uri, score: await scoreOf(uri) })));
	const active = vscode.window.activeTextEditor?.document.uri.toString();
	return scored
		.filter(({ score }) => score > 0)
		.toSorted((a, b) => rank(b) - rank(a) || a.uri.path.localeCompare(b.uri.path))
		.map(({ uri }) => uri);

	function rank({ uri, score }: { readonly uri: vscode.Uri; readonly score: number }): number {
		return uri.toString() === active ? Number.POSITIVE_INFINITY : score;
	}
}

export function playbookItem(uri: vscode.Uri): vscode.QuickPickItem & { readonly uri: vscode.Uri } {
	return { label: path.basename(uri.path), description: vscode.workspace.asRelativePath(uri), uri };
}

/** For the form: one of the folder, any other file, or none. Nothing, when it was left. */
export async function choosePlaybookFor(folder: string): Promise<vscode.Uri | "none" | undefined> {
	const none = { label: t("None"), description: t("a goal of the prompt alone"), chosen: "none" as const };
	const other = { label: t("$(folder-opened) Choose File…"), chosen: "other" as const };
	const rows = findPlaybooks(folder).then((uris) => [
		none,
		...uris.map((uri) => ({ ...playbookItem(uri), chosen: uri })),
		other,
	]);
	const row = await vscode.window.showQuickPick(rows, {
		title: t("Playbook"),
		placeHolder: t("Its commands run in the folder, with your approval"),
		matchOnDescription: true,
		ignoreFocusOut: true,
	});
	if (row?.chosen !== "other") return row?.chosen;
	const files = await vscode.window.showOpenDialog({
		title: t("Playbook"),
		defaultUri: vscode.Uri.file(folder),
		filters: { [t("Markdown")]: ["md", "markdown"] },
	});
	return files?.[0];
}

async function scoreOf(uri: vscode.Uri): Promise<number> {
	try {
		const { size } = await vscode.workspace.fs.stat(uri);
		if (size > maxFileBytes) return 0;
		return playbookScore(new TextDecoder().decode(await vscode.workspace.fs.readFile(uri)));
	} catch {
		return 0;
	}
}
