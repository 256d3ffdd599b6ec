import type { Goal, Thread, ToolCall } from "../goal.ts";

/**
 * Threads that other threads have opened: sub-agents. A thread asks for one with a call of `delegate`, which stays open
 * while its child works and is completed by the child's report; nothing else is held. Pure.
 */
export const delegateTool = "delegate";

/** The call opens a child and waits for it: nothing of it runs by itself. */
export function isDelegation(call: Pick<ToolCall, "name">): boolean {
	return call.name === delegateTool;
}

/** Delegations of the thread whose children are at work. */
export function openDelegations(goal: Goal, threadId: Thread["threadId"]): number {
	return Object.values(goal.calls).filter(
		(call) => call.threadId === threadId && isDelegation(call) && call.state === "started",
	).length;
}

export function childThreads(goal: Goal, threadId: Thread["threadId"]): readonly Thread[] {
	return Object.values(goal.threads).filter((thread) => thread.parentThreadId === threadId);
}

/** 0 for a thread of a step, 1 for one that it opened. */
export function threadDepth(goal: Goal, thread: Thread): number {
	const parent = thread.parentThreadId ? goal.threads[thread.parentThreadId] : undefined;
	return parent ? threadDepth(goal, parent) + 1 : 0;
}

/** Who plans, reviews or looks back only looks; so does a researcher that another thread sent, and whom it sends itself. */
export function onlyLooks(goal: Goal, thread: Thread): boolean {
	if (thread.purpose !== "work") return true;
	const parent = thread.parentThreadId ? goal.threads[thread.parentThreadId] : undefined;
	return parent !== undefined && (thread.role === "researcher" || onlyLooks(goal, parent));
}

/** The child is over, or was never opened: nothing will complete the call. */
export function isAbandoned(goal: Goal, call: ToolCall): boolean {
	if (!isDelegation(call) || call.state !== "started") return false;
	return call.child === undefined || goal.threads[call.child]?.state !== "active";
}
