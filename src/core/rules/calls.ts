import type { Goal, Thread, ToolCall } from "../goal.ts";
import type { ThreadId } from "../ids.ts";
import { isAbandoned, isDelegation, openDelegations } from "./delegations.ts";
import { folderHold, goalHold, threadHold } from "./holds.ts";

/** Tool calls: which are under way, and which may run now. */

export function calls(goal: Goal): readonly ToolCall[] {
	return Object.values(goal.calls);
}

export function threadCalls(goal: Goal, threadId: ThreadId): readonly ToolCall[] {
	return calls(goal).filter((call) => call.threadId === threadId);
}

/** It is being carried out. What waits for a child is not: nothing of it runs by itself. */
export function isUnderWay(call: ToolCall): boolean {
	return call.state === "started" && !isDelegation(call);
}

/** It is being carried out, and no person is asked something in the middle of it. */
export function callWorks(goal: Goal, call: ToolCall): boolean {
	return isUnderWay(call) && !isAskedWithin(goal, call);
}

/** Its agent carries it out, within a turn: there it is asked for, allowed or denied, and told of. */
export function isAgentOwned(call: ToolCall): boolean {
	return call.owner === "agent";
}

/** The turn in which the agent made the call is over. */
function isPastItsTurn(goal: Goal, call: ToolCall): boolean {
	return isAgentOwned(call) && goal.threads[call.threadId]?.turn === undefined;
}

/** The agent may have carried it out, and will never tell: its turn ended before the call did. */
export function isLost(goal: Goal, call: ToolCall): boolean {
	return isPastItsTurn(goal, call) && call.state === "started";
}

/** The thread's agent is in the middle of a turn, and goes on when a person has decided, or when the goal does. */
export function turnWaits(goal: Goal, thread: Thread): boolean {
	if (!thread.turn) return false;
	if (isAsking(goal, thread)) return true;
	const isHeld = goalHold(goal) !== undefined;
	return threadCalls(goal, thread.threadId).some(
		({ state, decided }) =>
			state === "waiting" || (isHeld && !decided && (state === "requested" || state === "approved")),
	);
}

/** The thread's agent is in the middle of a turn, and at work. */
export function turnWorks(goal: Goal, thread: Thread): boolean {
	return thread.turn !== undefined && !turnWaits(goal, thread);
}

/** It is being carried out, and whoever looks after it needs nothing of a folder that is not the goal's. */
export function isFollowed(goal: Goal, call: ToolCall): boolean {
	return isUnderWay(call) && !isAgentOwned(call) && !(call.edit && folderHold(goal));
}

/** Its thread, or the turn in which its agent asked, has ended before the call began: nothing waits for it, and it must not begin. */
export function isOrphaned(goal: Goal, call: ToolCall): boolean {
	if (isAbandoned(goal, call)) return true;
	const isOpen = call.state === "requested" || call.state === "waiting" || call.state === "approved";
	if (isPastItsTurn(goal, call) && isOpen && !call.decided) return true;
	return !isUnderWay(call) && goal.threads[call.threadId]?.state !== "active";
}

/** Calls of one turn run in order; those without an effect may run beside each other. An agent keeps the order of its own. */
export function callIsNext(goal: Goal, call: ToolCall): boolean {
	if (isAgentOwned(call)) return true;
	const before = threadCalls(goal, call.threadId);
	const earlier = before.slice(0, before.indexOf(call));
	return call.effect === "none" ? earlier.every((one) => one.effect === "none") : earlier.length === 0;
}

/** It is its turn, and no person has to decide about it first. */
export function callIsReady(goal: Goal, call: ToolCall): boolean {
	// Whether one more may begin while others wait for their children is the daemon's to say.
	if (isDelegation(call) && (call.state === "started" || openDelegations(goal, call.threadId) > 0)) return false;
	if (call.state === "started" && isAskedWithin(goal, call)) return false;
	return call.state !== "waiting" && call.state !== "unknown" && callIsNext(goal, call);
}

/** Its agent, or a server that this uses, has asked a person in the middle of the turn. */
function isAsking(goal: Goal, { threadId }: Thread): boolean {
	return Object.values(goal.approvals).some(
		(approval) => approval.question === "agent" && approval.threadId === threadId && approval.toolCallId === undefined,
	);
}

/** A person is asked something in the middle of it. */
export function isAskedWithin(goal: Goal, { toolCallId }: ToolCall): boolean {
	return Object.values(goal.approvals).some(
		(approval) => approval.question === "agent" && approval.toolCallId === toolCallId,
	);
}

/**
 * Every sub-agent that the thread waits for is held, or waits for such ones itself: one more would meet the same provider,
 * and a goal that is blocked begins nothing.
 */
export function sentOnlyHeld(goal: Goal, threadId: ThreadId): boolean {
	const children = threadCalls(goal, threadId).flatMap((call) =>
		isDelegation(call) && call.state === "started" && call.child ? [call.child] : [],
	);
	return children.length > 0 && children.every((child) => threadHold(goal, child) || sentOnlyHeld(goal, child));
}
