import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import * as v from "valibot";
import { type GoalId, GoalIdSchema } from "../../core/ids.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { numberOption, textOption } from "../input/given.ts";
import { resolveGoal } from "../input/resolve.ts";
import { Failure } from "../terminal/failure.ts";

/**
 * Prints the account of a goal, or writes it into a file: whole or not at all. The daemon gives a long log in pages,
 * all of the moment of the first.
 */
export async function dossier(context: Context, typed: string, options: OptionValues): Promise<void> {
	const format = (textOption(options, "format") ?? "md") as "md" | "html" | "jsonl";
	const asked = numberOption(options, "at", "--at", true);
	const redact = options.redact === true;
	const goalId = await resolveGoal(context, typed).catch((cause) => deletedGoal(cause, typed));
	let seq = asked;
	async function* pages(): AsyncGenerator<string> {
		for (let afterSeq: number | undefined; ; ) {
			const page = await context.ask("dossier/get", { goalId, format, atSeq: seq, afterSeq, redact });
			seq = page.seq;
			yield page.text;
			if (page.next === undefined) return;
			afterSeq = page.next;
		}
	}
	const out = textOption(options, "out");
	if (out === undefined) {
		const texts: string[] = [];
		for await (const text of pages()) texts.push(text);
		const text = texts.join("");
		context.output.raw({ goalId, format, seq, text }, text);
		return;
	}
	const file = path.resolve(context.cwd, out);
	const bytes = await writeWhole(file, pages());
	context.output.result({ goalId, format, seq, path: file, bytes }, `Written to ${file}.`);
}

/** A deleted goal is not listed, and is still known by its whole id. */
function deletedGoal(cause: unknown, typed: string): GoalId {
	if (cause instanceof Failure && cause.code === "unknownGoal" && v.is(GoalIdSchema, typed)) return typed as GoalId;
	throw cause;
}

async function writeWhole(file: string, texts: AsyncIterable<string>): Promise<number> {
	const begun = `${file}.part`;
	let bytes = 0;
	try {
		const descriptor = openSync(begun, "w");
		try {
			for await (const text of texts) {
				const chunk = Buffer.from(text);
				for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
				bytes += chunk.length;
			}
		} finally {
			closeSync(descriptor);
		}
		renameSync(begun, file);
		return bytes;
	} catch (cause) {
		rmSync(begun, { force: true });
		if (!(cause instanceof Error) || !("syscall" in cause)) throw cause;
		throw new Failure("notWritten", `${file} cannot be written: ${cause.message}.`);
	}
}
