import * as path from "node:path";
import * as vscode from "vscode";
import type { GoalId } from "../../core/ids.ts";
import { inputWords } from "../../core/inputs.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { isRefusal, Refusal } from "../../core/refusal.ts";
import { type PlaybookPreview, playbookActions, playbookNotRun } from "../../protocol/playbookActions.ts";
import type { Daemon } from "../connection/daemon.ts";
import { t } from "../words/words.ts";
import { chooseAgent } from "./chooseAgent.ts";
import { chooseFolder, launchGoal } from "./launch.ts";
import { findPlaybooks, playbookItem, readPlaybookFile, unsavedDocument } from "./playbookFiles.ts";
import { askInputs } from "./playbookInputs.ts";
import { refusedLine } from "./playbookText.ts";

/** Runs a Markdown playbook: the one that was named, else one that is chosen. What runs is the file as it is saved. */
export async function askAndRunPlaybook(daemon: Daemon, named?: vscode.Uri): Promise<GoalId | undefined> {
	const uri = named ?? (await choosePlaybook());
	if (!uri || !(await isSaved(uri))) return undefined;
	const folder = await chooseFolder(uri);
	if (!folder) return undefined;
	const workspace = folder.uri.fsPath;
	const { path: shown, text } = await readPlaybookFile(uri, workspace);
	const file = { path: shown, text };
	const name = path.basename(uri.fsPath);
	try {
		const asked = await daemon.ask("launch/prepare", { workspace, playbook: file });
		const inputs = await askInputs(name, asked.playbook?.inputs ?? []);
		if (!inputs) return undefined;
		const playbook = { ...file, inputs };
		// With the values, so that what is approved shows them.
		const isAsked = Object.keys(inputs).length > 0;
		const read = isAsked ? await daemon.ask("launch/prepare", { workspace, playbook }) : asked;
		const alone = read.playbook && stepWithoutAgent(read.playbook);
		const agent = alone && (await chooseAgent(() => daemon.ask("provider/list", {}), { title: alone }));
		if (alone && !agent) return undefined;
		const prepared = agent ? await daemon.ask("launch/prepare", { workspace, playbook, agent }) : read;
		const grantPlaybook = prepared.playbook && (await askWhatIsApproved(name, prepared.playbook));
		if (grantPlaybook === undefined) return undefined;
		return await launchGoal(daemon, { workspace, playbook, grantPlaybook, settings: agent ? { agent } : undefined });
	} catch (cause) {
		if (!isRefusal(cause)) throw cause;
		const line = refusedLine(cause.message, name);
		if (line === undefined) throw cause;
		void offerLine(cause.message, uri, line);
		return undefined;
	}
}

/** What a person is asked where a step is for an agent and none is set up. */
function stepWithoutAgent({ agents, steps }: PlaybookPreview): string | undefined {
	const alone = agents.find(({ agent }) => agent === undefined);
	const step = alone && steps.find(({ stepId }) => stepId === alone.stepId);
	return step && t("Agent for “{0}”", step.title);
}

/**
 * Whether the actions of the playbook are approved with the launch, as it is written at this moment and as the daemon
 * reads it. A playbook says beforehand what it does, so a person who has read it need not be asked for each line of it.
 * What it does not do is said under the two answers; choosing such a row answers nothing. Where all of it is for agents
 * there is nothing to approve beforehand.
 */
async function askWhatIsApproved(name: string, playbook: PlaybookPreview): Promise<boolean | undefined> {
	const what = whatItSays(playbookActions(playbook).map(({ action }) => action));
	if (what === "") return false;
	const notRun = playbookNotRun(playbook);
	const rows = notRun.slice(0, maxNotRunRows).map(({ what: code, line, reason, text }) => ({
		label: t("$(circle-slash) {0}, line {1}", code, line),
		description: reason,
		detail: text,
	}));
	const more = notRun.length - rows.length;
	const values = playbook.values.map((value) => ({ label: `$(symbol-variable) ${inputWords(value)}` }));
	const handed = playbook.agents.map(({ stepId, agent }) => ({
		label: `$(comment-discussion) ${playbook.steps.find((step) => step.stepId === stepId)?.title ?? stepId}`,
		description: agent ? formatModelRef(agent) : t("no agent is set up for it"),
		detail: t("What it does is asked about as ever."),
	}));
	const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { readonly approved?: boolean }>(
		[
			{ label: t("Ask Before Each Action"), description: what, approved: false },
			{
				label: t("Approve What It Says"),
				description: t("{0}, exactly as written now", what),
				approved: true,
			},
			...(values.length > 0 ? [{ label: t("With"), kind: vscode.QuickPickItemKind.Separator }, ...values] : []),
			...(handed.length > 0 ? [{ label: t("For agents"), kind: vscode.QuickPickItemKind.Separator }, ...handed] : []),
			...(rows.length > 0 ? [{ label: t("Not run"), kind: vscode.QuickPickItemKind.Separator }, ...rows] : []),
			...(more > 0 ? [{ label: t("$(circle-slash) {0} more", more) }] : []),
		],
		{
			title: rows.length > 0 ? t("Run {0}: some code in it is not run", name) : t("Run {0}", name),
			placeHolder: t("What may it do without asking you?"),
			ignoreFocusOut: true,
		},
	);
	return chosen?.approved;
}

const maxNotRunRows = 20;

/** "4 commands, 1 file to write, 8 checks". */
function whatItSays(actions: readonly string[]): string {
	const commands = actions.filter((action) => action === "command").length;
	const checks = actions.filter((action) => action === "check").length;
	const files = actions.length - commands - checks;
	return [
		commands === 1 ? t("1 command") : commands > 1 ? t("{0} commands", commands) : "",
		files === 1 ? t("1 file to write") : files > 1 ? t("{0} files to write", files) : "",
		checks === 1 ? t("1 check") : checks > 1 ? t("{0} checks", checks) : "",
	]
		.filter((part) => part !== "")
		.join(", ");
}

async function choosePlaybook(): Promise<vscode.Uri | undefined> {
	if (!vscode.workspace.workspaceFolders?.length)
		throw new Refusal("noFolder", t("A playbook runs in a folder. Open one, then try again."));
	const found = findPlaybooks();
	const items = found.then((uris) => uris.map(playbookItem));
	if ((await items).length === 0)
		throw new Refusal(
			"nothingThere",
			t(
				"No Markdown file of this workspace has steps with commands. A playbook is one with ## steps and ```sh fences.",
			),
		);
	const chosen = await vscode.window.showQuickPick(items, {
		title: t("Run a Playbook"),
		placeHolder: t("Its commands run in the folder, with your approval"),
		matchOnDescription: true,
		ignoreFocusOut: true,
	});
	return chosen?.uri;
}

/** False when the person would rather not run the file that is on disk. */
async function isSaved(uri: vscode.Uri): Promise<boolean> {
	const document = unsavedDocument(uri);
	if (!document) return true;
	const save = t("Save and Run");
	const asSaved = t("Run as Saved");
	const name = path.basename(uri.path);
	const sentence = t("{0} has changes that are not saved. What runs is the saved file.", name);
	const answer = await vscode.window.showWarningMessage(sentence, save, asSaved);
	return answer === save ? document.save() : answer === asSaved;
}

async function offerLine(sentence: string, uri: vscode.Uri, line: number): Promise<void> {
	const open = t("Open Line {0}", line);
	if ((await vscode.window.showErrorMessage(sentence, open)) !== open) return;
	const at = new vscode.Position(line - 1, 0);
	await vscode.window.showTextDocument(uri, { selection: new vscode.Range(at, at) });
}
