import { baselineMarks, checkMarks } from "../../core/words/marks.ts";
import { type BaselineRow, baselineParts } from "../../protocol/baseline.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { textOption, workspaceFolder } from "../input/given.ts";
import { answeredNo } from "../terminal/failure.ts";
import { indent } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { sign, stateText } from "../terminal/states.ts";

/** How things stand before a launch; with a check, whether it is red already. */
export async function baseline(context: Context, options: OptionValues): Promise<void> {
	const workspace = workspaceFolder(context, textOption(options, "workspace"));
	const command = textOption(options, "check");
	const parts = await Promise.all(baselineParts.map((part) => context.ask("baseline/read", { workspace, part })));
	const rows = parts.flatMap((part) => part.rows);
	const check = command === undefined ? undefined : await context.ask("baseline/check", { workspace, command });
	const isGreen = check === undefined || check.exitCode === 0;
	const mark = checkMarks[isGreen ? "green" : "red"];
	context.output.result({ rows, check: check && { command, ...check } }, () =>
		[
			...rows.map(rowText),
			...(check
				? [
						`${sign(mark)} ${stateText(mark)} ${paint.bold(command ?? "")}  ${ended(check.exitCode, check.timedOut)} in ${check.durationMs} ms`,
						indent(paint.dim(check.output.trimEnd())),
					]
				: []),
		].join("\n"),
	);
	if (!isGreen)
		throw answeredNo("checkRed", `The check \`${command}\` is red: it ${ended(check.exitCode, check.timedOut)}.`);
}

function rowText({ state, label, value, detail }: BaselineRow): string {
	return `${sign(baselineMarks[state])} ${paint.bold(label)}  ${value ?? ""}${detail ? `\n${indent(paint.dim(detail))}` : ""}`;
}

function ended(exitCode: number | undefined, timedOut = false): string {
	if (timedOut) return "took too long and was ended";
	return exitCode === undefined ? "was ended" : `ended with exit code ${exitCode}`;
}
