import * as v from "valibot";

/** What happens to an act that nobody answered in time. Never that it happens. */
export const DeadlineAct = v.picklist(["deny", "skip"]);
export type DeadlineAct = v.InferOutput<typeof DeadlineAct>;
