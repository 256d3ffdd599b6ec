import type { ThreadId } from "../../core/ids.ts";
import { processIsOver } from "../../core/rules/agentProcesses.ts";
import type { ActivityContext } from "./parts.ts";

/** The thread is closed or its goal has ended: the program that thought in it is of no use any more. */
export async function endAgent({ parts, driver }: ActivityContext, threadId: ThreadId): Promise<void> {
	const process = driver.goal().threads[threadId]?.process;
	if (!process) return;
	await parts.endAgent(threadId, process.number);
	await driver.recordFact((goal) => {
		const thread = goal.threads[threadId];
		if (!thread || thread.process?.number !== process.number || !processIsOver(goal, thread)) return [];
		return [{ type: "agent.ended", threadId, process: process.number, reason: "Its thread is done." }];
	});
}
