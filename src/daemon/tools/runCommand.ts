import * as v from "valibot";
import type { CommandTool } from "./tool.ts";

/** A day: whatever takes longer is no step of a goal. */
const maxTimeoutMs = 24 * 60 * 60 * 1000;
const Params = v.object({
	command: v.pipe(v.string(), v.nonEmpty()),
	timeoutMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(maxTimeoutMs))),
	background: v.optional(
		v.pipe(
			v.boolean(),
			v.description("true: runs on, as a server does; readOutput and stopCommand take the id it gives."),
		),
	),
});

export const runCommand: CommandTool<v.InferOutput<typeof Params>> = {
	name: "runCommand",
	kind: "command",
	description:
		"Runs a shell command in the workspace's folder and gives its output and exit code. It has no terminal, and a question that it asks gets no answer. A person may have to approve it first.",
	params: Params,
	summarize: ({ command }) => command,
	command: ({ command, timeoutMs, background }) => ({ command, timeoutMs, background }),
};
