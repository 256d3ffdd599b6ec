import type { Thread } from "../goal.ts";
import { withThread } from "./change.ts";
import type { Folds } from "./fold.ts";

/** The programs that think in threads. */
export const agentFolds: Folds<"agent"> = {
	"agent.started": (goal, { threadId, process: number, agent, sessionId }) =>
		withThread(goal, threadId, (thread) => ({
			...thread,
			process: { ...processOf(thread, number), agent, sessionId },
		})),
	"agent.read": (goal, { threadId, process: number, readTo, sandbox }) =>
		withThread(goal, threadId, (thread) => ({
			...thread,
			process: { ...processOf(thread, number), readTo, ...(sandbox && { sandbox }) },
		})),
	"agent.ended": (goal, { threadId, process: number, died }) =>
		withThread(goal, threadId, (thread) => ({
			...thread,
			process: { ...processOf(thread, number), ended: true, ...(died && { died }) },
		})),
};

type Process = NonNullable<Thread["process"]>;

/** As it is known; of one that comes after another, the session that may be taken up. */
function processOf({ process }: Thread, number: number): Process {
	if (process?.number === number) return process;
	const before = process && sessionBefore(process);
	return { number, readTo: 0, ...(before && { before }) };
}

/** What whoever comes after the process comes after. */
export function sessionBefore({ sessionId, agent, died, before }: Process): Process["before"] {
	return sessionId === undefined || agent === undefined ? before : { sessionId, agent, ...(died && { died }) };
}
