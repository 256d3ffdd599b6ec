import type { GoalId, StepId } from "../../core/ids.ts";
import { modeChangeText } from "../../core/words/modeChange.ts";
import type { ChangeView } from "../../protocol/view.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption } from "../input/given.ts";
import { resolveGoal, resolveStep } from "../input/resolve.ts";
import { exitCodes, Failure, wrongUsage } from "../terminal/failure.ts";
import { table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

export async function changes(context: Context, typed: string, options: OptionValues): Promise<void> {
	const named = await resolveStepOf(context, typed, options);
	const { changes: changed } = await context.ask("change/list", named);
	context.output.result(changed, () => (changed.length === 0 ? "No file was changed." : changeTable(changed)));
}

export function changeTable(changed: readonly ChangeView[]): string {
	return table(
		changed.map((change) => [
			signs[change.status],
			change.from ? `${change.from} → ${change.path}` : change.path,
			change.added === undefined ? "" : paint.green(`+${change.added}`),
			change.removed === undefined ? "" : paint.red(`−${change.removed}`),
			modeChangeText(change),
			paint.dim([writerOf(change), change.leftOut ? "not recorded before" : ""].filter(Boolean).join(", ")),
		]),
	);
}

function writerOf({ by, stepId }: ChangeView): string {
	return by === "outside" ? "outside the goal" : by === "undo" ? "undo" : (stepId ?? "");
}

const signs: Readonly<Record<ChangeView["status"], string>> = {
	added: paint.green("A"),
	modified: paint.yellow("M"),
	deleted: paint.red("D"),
	renamed: paint.cyan("R"),
};

export async function diff(
	context: Context,
	typed: string,
	path: string | undefined,
	options: OptionValues,
): Promise<void> {
	const side = textOption(options, "content");
	if (side && path === undefined) throw wrongUsage("--content prints one file: name its path.");
	const { goalId, stepId } = await resolveStepOf(context, typed, options);
	if (side && path !== undefined) return content(context, goalId, stepId, path, side === "before" ? "before" : "after");
	const { diff: text } = await context.ask("change/diff", { goalId, stepId, path });
	context.output.raw({ goalId, stepId, path, diff: text }, text);
}

/** One version of a file, byte for byte. */
async function content(
	context: Context,
	goalId: GoalId,
	stepId: StepId | undefined,
	path: string,
	side: "before" | "after",
): Promise<void> {
	const { changes: changed } = await context.ask("change/list", { goalId, stepId });
	const blob = changed.find((change) => change.path === path)?.[side];
	if (!blob)
		throw new Failure("unknownFile", `The goal has no version of ${path} ${side} its changes.`, exitCodes.refused);
	const { base64 } = await context.ask("change/content", { goalId, blob });
	if (context.output.json) context.output.result({ goalId, path, blob, base64 }, "");
	else process.stdout.write(Buffer.from(base64, "base64"));
}

async function resolveStepOf(
	context: Context,
	typed: string,
	options: OptionValues,
): Promise<{ readonly goalId: GoalId; readonly stepId?: StepId }> {
	const goalId = await resolveGoal(context, typed);
	const step = textOption(options, "step");
	if (step === undefined) return { goalId };
	return { goalId, stepId: resolveStep(await context.ask("goal/get", { goalId }), step) };
}
