import type { GoalEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { MessageId } from "../../core/ids.ts";
import { isUnderWay, threadCalls } from "../../core/rules/calls.ts";
import { goalHold } from "../../core/rules/holds.ts";
import { readsMessages, threadIsFree } from "../../core/rules/threads.ts";
import type { Usage } from "../../core/values.ts";
import { elapsed } from "../../core/words/duration.ts";
import { reservedUsage } from "../engine/turnUsage.ts";
import type { NewId } from "../platform/ports.ts";
import type { Silent } from "./heartbeat.ts";

/**
 * What becomes of a model's turn that is silent for the first time in its thread: the call is given up and asked again,
 * with a line that says so. All of it is one transaction, so that a restart retries it no second time. Nothing of the call
 * was applied; what it cost cannot be known, so it is charged what was reserved, or what its agent told. Undefined where the silence is to be
 * shown instead: after a retry, and where the thread could not go on at once.
 */
export function retryStalledTurn(
	goal: Goal,
	{ subject, what, stepId, threadId }: Silent,
	since: string,
	silenceMs: number,
	newId: NewId,
	used?: Usage,
): readonly GoalEvent[] | undefined {
	const thread = threadId ? goal.threads[threadId] : undefined;
	if (thread?.turn?.turnId !== subject || thread.retriedAt !== undefined || !readsMessages(thread)) return undefined;
	// What its agent may have done in it would be done again.
	if (threadCalls(goal, thread.threadId).some(isUnderWay)) return undefined;
	if (goal.end || goalHold(goal) || !threadIsFree(goal, { ...thread, turn: undefined })) return undefined;
	const { turn } = thread;
	const silent = elapsed(silenceMs);
	return [
		{ type: "silence.nudged", subject, what, stepId, threadId: thread.threadId, since },
		{
			type: "turn.interrupted",
			turnId: turn.turnId,
			threadId: thread.threadId,
			reason: `It sent nothing for ${silent}. It is asked again.`,
			charged: reservedUsage(turn, used),
		},
		{
			type: "message.added",
			messageId: newId<MessageId>("m"),
			threadId: thread.threadId,
			from: "daemon",
			about: "silence",
			text: `Your last answer sent nothing for ${silent}, so it was ended, and nothing of it was kept. Answer again and go on from where things stand.`,
		},
	];
}
