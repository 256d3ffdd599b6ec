import { readFileSync } from "node:fs";
import path from "node:path";
import type { RecordedEvent } from "../../core/events.ts";
import type { OptionValues } from "../input/commandRow.ts";
import type { Context } from "../input/context.ts";
import { readEvents } from "../input/follow.ts";
import { matchId, resolveGoal } from "../input/resolve.ts";
import { exitCodes, Failure } from "../terminal/failure.ts";

type Printed = RecordedEvent<"tool.completed" | "check.completed">;

/** What a call or a check of a goal printed: as text, or with --raw byte for byte; the last one where none is named. */
export async function output(
	context: Context,
	typedGoal: string,
	typed: string | undefined,
	options: OptionValues,
): Promise<void> {
	const goalId = await resolveGoal(context, typedGoal);
	const all: Printed[] = [];
	for await (const page of readEvents(context, goalId, { types: ["tool.completed", "check.completed"] }))
		all.push(...(page as readonly Printed[]));
	// A check runs often: its last run counts.
	const newest = [...new Map(all.map((event) => [nameOf(event), event])).values()];
	const found = typed === undefined ? all.at(-1) : matchId(typed, newest, nameOf, "output");
	if (!found)
		throw new Failure(
			"unknownOutput",
			typed === undefined
				? "Nothing of this goal has printed anything yet."
				: `There is no output ${typed}. \`mission feed ${goalId} --json\` has the ids of calls and checks.`,
			exitCodes.refused,
		);
	const { head, tail, bytes, path: file } = found.output;
	const name = nameOf(found);
	if (options.raw === true) {
		const kept = file ? readKept(path.resolve(context.home, file)) : Buffer.from(head + tail);
		if (context.output.json) context.output.result({ goalId, id: name, base64: kept.toString("base64") }, "");
		else process.stdout.write(kept);
		return;
	}
	const left = bytes - Buffer.byteLength(head) - Buffer.byteLength(tail);
	const gap = tail && left > 0 ? `\n[${left.toLocaleString("en-US")} bytes are left out here; --raw has them]\n` : "";
	context.output.raw({ goalId, id: name, seq: found.seq, ...found.output }, `${head}${gap}${tail}`);
}

function nameOf(event: Printed): string {
	return event.type === "tool.completed" ? event.toolCallId : event.checkId;
}

function readKept(file: string): Buffer {
	try {
		return readFileSync(file);
	} catch (cause) {
		throw new Failure("notKept", `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`);
	}
}
