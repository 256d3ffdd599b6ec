import * as v from "valibot";

/** What a thread has come to, for whoever goes on with it. */
export const ThreadSummary = v.object({
	objective: v.string(),
	decisions: v.array(v.string()),
	openWork: v.array(v.string()),
	verifiedFacts: v.array(v.string()),
});
export type ThreadSummary = v.InferOutput<typeof ThreadSummary>;
