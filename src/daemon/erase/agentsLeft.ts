import type { ThreadId } from "../../core/ids.ts";
import { endStates } from "../../core/rules/goalState.ts";
import type { OwnAgentProcesses } from "../agents/process/agentProcesses.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { Log } from "../platform/ports.ts";

/**
 * Programs of agents that nobody will end any more: of goals that were deleted, or that the log does not know, and what
 * an earlier daemon left of them. The engine itself ends those whose thread is closed or whose goal is over, each in its
 * own time; so here a program is ended only when no open thread needed it for a while.
 */
export interface AgentsLeft {
	/** Ends and erases the programs of these threads at once. */
	endOf(threads: readonly ThreadId[]): Promise<void>;
	close(): void;
}

export interface AgentsLeftParts {
	readonly processes: Pick<OwnAgentProcesses, "kept" | "forget">;
	readonly supervisor: Pick<Supervisor, "summaries" | "goal" | "onSummary">;
	readonly log: Log;
	/** Longer than an agent has to obey when its turn is cancelled. */
	readonly patienceMs?: number;
}

/** A goal tells of itself often. */
const settleMs = 500;

export function watchAgentsLeft({ processes, supervisor, log, patienceMs = 30_000 }: AgentsLeftParts): AgentsLeft {
	/** When it was first seen that no thread needs it, by its key. */
	const unneeded = new Map<string, number>();
	let timer: NodeJS.Timeout | undefined;
	let isClosed = false;
	const stopListening = supervisor.onSummary(() => lookIn(settleMs));
	lookIn(settleMs);
	return {
		async endOf(threads) {
			const keys = await processes.kept();
			await processes.forget(keys.filter((key) => threads.includes(threadOf(key))));
		},
		close() {
			isClosed = true;
			clearTimeout(timer);
			stopListening();
		},
	};

	function lookIn(ms: number): void {
		if (isClosed) return;
		timer ??= setTimeout(() => {
			timer = undefined;
			look().catch((cause) => log.warn("Programs of agents that are not needed any more could not be ended", cause));
		}, ms).unref();
	}

	async function look(): Promise<void> {
		// Before the threads are looked at: a thread is in the log before it has a program.
		const keys = await processes.kept();
		const needed = keys.length === 0 ? new Set() : await neededThreads();
		const idle = new Set(keys.filter((key) => !needed.has(threadOf(key))));
		for (const key of unneeded.keys()) if (!idle.has(key)) unneeded.delete(key);
		for (const key of idle) if (!unneeded.has(key)) unneeded.set(key, performance.now());
		const due = [...unneeded].flatMap(([key, since]) => (performance.now() - since >= patienceMs ? [key] : []));
		await processes.forget(due);
		for (const key of due) unneeded.delete(key);
		if (unneeded.size > 0) lookIn(patienceMs);
	}

	async function neededThreads(): Promise<ReadonlySet<string>> {
		const moving = supervisor.summaries().filter(({ state }) => !endStates.includes(state));
		const goals = await Promise.all(moving.map(({ goalId }) => supervisor.goal(goalId)));
		const open = goals.flatMap(({ threads }) => Object.values(threads)).filter(({ state }) => state === "active");
		return new Set(open.map(({ threadId }) => threadId));
	}
}

/** A key is a thread and the number of its process. */
function threadOf(key: string): ThreadId {
	return key.slice(0, key.lastIndexOf(".")) as ThreadId;
}
