import * as path from "node:path";
import * as vscode from "vscode";
import type { GoalId, StepId } from "../../core/ids.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import type { ChangedFiles } from "../connection/changedFiles.ts";
import type { Goals } from "../connection/goals.ts";
import { t } from "../words/words.ts";
import type { Blobs } from "./blobs.ts";
import { blobUri } from "./uris.ts";

/** What a goal changed, in the editor's own diffs: one file, one step, the whole goal. */
export interface Diffs {
	openOne(goalId: GoalId, change: FileVersions): Promise<void>;
	/** False when there is nothing to show. */
	openAll(goalId: GoalId, stepId?: StepId): Promise<boolean>;
	/** The file in the workspace as it is now. */
	openFile(goalId: GoalId, filePath: string): Promise<void>;
}

export interface FileVersions {
	readonly path: string;
	readonly from?: string;
	readonly before?: string;
	readonly after?: string;
}

/** Files larger than this are not read again to see whether they are still as the goal left them. */
const maxComparedBytes = 8 * 1024 * 1024;

export function createDiffs(goals: Goals, files: ChangedFiles, blobs: Blobs): Diffs {
	/**
	 * The version that the goal left: the file itself while it still is that, so that it can be edited in the diff, else
	 * the version that was kept.
	 */
	async function afterUri(goalId: GoalId, change: FileVersions): Promise<vscode.Uri> {
		const file = fileUri(goalId, change.path);
		const kept = blobUri(goalId, file, change.after);
		if (!change.after) return kept;
		try {
			if ((await vscode.workspace.fs.stat(file)).size > maxComparedBytes) return kept;
			const [now, left] = await Promise.all([vscode.workspace.fs.readFile(file), blobs.read(goalId, change.after)]);
			return Buffer.compare(now, left) === 0 ? file : kept;
		} catch {
			return kept;
		}
	}

	const titleOf = (goalId: GoalId) => goals.summary(goalId)?.title ?? goalId;

	function fileUri(goalId: GoalId, filePath: string): vscode.Uri {
		return vscode.Uri.file(path.resolve(goals.summary(goalId)?.workspace ?? "/", filePath));
	}

	function stepTitle(goalId: GoalId, stepId: StepId): string {
		const goal = goals.goal(goalId);
		const step = goal?.steps[stepId];
		if (!goal || !step) return t("Step {0}", stepId);
		const position = stepPosition(goal, step);
		return position > 0 ? t("Step {0}: {1}", position, step.title) : step.title;
	}

	return {
		async openOne(goalId, change) {
			const left = blobUri(goalId, fileUri(goalId, change.from ?? change.path), change.before);
			const right = await afterUri(goalId, change);
			const name = change.path.split("/").at(-1)!;
			await vscode.commands.executeCommand("vscode.diff", left, right, `${name} (${titleOf(goalId)})`, {
				preview: true,
			});
		},
		async openAll(goalId, stepId) {
			const changes = await files.read(goalId, stepId);
			if (changes.length === 0) return false;
			const rows = await Promise.all(
				changes.map(async (change) => [
					fileUri(goalId, change.path),
					change.before ? blobUri(goalId, fileUri(goalId, change.from ?? change.path), change.before) : undefined,
					change.after ? await afterUri(goalId, change) : undefined,
				]),
			);
			const title = stepId ? stepTitle(goalId, stepId) : t("{0}: all changes", titleOf(goalId));
			await vscode.commands.executeCommand("vscode.changes", title, rows);
			return true;
		},
		async openFile(goalId, filePath) {
			await vscode.commands.executeCommand("vscode.open", fileUri(goalId, filePath));
		},
	};
}
