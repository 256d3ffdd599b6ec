import type { EventOf, GoalEvent } from "../../../core/events.ts";
import type { Approval, Goal } from "../../../core/goal.ts";
import type { ApprovalId } from "../../../core/ids.ts";
import type { ApprovalScope, Question } from "../../../core/values.ts";
import type { AnswerValues } from "../../../core/words/answerValues.ts";
import type { NewId } from "../../platform/ports.ts";
import type { RequestContext } from "../requests/request.ts";

/** What each answer to a question appends, behind the answer itself. */
export type Consequences = (approval: Approval, given: Given, goal: Goal, context: RequestContext) => GoalEvent[];

/** What a person answered. */
export interface Given {
	/** One of the approval's options. */
	readonly answer: string;
	readonly scope: ApprovalScope;
	readonly reason?: string;
	readonly values?: AnswerValues;
	/** Of an agent's question: the labels that were chosen. */
	readonly chosen?: readonly string[];
}

/** How long a question waits before it is asked anew. */
const approvalHours = 24;

/** What every question to a person starts from. */
export function asking(
	question: Question,
	newId: NewId,
	now: number,
): Pick<EventOf<"approval.requested">, "type" | "question" | "approvalId" | "risk" | "expiresAt" | "files"> {
	return {
		type: "approval.requested",
		question,
		approvalId: newId<ApprovalId>("a"),
		risk: "read",
		files: {},
		expiresAt: new Date(now + approvalHours * 3_600_000).toISOString(),
	};
}
