import * as v from "valibot";
import { globFilter } from "./globFilter.ts";
import { listPaths, maxPaths } from "./listPaths.ts";
import type { ReadTool } from "./tool.ts";

const Params = v.object({ path: v.optional(v.string()), glob: v.optional(v.string()) });

const maxShown = 1000;

export function createListFiles(ripgrep: string | undefined): ReadTool<v.InferOutput<typeof Params>> {
	return {
		name: "listFiles",
		kind: "read",
		description:
			"Lists the files below a folder of the workspace (all of it without path), one a line, without ignored ones. glob chooses: *.ts at any depth, src/**/*.ts from the folder on.",
		params: Params,
		summarize: ({ path, glob }) => [path ?? ".", glob].filter(Boolean).join("  "),
		path: ({ path }) => path ?? ".",
		async run({ path, glob }, context) {
			const listing = await listPaths(path ?? ".", context, ripgrep);
			const paths = listing.paths.filter(globFilter(glob, path));
			if (paths.length === 0) return glob ? `No file matches ${glob}.` : "There are no files.";
			const shown = paths.slice(0, maxShown).join("\n");
			if (listing.cut) return `${shown}\n[more: only the first ${maxPaths} files were looked at. Name a folder]`;
			if (paths.length <= maxShown) return shown;
			return `${shown}\n[${paths.length - maxShown} more: name a folder or a glob]`;
		},
	};
}
