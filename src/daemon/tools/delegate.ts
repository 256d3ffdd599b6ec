import * as v from "valibot";
import { delegateTool } from "../../core/rules/delegations.ts";
import type { DelegateTool } from "./tool.ts";

const params = v.object({
	role: v.pipe(
		v.string(),
		v.regex(/^[a-z][a-z0-9-]{0,39}$/, "a role is named with lower-case letters, digits and dashes"),
		v.description("researcher (only reads), implementer, or another role of the goal."),
	),
	title: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(200), v.description("What it does, in a few words.")),
	instructions: v.pipe(
		v.string(),
		v.trim(),
		v.nonEmpty(),
		v.maxLength(20_000),
		v.description("Everything it must know: it sees nothing of this conversation. Say what its report must contain."),
	),
});

/** Gives a part of the work to another agent, in a thread of its own. Its report is the call's result. */
export const delegate: DelegateTool<v.InferOutput<typeof params>> = {
	kind: "delegate",
	name: delegateTool,
	description:
		"Hand a part of the work that stands alone to another agent, and get its report back as the result. Several calls in one turn work side by side. It shares the workspace and has no more tools than you.",
	params,
	summarize: ({ role, title }) => `${role}: ${title}`,
	delegation: (args) => args,
};
