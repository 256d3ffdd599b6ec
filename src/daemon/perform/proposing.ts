import type { Goal, ToolCall } from "../../core/goal.ts";
import { readsMessages } from "../../core/rules/threads.ts";
import { type About, commandProposal, type Proposal } from "../policy/proposal.ts";
import { parseCommand } from "../policy/shell/parse/parseCommand.ts";
import type { ActivityContext } from "./parts.ts";

/** The command's text is read once; what it runs is looked up anew each time. */
export function proposing({ parts, driver }: ActivityContext, command: string, about: About): () => Promise<Proposal> {
	const goal = driver.goal();
	const home = process.env.HOME ?? process.env.USERPROFILE;
	const parsed = parseCommand(command, { workspace: goal.workspace, home });
	const { contents, dataFolder } = parts;
	const goalFiles = async () =>
		driver.goal().files.untracked === undefined
			? parts.goalFiles.of(driver.goalId)
			: "which files this goal has written is unknown, because changes are not tracked";
	return () => commandProposal(parsed, about, { contents, dataFolder, goalFiles }, goal.playbook?.inputs);
}

export function originOf(goal: Goal, call: ToolCall): Proposal["origin"] {
	const thread = goal.threads[call.threadId];
	return thread && !readsMessages(thread) ? "playbook" : "agent";
}
