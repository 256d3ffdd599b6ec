import type { UndoAction } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import { t } from "../words/words.ts";

/** What an undo would do, as rows to read and to choose from. Knows nothing of VS Code. */
export type UndoAnswer = Result<Methods, "step/undo">;

export interface UndoRow {
	readonly label: string;
	readonly description?: string;
	readonly detail?: string;
	/** Choosing it takes this back. */
	readonly undo?: "step" | "rest";
	/** Choosing it opens this file. */
	readonly path?: string;
	readonly isHeading?: boolean;
}

/** `rest` is what it and every later step would take back, where there is a later one. */
export function undoRows(title: string, step: UndoAnswer, rest: UndoAnswer | undefined): readonly UndoRow[] {
	const later = (rest?.stepIds.length ?? 1) - 1;
	const whole = rest && later > 0 ? rest : undefined;
	const files = step.files.length > 0 || !whole ? step.files : whole.files;
	const notCovered = (whole ?? step).notCovered;
	return [
		...(takes(step) ? [{ label: t("Undo “{0}”", title), detail: summary(step), undo: "step" as const }] : []),
		...(whole && takes(whole)
			? [
					{
						label: later === 1 ? t("Undo it and the later step") : t("Undo it and the {0} later steps", later),
						detail: summary(whole),
						undo: "rest" as const,
					},
				]
			: []),
		...(files.length > 0 ? [{ label: t("Files"), isHeading: true }, ...files.map(fileRow)] : []),
		...(notCovered.length > 0
			? [
					{ label: t("Not covered: stays as it is"), isHeading: true },
					...notCovered.map(({ path, reason }) => ({ label: path, description: reason })),
				]
			: []),
	];
}

/** What a person is told when it is done: also what stays, and where everything is that was taken away. */
export function outcome(answer: UndoAnswer): string {
	const count = answer.notCovered.length;
	const stays = count === 1 ? t("1 path is not covered and stays") : t("{0} paths are not covered and stay", count);
	const parts = [
		summary(answer),
		count > 0 ? stays : "",
		answer.keptIn === undefined ? "" : t("what was deleted or written over is kept in {0}", answer.keptIn),
	];
	return parts.filter(Boolean).join("; ");
}

/** `2 restored, 1 left alone`, and what goes on from it. */
export function summary({ files, dependents, undone }: UndoAnswer): string {
	const parts = (Object.keys(counted) as (keyof typeof counted)[]).flatMap((action) => {
		const count = files.filter((file) => file.action === action).length;
		return count === 0 ? [] : counted[action](count);
	});
	const kept = dependents.length === 0 || undone ? "" : ` · ${t("built on it, and kept: {0}", dependents.join(", "))}`;
	return `${parts.join(", ") || t("no file changes")}${kept}`;
}

function takes({ files }: UndoAnswer): boolean {
	return files.some(({ action }) => action !== "conflict" && action !== "unchanged");
}

function fileRow({ path, action, reason, sharedWith }: UndoAnswer["files"][number]): UndoRow {
	const shared = sharedWith ? t("maybe by {0} too", sharedWith.join(", ")) : undefined;
	const why = [reason, shared].filter(Boolean).join("; ");
	return { label: `${icons[action]} ${path}`, description: verbs[action](), detail: why || undefined, path };
}

const counted = {
	restore: (count: number) => t("{0} restored", count),
	recreate: (count: number) => t("{0} recreated", count),
	delete: (count: number) => t("{0} deleted", count),
	merge: (count: number) => t("{0} merged", count),
	conflict: (count: number) => t("{0} left alone", count),
} satisfies Partial<Record<UndoAction, unknown>>;

const verbs: Readonly<Record<UndoAction, () => string>> = {
	restore: () => t("restore"),
	recreate: () => t("recreate"),
	delete: () => t("delete"),
	merge: () => t("merge with what was changed since"),
	conflict: () => t("leave alone"),
	unchanged: () => t("as it was"),
};

const icons: Readonly<Record<UndoAction, string>> = {
	restore: "$(discard)",
	recreate: "$(diff-added)",
	delete: "$(diff-removed)",
	merge: "$(git-merge)",
	conflict: "$(warning)",
	unchanged: "$(check)",
};
