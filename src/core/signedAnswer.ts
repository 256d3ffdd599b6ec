import * as v from "valibot";

/**
 * What an answer consisted of, in its order, with what its provider wants to see again of each part: signatures and
 * encrypted reasoning, which nobody else can read. `by` names whose they are.
 */
export const SignedAnswer = v.object({
	by: v.string(),
	parts: v.array(
		v.object({
			of: v.picklist(["reasoning", "text", "calls"]),
			/** Of reasoning: what may be read of it. */
			text: v.optional(v.string()),
			/** Of text: how much of the answer's text it is, in UTF-16 units. */
			chars: v.optional(v.number()),
			/** Of calls: how many of them. */
			count: v.optional(v.number()),
			data: v.optional(v.record(v.string(), v.string())),
		}),
	),
});
export type SignedAnswer = v.InferOutput<typeof SignedAnswer>;
