import * as v from "valibot";
import { GoalIdSchema } from "../core/ids.ts";
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

/** A rule that would let happen unasked what a person is asked about now. */
export const ProposedRule = v.object({
	rule: PolicyRule,
	/** The rule in words. */
	words: v.string(),
	/** How many acts of the past it would have decided, and how many of them a person denied. */
	covered: v.number(),
	denied: v.number(),
});
export type ProposedRule = v.InferOutput<typeof ProposedRule>;

const Verdict = v.object({
	verdict: v.picklist(["allow", "ask", "deny"]),
	/** What decides, in words; absent where no rule speaks of it. */
	rule: v.optional(v.string()),
});

export const SimulationCounts = v.object({ allow: v.number(), ask: v.number(), deny: v.number() });
export type SimulationCounts = v.InferOutput<typeof SimulationCounts>;

/** Alike acts of goals, and what rules say of them. */
export const SimulatedAct = v.object({
	/** The last of them: its goal, and the event with which it was asked for. */
	goalId: GoalIdSchema,
	seq: v.number(),
	at: v.string(),
	tool: v.string(),
	summary: v.string(),
	risk: Risk,
	times: v.number(),
	/** What came of it: done unasked, approved or denied by a person, refused without a question, or never answered. */
	outcome: v.picklist(["unasked", "approved", "denied", "refused", "unanswered"]),
	/** Who answered. */
	by: v.optional(v.string()),
	/** By the rules in force. */
	now: Verdict,
	/** By the rules that are tried. */
	would: Verdict,
	/** It would happen though a person denied it, or would be denied though a person approved it. */
	answeredOtherwise: v.boolean(),
});
export type SimulatedAct = v.InferOutput<typeof SimulatedAct>;

/** What rules would have done to the past. */
export const Simulation = v.object({
	goals: v.number(),
	acts: v.number(),
	/** False where there was more than is looked at in one go: then the newest goals are in it. */
	isWhole: v.boolean(),
	/** What happened then: done unasked, asked about, refused. */
	past: SimulationCounts,
	now: SimulationCounts,
	would: SimulationCounts,
	/** How often each rule that is tried decided, the most often first. */
	rules: v.array(v.object({ rule: v.string(), times: v.number() })),
	/** Those whose verdict is another than by the rules in force, or than a person's; these come first. */
	differences: v.array(SimulatedAct),
	/** So many differences are not listed. */
	more: v.number(),
});
export type Simulation = v.InferOutput<typeof Simulation>;
