import type { Goal, ToolCall } from "../../core/goal.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import { type About, commandProposal, type Proposal } from "../policy/proposal.ts";
import { parseCommand } from "../policy/shell/parse/parseCommand.ts";
import type { ActivityContext } from "./parts.ts";

/** The command's text is read once; what it runs is looked up anew each time. */
export function proposing(context: ActivityContext, command: string, about: About): () => Promise<Proposal> {
	const { inputs } = context.driver.goal().playbook ?? {};
	const { workspace, home, ...world } = readIn(context);
	const parsed = parseCommand(command, { workspace, home });
	return () => commandProposal(parsed, about, { ...world, dataFolder: context.parts.dataFolder }, inputs);
}

/** Where a command's text is read, and what is known there. */
export function readIn({ parts, driver }: ActivityContext) {
	return {
		workspace: driver.goal().workspace,
		home: process.env.HOME ?? process.env.USERPROFILE,
		contents: parts.contents,
		goalFiles: async () =>
			driver.goal().files.untracked === undefined
				? parts.goalFiles.of(driver.goalId)
				: "which files this goal has written is unknown, because changes are not tracked",
	};
}

export function originOf(goal: Goal, call: ToolCall): Proposal["origin"] {
	const thread = goal.threads[call.threadId];
	return thread && !readsMessages(thread) ? "playbook" : "agent";
}
