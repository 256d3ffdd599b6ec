import * as v from "valibot";
import type { EditTool } from "./tool.ts";

const Params = v.object({ path: v.string(), content: v.string() });

export const writeFile: EditTool<v.InferOutput<typeof Params>> = {
	name: "writeFile",
	kind: "edit",
	description:
		"Writes a whole file of the workspace, new or in place of what is there. Folders on the way are created. To change part of a file use editFile.",
	params: Params,
	summarize: ({ path }) => path,
	path: ({ path }) => path,
	edit: ({ content }) => Buffer.from(content, "utf8"),
};
