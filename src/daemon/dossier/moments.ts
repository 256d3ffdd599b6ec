import type { EventBody } from "../../core/events.ts";
import type { LineTable } from "./account.ts";
import { count } from "./words.ts";

/** Moments at which the account is worth reading again; each names its event, from which on one can look. */
export const moments: LineTable = {
	"goal.launched": () => ({ what: "launched" }),
	"plan.proposed": ({ revision, steps }) => ({
		what: "plan proposed",
		about: `revision ${revision}, ${count(steps.length, "step")}`,
	}),
	"plan.approved": ({ revision }) => ({ what: "plan approved", about: `revision ${revision}` }),
	"plan.returned": ({ revision }) => ({ what: "plan sent back", about: `revision ${revision}` }),
	"plan.edited": ({ revision }) => ({ what: "plan edited", about: `revision ${revision}` }),
	"plan.reopened": ({ reason }) => ({ what: "to be planned anew", about: reason }),
	"review.completed": ({ stepId, verdict }, { step }) => ({
		what: verdict === "pass" ? "review passed" : "review did not pass",
		about: stepId ? step(stepId) : "the whole goal",
	}),
	"step.started": ({ stepId, attempt }, { step }) =>
		attempt === 1 ? undefined : { what: "step tried again", about: `${step(stepId)}, attempt ${attempt}` },
	"thread.opened": ({ parentThreadId, role, title }) =>
		parentThreadId === undefined ? undefined : { what: "sub-agent asked for", about: `${role}, ${title ?? "a part"}` },
	"thread.compacted": ({ threadId, summary }, { role }) => ({
		what: "conversation summed up",
		about: `${role(threadId)}, ${summary ? "by its model" : "by the daemon alone"}`,
	}),
	"step.completed": ({ stepId }, { step }) => ({ what: "step done", about: step(stepId) }),
	"step.failed": ({ stepId }, { step }) => ({ what: "step failed", about: step(stepId) }),
	"step.skipped": ({ stepId }, { step }) => ({ what: "step skipped", about: step(stepId) }),
	"step.undone": ({ stepId }, { step }) => ({ what: "step undone", about: step(stepId) }),
	"hold.placed": ({ cause, reason }) => ({ what: holdWords[cause], about: reason }),
	"workspace.lost": ({ reason }) => ({ what: "blocked", about: reason }),
	"hold.lifted": ({ holdId }, { goal }) => ({ what: "went on", about: goal.holds[holdId]?.reason }),
	"roster.edited": ({ revision }) => ({ what: "roster edited", about: `revision ${revision}` }),
	"goal.completed": ({ verified }) => ({ what: "completed", about: verified ? "verified" : "unverified" }),
	"goal.failed": ({ reason }) => ({ what: "failed", about: reason }),
	"goal.cancelled": () => ({ what: "cancelled" }),
	"goal.reopened": () => ({ what: "reopened" }),
	"goal.deleted": () => ({ what: "deleted" }),
};

const holdWords: Readonly<Record<EventBody<"hold.placed">["cause"], string>> = {
	person: "paused",
	queue: "waits for its turn",
	workspace: "waits for its turn",
	provider: "blocked",
	quota: "blocked",
	budget: "blocked",
};
