import type { Goal, Thread } from "../../core/goal.ts";
import type { StepId, ThreadId } from "../../core/ids.ts";
import { threads } from "../../core/rules/threads.ts";
import { threadName } from "../../core/words/threadName.ts";
import { t } from "../words/words.ts";

/**
 * The thread that a person means by "where it happens": one that writes now, else one with a call under way or waiting,
 * else the one opened last, an active one before a closed one.
 */
export function activeThread(goal: Goal, stepId?: StepId): Thread | undefined {
	const candidates = threads(goal).filter((thread) => stepId === undefined || thread.stepId === stepId);
	return candidates.toReversed().toSorted((a, b) => liveliness(goal, b) - liveliness(goal, a))[0];
}

/** `implementer · Step 3: Write the tests`, `planner · Plan · Upgrade express`: what the tab of a thread is called. */
export function threadTab(goal: Goal, threadId: ThreadId): string {
	const thread = goal.threads[threadId];
	if (!thread) return t("Thread");
	const name = threadName(goal, thread);
	// The step's changes have a tab of the step's name.
	return `${thread.role} · ${thread.stepId ? name : `${name} · ${goal.title}`}`;
}

function liveliness(goal: Goal, thread: Thread): number {
	if (thread.turn) return 3;
	if (Object.values(goal.calls).some((call) => call.threadId === thread.threadId)) return 2;
	return thread.state === "active" ? 1 : 0;
}
