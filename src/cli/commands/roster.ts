import type { RosterEdit, RosterReach } from "../../core/values.ts";
import { rosterMarks } from "../../core/words/marks.ts";
import { assignmentSourceText } from "../../core/words/sources.ts";
import type { AssignmentView } from "../../protocol/view.ts";
import { readAgent } from "../input/agentName.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { listOption, textOption } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { wrongUsage } from "../terminal/failure.ts";
import { table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";

export async function roster(context: Context, typed: string, options: OptionValues): Promise<void> {
	const edits = await editsOf(context, options);
	const reach = textOption(options, "apply");
	if (options.undo === true && reach !== "restart-step")
		throw wrongUsage(
			"--undo takes back what a step changed before it begins again: it goes with --apply restart-step and a change of the roster.",
		);
	if (edits.length === 0 && (reach || options.preview))
		throw wrongUsage(
			"Say what to change: --set ROLE=PROVIDER/MODEL, --instructions ROLE=TEXT, --inherit, --disable or --enable.",
		);
	const goalId = await resolveGoal(context, typed);
	const answer = await context.ask("roster/edit", {
		goalId,
		edits,
		apply: reach as RosterReach | undefined,
		undo: options.undo === true,
		preview: options.preview === true,
	});
	context.output.result(answer, () =>
		[rosterText(answer.assignments), ...(edits.length > 0 ? ["", answer.effect] : [])].join("\n"),
	);
}

/** One line a role. */
export function rosterText(assignments: readonly AssignmentView[]): string {
	return table(
		assignments.map((one) => [
			one.enabled ? one.role : paint.dim(one.role),
			`${one.provider}/${one.model}${one.effort ? `:${one.effort}` : ""}`,
			paint.dim(rosterMarks[one.enabled ? one.label : "off"].word),
			paint.dim(assignmentSourceText(one)),
		]),
	);
}

async function editsOf(context: Context, options: OptionValues): Promise<RosterEdit[]> {
	const edits: RosterEdit[] = [];
	for (const typed of listOption(options, "set") ?? []) {
		const [role = "", name] = typed.split(/=(.*)/s);
		if (role === "" || !name)
			throw wrongUsage(`“${typed}” does not say who works in which role. Write ROLE=PROVIDER/MODEL.`);
		edits.push({ role, enabled: true, ...(await readAgent(context, name)) });
	}
	for (const role of listOption(options, "inherit") ?? []) edits.push({ role, inherits: true });
	for (const role of listOption(options, "disable") ?? []) edits.push({ role, enabled: false });
	for (const role of listOption(options, "enable") ?? []) edits.push({ role, enabled: true });
	return withInstructions(edits, listOption(options, "instructions") ?? []);
}

/** Instructions go with what else is said about their role, or are an edit of their own. */
function withInstructions(edits: readonly RosterEdit[], typed: readonly string[]): RosterEdit[] {
	const all = [...edits];
	for (const one of typed) {
		const [role = "", instructions] = one.split(/=(.*)/s);
		if (role.trim() === "" || /\s/.test(role.trim()) || instructions === undefined)
			throw wrongUsage(`“${one}” does not say who is told what. Write ROLE=TEXT.`);
		const at = all.findIndex((edit) => edit.role === role && edit.instructions === undefined);
		if (at < 0) all.push({ role, instructions });
		else all[at] = { ...all[at]!, instructions };
	}
	return all;
}
