import type { ThreadId } from "../../core/ids.ts";
import { endStates } from "../../core/rules/goalState.ts";
import type { GoalSummary } from "../../protocol/view.ts";
import type { OwnAgentProcesses } from "../agents/process/agentProcesses.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { Log } from "../platform/ports.ts";

/**
 * Programs of agents end with what they worked for: its thread is closed, its goal is over or deleted. What an earlier
 * daemon left is looked at in the same way, so a crash in between costs nothing.
 */
export interface AgentsLeft {
	/** Ends and erases every program that no thread needs. */
	end(): Promise<void>;
	close(): void;
}

export interface AgentsLeftParts {
	readonly processes: Pick<OwnAgentProcesses, "kept" | "forget">;
	readonly supervisor: Pick<Supervisor, "summaries" | "goal" | "onSummary">;
	readonly log: Log;
}

/** A goal tells of itself often, and a program may live for a moment longer. */
const settleMs = 500;

export function watchAgentsLeft({ processes, supervisor, log }: AgentsLeftParts): AgentsLeft {
	let timer: NodeJS.Timeout | undefined;
	const stopListening = supervisor.onSummary(soon);
	soon();
	return {
		end,
		close() {
			clearTimeout(timer);
			timer = undefined;
			stopListening();
		},
	};

	function soon(): void {
		timer ??= setTimeout(() => {
			timer = undefined;
			end().catch((cause) => log.warn("Programs of agents that are not needed any more could not be ended", cause));
		}, settleMs).unref();
	}

	async function end(): Promise<void> {
		// Before the threads are looked at: a thread is in the log before it has a program.
		const keys = await processes.kept();
		if (keys.length === 0) return;
		const needed = await neededThreads();
		await processes.forget(keys.filter((key) => !needed.has(threadOf(key))));
	}

	async function neededThreads(): Promise<ReadonlySet<string>> {
		const moving = supervisor.summaries().filter(({ state }: GoalSummary) => !endStates.includes(state));
		const goals = await Promise.all(moving.map(({ goalId }) => supervisor.goal(goalId)));
		const open = goals.flatMap(({ threads }) => Object.values(threads)).filter(({ state }) => state === "active");
		return new Set(open.map(({ threadId }) => threadId));
	}
}

/** A key is a thread and the number of its process. */
function threadOf(key: string): ThreadId {
	return key.slice(0, key.lastIndexOf(".")) as ThreadId;
}
