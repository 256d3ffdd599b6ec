import { type Trace, timed } from "../platform/trace.ts";
import type { Agent } from "./agent.ts";

export function tracedAgent(agent: Agent, name: string, trace: Trace): Agent {
	return {
		...agent,
		takeTurn: (turn, signal) =>
			timed(
				trace,
				`model: ${name} for ${turn.thread.threadId}`,
				() => agent.takeTurn(turn, signal),
				(outcome) => (outcome.kind === "failed" ? `failed, ${outcome.code}` : outcome.kind),
			),
	};
}
