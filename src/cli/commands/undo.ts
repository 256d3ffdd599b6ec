import type { UndoAction } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { resolveGoal, resolveStep } from "../input/resolve.ts";
import { count, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { goalText, shown } from "./show.ts";

/** Says what happens to each file, and after it happened shows the goal. */
export async function undo(context: Context, typed: string, typedStep: string, options: OptionValues): Promise<void> {
	const goalId = await resolveGoal(context, typed);
	const stepId = resolveStep(await context.ask("goal/get", { goalId }), typedStep);
	const preview = options.preview === true;
	const useFolder = options.useFolder === true;
	const answer = await context.ask("step/undo", { goalId, stepId, rest: options.rest === true, preview, useFolder });
	if (preview) {
		context.output.result(answer, () => previewText(answer));
		return;
	}
	const goal = await context.ask("goal/get", { goalId });
	context.output.result(
		{ ...shown(goal), undo: answer },
		() => `${previewText(answer)}\n\n${goalText(goal, Date.now())}`,
	);
}

type Answer = Result<Methods, "step/undo">;

function previewText({ stepIds, files, notCovered, keptIn, dependents, undone }: Answer): string {
	const steps = stepIds.length === 1 ? `step ${stepIds[0]}` : `steps ${stepIds.join(", ")}`;
	const left = files.filter((file) => file.action === "conflict").length;
	const parts = [
		files.length === 0 ? `No file that is recorded was changed by ${steps}.` : undoTable(files, undone ? did : would),
		left > 0
			? `${count(left, "file")} ${undone ? "left" : "would be left"} alone, as ${left === 1 ? "it is" : "they are"} now.`
			: "",
		notCovered.length > 0
			? `Not covered, and ${undone ? "left" : "would be left"} as it is:\n${table(notCovered.map(({ path, reason }) => ["", path, paint.dim(reason)]))}`
			: "",
		keptIn === undefined ? "" : `What was deleted or written over is kept in ${keptIn}`,
		dependents.length > 0
			? `Built on it, and kept as ${dependents.length === 1 ? "it is" : "they are"}: ${dependents.join(", ")}.`
			: "",
	];
	return parts.filter(Boolean).join("\n");
}

function undoTable(files: Answer["files"], words: Readonly<Record<UndoAction, string>>): string {
	return table(
		files.map(({ path, action, reason, sharedWith }) => [
			colours[action](words[action]),
			path,
			paint.dim([reason, sharedWith ? `maybe by ${sharedWith.join(", ")} too` : ""].filter(Boolean).join("; ")),
		]),
	);
}

const would: Readonly<Record<UndoAction, string>> = {
	restore: "restore",
	delete: "delete",
	recreate: "recreate",
	merge: "merge",
	conflict: "leave",
	unchanged: "as it was",
};

const did: Readonly<Record<UndoAction, string>> = {
	restore: "restored",
	delete: "deleted",
	recreate: "recreated",
	merge: "merged",
	conflict: "left",
	unchanged: "as it was",
};

const plain = (text: string) => text;
const colours: Readonly<Record<UndoAction, (text: string) => string>> = {
	restore: paint.green,
	delete: paint.red,
	recreate: paint.green,
	merge: paint.cyan,
	conflict: paint.yellow,
	unchanged: plain,
};
