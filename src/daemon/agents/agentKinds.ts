import type { AgentKindName } from "../../core/agentKinds.ts";
import type { ThreadId } from "../../core/ids.ts";
import type { ModelChoice, Price } from "../../core/values.ts";
import type { Listed } from "../discovery/directory.ts";
import type { Agent } from "./agent.ts";

/** How agents of one kind come about, and what is known of them without asking them. What rules know is in core. */
export interface AgentMaker {
	/** Never fails: a choice that names no agent gets one whose turns say so. */
	create(choice: ModelChoice): Agent;
	/** A goal can be launched with it. */
	isThere(provider: string): boolean;
	/** Undefined where none is known. */
	priceOf(choice: Pick<ModelChoice, "provider" | "model">): Price | undefined;
	/** What its provider keeps for later requests has a price of its own. */
	keepsPrompts?(provider: string): boolean;
	/** In tokens; undefined where none is known. */
	windowOf(choice: ModelChoice): number | undefined;
	/** Whether it sees images; undefined where nobody knows until it is asked. */
	sees(choice: Pick<ModelChoice, "provider" | "model">): boolean | undefined;
	/** Why the effort that was chosen is left out, in a sentence; undefined where it is not. */
	effortProblem(choice: ModelChoice): string | undefined;
	/** Those that come with the daemon. */
	readonly builtIn: readonly Listed[];
}

/** Agents that are programs, one process a thread. */
export interface ProgramAgents extends AgentMaker {
	/** Ends the process, and forgets what passed between it and us. Does nothing where none runs. */
	endAgent(threadId: ThreadId, process: number): Promise<void>;
	/** Lets go of what runs, and ends none of it: the next daemon takes it up. */
	close(): void;
}

/** One row a kind. */
export type AgentMakers = Readonly<Record<AgentKindName, AgentMaker>>;

export function nobody(reason: string): Agent {
	return { takeTurn: async () => ({ kind: "failed", code: "noAgent", reason, retryable: false }) };
}
