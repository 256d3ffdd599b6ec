import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import { stepChecks } from "../../core/rules/checks.ts";
import { rejectedLimit } from "../../core/rules/reviews.ts";
import { readsMessages, threads } from "../../core/rules/threads.ts";
import { whyEnded } from "../agents/whyEnded.ts";
import type { Answered } from "./answered.ts";
import { childEnded } from "./delegation.ts";
import type { PerformParts } from "./parts.ts";
import { correction } from "./roleAnswers.ts";

/**
 * What becomes of an answer without a call. That an agent says no more does not mean that its work is done: an attempt
 * in which nothing was carried out, an empty answer and one that something else ended are asked to go on. After
 * `rejectedLimit` of them the attempt has failed, with what is known about it.
 */
export function withoutCall(
	goal: Goal,
	thread: Thread,
	answer: Answered,
	parts: Pick<PerformParts, "newId" | "clock">,
): GoalEvent[] {
	// Something was said to the agent while it answered: it gets a turn to read it before its word counts.
	if (thread.unread > 0) return [];
	const open = !readsMessages(thread) ? undefined : whatIsMissing(goal, thread, answer);
	if (open && thread.rejected + 1 < rejectedLimit) return [correction(thread, open.message, parts)];
	const report = answer.text.trim() || "The agent ended its work without a report.";
	const isDone = !open || open.isEnough === true;
	const words = answer.text.trim() ? ` Its last answer: ${quoted(answer.text)}` : "";
	const diagnosis = `${open?.diagnosis} It was asked ${rejectedLimit - 1} times to go on.${words}`;
	if (thread.parentCallId) return childEnded(thread, isDone, isDone ? report : diagnosis, parts.clock.now());
	const { stepId, threadId } = thread;
	if (stepId === undefined) return [];
	const attempt = thread.attempt ?? 1;
	if (!isDone) return [{ type: "attempt.failed", stepId, attempt, diagnosis }];
	return [
		{ type: "step.reported", stepId, attempt, report },
		{ type: "evidence.added", kind: "report", text: report, stepId, threadId },
	];
}

interface Missing {
	/** For the model: what to do. */
	readonly message: string;
	/** For the person and the next attempt. */
	readonly diagnosis: string;
	/** It was asked, and what it says may be taken all the same. */
	readonly isEnough?: boolean;
}

/** Undefined when the answer ends its work. */
function whatIsMissing(goal: Goal, thread: Thread, answer: Answered): Missing | undefined {
	const { finish, text, unread, isOpen, refused } = answer;
	const hasActed = attemptHasActed(goal, thread);
	const ended = whyEnded(finish, isOpen);
	// Told once that an example was taken for a call, the agent is believed: then it is one.
	if (unread && !(unread.isExample && hasActed && thread.rejected > 0))
		return { message: unread.problem, diagnosis: "The agent wrote a call as text that cannot be carried out." };
	// Some agents end their turn at once when they are denied something: what they said before is no report.
	if (refused)
		return {
			message: `Your turn ended with a call that was not carried out (\`${refused.summary}\`: ${refused.reason}). Go on with the work in a way that is allowed, or end it with a report of what you did and what stands in the way.`,
			diagnosis: `The agent ended its turn whenever a call of it was not carried out, the last time \`${refused.summary}\`: ${refused.reason}`,
		};
	if (ended) {
		const smaller =
			finish === "length" ? " Go on, in smaller parts." : " Go on with the work, or end it with a report.";
		return { message: ended + smaller, diagnosis: endedDiagnosis(finish) };
	}
	if (!hasActed) {
		const said = text.trim() === "" ? "Your answer was empty" : "You answered without a tool call";
		return {
			message: `${said}, and nothing has been done in this attempt, so that it cannot end here. Make the calls that the work needs now. If it is done already or needs no change, look at what shows that, by reading or by running it, and then report.`,
			diagnosis:
				"The agent ended its work without doing anything: no call was carried out, no file was changed, and no check turned green.",
			isEnough: thread.parentCallId ? text.trim() !== "" : mayTurnGreen(goal, thread),
		};
	}
	if (text.trim() === "")
		return {
			message:
				"Your answer was empty. Go on with the work, or end it with a short report of what you did and what proves it.",
			diagnosis: "The agent stopped without a report.",
		};
	return undefined;
}

function endedDiagnosis(finish: string): string {
	if (finish === "length") return "The agent's answers were cut off at their length limit.";
	if (finish === "content-filter") return "The provider's content filter stopped the agent's answers.";
	if (finish === "tool-calls") return "The agent's answers ended as if they called a tool, but no call arrived.";
	if (finish === "stop") return "The agent's answers ended in the middle of its reasoning.";
	return `The provider ended the agent's answers before the agent was done (“${finish}”).`;
}

/** Also by a sub-agent. */
function attemptHasActed(goal: Goal, thread: Thread): boolean {
	if ((thread.acts ?? 0) > 0) return true;
	if (thread.parentCallId) return false;
	return threads(goal).some(
		({ stepId, attempt, purpose, acts = 0 }) =>
			purpose === "work" && acts > 0 && stepId === thread.stepId && attempt === thread.attempt,
	);
}

/** A check of the step was red when it last ran. When all are green after the report, one has turned green. */
function mayTurnGreen(goal: Goal, { stepId }: Thread): boolean {
	return stepId !== undefined && stepChecks(goal, stepId).some(({ diagnosis }) => diagnosis !== undefined);
}

function quoted(text: string): string {
	const one = text.replace(/\s+/g, " ").trim();
	return `“${one.length > 300 ? `${one.slice(0, 300)}…` : one}”`;
}
