import { writeFileSync } from "node:fs";
import path from "node:path";
import type { OptionValues } from "../commands.ts";
import type { Context } from "../context.ts";
import { Failure } from "../failure.ts";
import { numberOption, textOption } from "../given.ts";
import { resolveGoal } from "../resolve.ts";

export async function dossier(context: Context, typed: string, options: OptionValues): Promise<undefined> {
	const format = (textOption(options, "format") ?? "md") as "md" | "html" | "jsonl";
	const atSeq = numberOption(options, "at", "--at", true);
	const goalId = await resolveGoal(context, typed);
	const { text, seq } = await context.ask("dossier/get", { goalId, format, atSeq });
	const out = textOption(options, "out");
	if (out === undefined) {
		context.output.raw({ goalId, format, seq, text }, text);
		return;
	}
	const file = path.resolve(context.cwd, out);
	try {
		writeFileSync(file, text);
	} catch (cause) {
		throw new Failure("notWritten", `${file} cannot be written: ${cause instanceof Error ? cause.message : cause}.`);
	}
	context.output.result({ goalId, format, seq, path: file, bytes: Buffer.byteLength(text) }, `Written to ${file}.`);
}
