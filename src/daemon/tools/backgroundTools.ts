import * as v from "valibot";
import type { BackgroundTool } from "./tool.ts";

const Id = v.pipe(v.string(), v.nonEmpty(), v.description("As runCommand gave it."));
const readParams = v.object({
	id: Id,
	all: v.optional(v.pipe(v.boolean(), v.description("From the beginning, and not only what is new."))),
});
const stopParams = v.object({ id: Id });

export const readOutput: BackgroundTool<v.InferOutput<typeof readParams>> = {
	name: "readOutput",
	kind: "background",
	description:
		"Gives what a command in the background has printed since you last read it, and whether it still runs or how it ended.",
	params: readParams,
	summarize: ({ id }) => id,
	background: ({ id, all }) => ({ id, act: "read", all }),
};

export const stopCommand: BackgroundTool<v.InferOutput<typeof stopParams>> = {
	name: "stopCommand",
	kind: "background",
	description: "Ends a command that runs in the background, with all its processes, and gives what it printed last.",
	params: stopParams,
	summarize: ({ id }) => id,
	background: ({ id }) => ({ id, act: "stop" }),
};
