import * as v from "valibot";

/** By what a workspace tells agents how to work in it: files known by these names, and skills. */
export const guidanceKinds = ["agents", "claude", "copilot", "instructions", "skills"] as const;
export const GuidanceKind = v.picklist(guidanceKinds);
export type GuidanceKind = v.InferOutput<typeof GuidanceKind>;

/** A file that was handed to whoever works in a thread. */
export const GuidanceFile = v.object({
	/** In the workspace, with `/`; absolute for one of the person's own. */
	path: v.string(),
	kind: GuidanceKind,
	/** Hex, of the whole file; empty for one that is gone. */
	sha256: v.string(),
	bytes: v.number(),
	/** `touched`: a file that it is about was read or edited. `gone`: what it said no longer counts. */
	why: v.picklist(["start", "touched", "changed", "gone"]),
	/** It was longer than is handed on. */
	cut: v.optional(v.boolean()),
});
export type GuidanceFile = v.InferOutput<typeof GuidanceFile>;

/** A skill that can be read by its name. */
export const SkillName = v.object({ name: v.string(), path: v.string() });
