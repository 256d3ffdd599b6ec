import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { MessageId, ToolCallId } from "../../../core/ids.ts";
import { Refusal } from "../../../core/refusal.ts";
import { runningInBackground } from "../../../core/rules/background.ts";
import { readsMessages } from "../../../core/rules/threads.ts";
import type { RequestContext } from "./request.ts";

/** The command is ended, and whoever began it is told by whom. Asked for twice it ends once. */
export function stopBackground(toolCallId: ToolCallId, goal: Goal, { by, newId }: RequestContext): GoalEvent[] {
	const found = goal.background?.[toolCallId];
	if (!found) throw new Refusal("unknownCommand", noSuch(goal, toolCallId));
	const { command, threadId, stepId, stopBy, ended } = found;
	if (stopBy) return [];
	if (ended) throw new Refusal("notNow", `\`${command}\` is over already.`);
	const thread = goal.threads[threadId];
	const isTold = thread?.state === "active" && readsMessages(thread);
	return [
		{ type: "background.stopRequested", toolCallId, threadId, stepId, by },
		...(isTold
			? [
					{
						type: "message.added" as const,
						messageId: newId<MessageId>("m"),
						threadId,
						from: "daemon",
						about: "background" as const,
						text: `The person stopped \`${command}\`, which you run in the background (${toolCallId}). Do not start it again unless your work needs it.`,
					},
				]
			: []),
	];
}

function noSuch(goal: Goal, toolCallId: ToolCallId): string {
	const running = runningInBackground(goal).map((one) => `${one.toolCallId} (\`${one.command}\`)`);
	const known = running.length > 0 ? `Those that run: ${running.join(", ")}.` : "None runs.";
	return `No command ${toolCallId} was begun in the background. ${known}`;
}
