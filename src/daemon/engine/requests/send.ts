import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { MessageId } from "../../../core/ids.ts";
import { Refusal, refuse } from "../../../core/refusal.ts";
import { messageRefusal } from "../../../core/rules/controls.ts";
import { threads } from "../../../core/rules/threads.ts";
import type { Request, RequestContext } from "./request.ts";

export function send(request: Request & { kind: "send" }, goal: Goal, { newId }: RequestContext): GoalEvent[] {
	const { images = [] } = request;
	if (request.text.trim() === "" && images.length === 0)
		throw new Refusal("empty", "The message is empty. Write what the agent should know.");
	// Who works is meant, unless only others are there.
	const awake = threads(goal).filter((thread) => thread.state === "active");
	const working = awake.filter(({ purpose }) => purpose === "work" || purpose === "plan");
	const active = working.length > 0 ? working : awake;
	// What names no thread is for whoever does the step, not for a helper that is gone tomorrow.
	const meant = active.filter((one) => !one.parentThreadId);
	const thread = request.threadId ? goal.threads[request.threadId] : meant.length === 1 ? meant[0] : undefined;
	if (!thread && request.threadId)
		throw new Refusal("unknownThread", `There is no thread ${request.threadId} in this goal.`);
	if (!thread) {
		throw new Refusal(
			"unknownThread",
			active.length === 0
				? "No thread is active, so no agent would read it."
				: `Name the thread: ${active.map((one) => one.threadId).join(", ")}.`,
		);
	}
	refuse(messageRefusal(goal, thread));
	return [
		{
			type: "message.added",
			messageId: newId<MessageId>("m"),
			threadId: thread.threadId,
			from: "person",
			text: request.text,
			...(images.length > 0 && { images: [...images] }),
		},
	];
}
