import * as v from "valibot";
import type { CommandTool } from "../../src/daemon/tools/tool.ts";

/** The one tool that simulated goals need. */
export const commandTool: CommandTool<{ command: string }> = {
	kind: "command",
	name: "runCommand",
	description: "",
	params: v.object({ command: v.string() }),
	summarize: ({ command }) => command,
	command: ({ command }) => ({ command }),
};
