import { agentKind } from "../../core/agentKinds.ts";
import type { Thread } from "../../core/goal.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import type { Agent } from "../agents/agent.ts";
import { dueGuidance } from "../guidance/guidance.ts";
import type { ActivityContext } from "./parts.ts";

/** Tells the thread what its workspace's instructions say and it does not know yet, before its agent is asked. */
export async function giveGuidance({ parts, driver }: ActivityContext, thread: Thread, agent: Agent): Promise<void> {
	if (!readsMessages(thread)) return;
	const { threadId, turn } = thread;
	const ownLoop = agentKind(thread.assignment).runsTools === "engine";
	const due = await dueGuidance({
		workspace: driver.goal().workspace,
		denied: [parts.dataFolder],
		transcript: await driver.transcript(threadId),
		readsItself: agent.readsItself,
		skillsBy: thread.purpose === "work" ? (ownLoop ? "tool" : "file") : undefined,
	});
	if (!due) return;
	await driver.recordFact((now) =>
		now.threads[threadId]?.turn?.turnId === turn?.turnId ? [{ type: "guidance.given", threadId, ...due }] : [],
	);
}
