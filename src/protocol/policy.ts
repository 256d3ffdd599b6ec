import * as v from "valibot";
import { PolicyLevel, PolicyRule } from "../core/policy/rule.ts";
import { Risk } from "../core/values.ts";

/** The rules of one level, as they are in force. */
export const LevelRules = v.object({
	level: PolicyLevel,
	/** Where they are written; a level of autonomy is written nowhere. */
	file: v.optional(v.string()),
	rules: v.array(PolicyRule),
	/** Why they do not hold as they are written, and what does instead. */
	problem: v.optional(v.string()),
});
export type LevelRules = v.InferOutput<typeof LevelRules>;

/** What would come of a command, without running it. */
export const TestedCommand = v.object({
	risk: Risk,
	reasons: v.array(v.string()),
	verdict: v.picklist(["allow", "ask", "deny"]),
	/** What decided, in words; absent where no rule speaks of it, and it asks. */
	rule: v.optional(v.string()),
});
export type TestedCommand = v.InferOutput<typeof TestedCommand>;
