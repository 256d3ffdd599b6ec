import * as vscode from "vscode";
import type { ApprovalId, GoalId } from "../../core/ids.ts";
import type { Image } from "../../core/image.ts";
import type { ChangeView } from "../../protocol/view.ts";
import { t } from "../words/words.ts";

/**
 * Documents that come from the daemon, by their address. The path is what a person reads in a tab; the query says what
 * is meant.
 */
export const schemes = {
	file: "mission-file",
	change: "mission-change",
	dossier: "mission-dossier",
	approval: "mission-approval",
	output: "mission-output",
	plan: "mission-plan",
	simulation: "mission-simulation",
	policy: "mission-policy",
} as const;

/**
 * A version of a file; without a blob, the empty side of a file that was added or deleted. Its path is that of the file
 * itself: a diff whose sides have different paths is shown as a renaming.
 */
export function blobUri(goalId: GoalId, file: vscode.Uri, blob: string | undefined): vscode.Uri {
	return withQuery(schemes.file, file.path.replace(/^\//, ""), { goal: goalId, blob });
}

/** An image of a goal, under a name by which the editor shows it as one. */
export function imageUri(goalId: GoalId, { name, mediaType, sha256 }: Image): vscode.Uri {
	const [usual, ...others] = imageEndings[mediaType];
	const isNamed = [usual, ...others].some((ending) => name.toLowerCase().endsWith(ending));
	return withQuery(schemes.file, isNamed ? name : `${name}${usual}`, { goal: goalId, image: sha256 });
}

const imageEndings: Readonly<Record<Image["mediaType"], readonly [string, ...string[]]>> = {
	"image/png": [".png"],
	"image/jpeg": [".jpg", ".jpeg"],
	"image/gif": [".gif"],
	"image/webp": [".webp"],
};

/** Stands for a change in the tree, for its icon and its decoration. */
export function changeUri(goalId: GoalId, change: ChangeView): vscode.Uri {
	return withQuery(schemes.change, change.path, { goal: goalId, status: change.status });
}

/** The dossier as it stood after an event; now, without one. */
export function dossierUri(goalId: GoalId, title: string, atSeq?: number): vscode.Uri {
	return withQuery(schemes.dossier, `${fileName(title)}.md`, { goal: goalId, seq: atSeq?.toString() });
}

export function approvalUri(goalId: GoalId, approvalId: ApprovalId, title: string): vscode.Uri {
	return withQuery(schemes.approval, `${fileName(title)}.txt`, { goal: goalId, approval: approvalId });
}

/** The plan of a goal, to be edited. */
export function planUri(goalId: GoalId, title: string): vscode.Uri {
	return withQuery(schemes.plan, `${t("Plan of {0}", fileName(title))}.md`, { goal: goalId });
}

/** One side of two policies that are compared. */
export function simulationUri(name: string, side: "now" | "tried", number: number): vscode.Uri {
	return withQuery(schemes.simulation, `${fileName(name)}.txt`, { side, number: String(number) });
}

/** The rules in force, in a folder. */
export function policyUri(folder: string | undefined): vscode.Uri {
	return withQuery(schemes.policy, `${t("Rules in Force")}.jsonc`, { folder });
}

export function outputUri(goalId: GoalId, seq: number): vscode.Uri {
	return withQuery(schemes.output, `output-${seq}.txt`, { goal: goalId, seq: String(seq) });
}

/** What `key` says in an address of ours. */
export function queryValue(uri: vscode.Uri, key: string): string | undefined {
	return new URLSearchParams(uri.query).get(key) ?? undefined;
}

function withQuery(scheme: string, filePath: string, values: Readonly<Record<string, string | undefined>>): vscode.Uri {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(values)) if (value !== undefined) query.set(key, value);
	return vscode.Uri.from({ scheme, path: `/${filePath}`, query: query.toString() });
}

/** A title as the name of a document: without what a path or an address would read as something else. */
function fileName(title: string): string {
	const name = title
		.replace(/[\p{Cc}\p{Cf}\\/:*?"<>|#%]+/gu, " ")
		.replace(/\s+/g, " ")
		.trim();
	return name.slice(0, 60).trim() || "goal";
}
