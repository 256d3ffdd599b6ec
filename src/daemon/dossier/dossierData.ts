import type { RecordedEvent } from "../../protocol/events.ts";
import type { Goal } from "../../protocol/goal.ts";

/** What the account is written from. */
export interface DossierData {
	readonly goal: Goal;
	/** What is told, oldest first: without streamed detail. */
	readonly events: readonly RecordedEvent[];
}

/** What the account tells of; the rest is in the feed and in the export of the log. */
export const told = new Set<string>([
	"goal.launched",
	"goal.completed",
	"goal.failed",
	"goal.cancelled",
	"goal.reopened",
	"plan.proposed",
	"plan.approved",
	"plan.returned",
	"step.reported",
	"step.failed",
	"step.skipped",
	"step.undone",
	"step.retried",
	"attempt.failed",
	"approval.requested",
	"approval.answered",
	"approval.expired",
	"approval.superseded",
	"grant.added",
	"grant.revoked",
	"tool.interrupted",
	"provider.failed",
	"check.completed",
	"file.changed",
	"evidence.added",
	"review.completed",
	"hold.placed",
	"hold.lifted",
	"reflection.written",
	"roster.edited",
]);
