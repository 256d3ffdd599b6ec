import { agentKind } from "../../core/agentKinds.ts";
import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Thread, ToolCall } from "../../core/goal.ts";
import type { MessageId, ThreadId } from "../../core/ids.ts";
import { childThreads } from "../../core/rules/delegations.ts";
import { goalHold } from "../../core/rules/holds.ts";
import { assignmentFor } from "../../core/rules/roster.ts";
import { goalImages } from "../engine/enact.ts";
import { textOutput } from "../engine/texts/textOutput.ts";
import type { DelegateTool } from "../tools/tool.ts";
import type { ActivityContext } from "./parts.ts";

/**
 * A part of a thread's work in a thread of its own. Opening it is one transaction: the call begins, the child is there,
 * and knows what it is for. From then on the call is nothing but a state; the turn in which the child ends completes it.
 */
export async function performDelegation(
	{ parts, driver }: ActivityContext,
	call: ToolCall,
	tool: DelegateTool,
	args: never,
): Promise<void> {
	const { role, title, instructions } = tool.delegation(args);
	await driver.commit((goal) => {
		const now = goal.calls[call.toolCallId];
		const parent = goal.threads[call.threadId];
		const waits = now?.state === "requested" && !now.decided;
		if (!waits || parent?.state !== "active" || goal.end || goalHold(goal) || goal.undo) return [];
		const assignment = assignmentFor(goal, role);
		const { toolCallId } = call;
		const why = refusal(goal, parent, role, assignment.provider, parts.delegatesPerThread);
		if (why)
			return [{ type: "tool.completed", toolCallId, ok: false, durationMs: 0, output: textOutput(why), refused: why }];
		const threadId = parts.newId<ThreadId>("t");
		return [
			{ type: "tool.started", toolCallId, run: now.run + 1 },
			{
				type: "thread.opened",
				threadId,
				role,
				stepId: parent.stepId,
				attempt: parent.attempt,
				assignment,
				parentThreadId: parent.threadId,
				parentCallId: toolCallId,
				title,
			},
			{
				type: "message.added",
				messageId: parts.newId<MessageId>("m"),
				threadId,
				from: "goal",
				text: `${title}\n\n${instructions}`,
				...goalImages(goal),
			},
		];
	});
}

function refusal(goal: Goal, parent: Thread, role: string, provider: string, most: number): string | undefined {
	if (role === "planner" || role === "reviewer")
		return `A ${role} cannot be asked for: the daemon calls it by itself. Use researcher, implementer or another role of the goal.`;
	if (!agentKind({ provider }).takesRoles) return `No model works in the role ${role}. Do this part yourself.`;
	if (childThreads(goal, parent.threadId).length >= most)
		return `This conversation has delegated ${most} times, which is the most. Do the rest yourself.`;
	return undefined;
}

/** What ends a child, and its parent's call with it. */
export function childEnded(thread: Thread, ok: boolean, report: string, now: number): GoalEvent[] {
	const { threadId, stepId, parentCallId, openedAt } = thread;
	if (!parentCallId) return [];
	const durationMs = openedAt === undefined ? 0 : Math.max(0, now - Date.parse(openedAt));
	const text = ok ? report : `The ${thread.role} did not come to an end: ${report}`;
	return [
		{ type: "thread.closed", threadId },
		{ type: "tool.completed", toolCallId: parentCallId, ok, durationMs, output: textOutput(text) },
		...(ok ? [{ type: "evidence.added" as const, kind: "report" as const, text, stepId, threadId }] : []),
	];
}
