import * as v from "valibot";

/** What is looked at before a launch; each part is asked for on its own. */
export const baselineParts = ["git", "tracking", "tools", "disk", "sandbox", "guidance"] as const;
export type BaselinePart = (typeof baselineParts)[number];

/** One thing that was found. A `problem` will be in a goal's way; a `note` is worth knowing. */
export const BaselineRow = v.object({
	id: v.string(),
	state: v.picklist(["ok", "note", "problem"]),
	label: v.string(),
	value: v.optional(v.string()),
	/** What it means, and what to do. */
	detail: v.optional(v.string()),
	/** Of a size: exactly. */
	bytes: v.optional(v.number()),
});
export type BaselineRow = v.InferOutput<typeof BaselineRow>;
