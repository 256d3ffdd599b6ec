import type { Goal, Grant } from "../../protocol/goal.ts";
import type { ThreadId, TurnId } from "../../protocol/ids.ts";
import type { ModelChoice } from "../../protocol/values.ts";
import type { Agent } from "../agents/agent.ts";
import type { Changes } from "../changes/changes.ts";
import type { Commands } from "../commands/commands.ts";
import type { GoalDriver } from "../engine/driver.ts";
import type { Clock, Log, NewId } from "../engine/ports.ts";
import type { Tool } from "../tools/tool.ts";

/** What the deeds of one goal are carried out with. */
export interface PerformParts {
	readonly clock: Clock;
	readonly newId: NewId;
	readonly log: Log;
	readonly commands: Commands;
	readonly tools: readonly Tool[];
	agentFor(choice: ModelChoice): Agent;
	/** The shadow repository of the goal's workspace, or the sentence why there is none. */
	changes(goal: Goal): Promise<Changes | { readonly unavailable: string }>;
	/** Environment of commands: allow-listed. */
	readonly environment: Readonly<Record<string, string>>;
	/** The data folder, which no agent may reach. */
	readonly dataFolder: string;
	readonly commandTimeoutMs: number;
	/** After this long without a sign of life something is said to be silent; absent: never. */
	readonly silenceMs?: number;
	/** What was approved for a folder, in whichever goal. */
	standingGrants?(workspace: string): readonly Grant[];
	onDelta(goal: Goal, threadId: ThreadId, turnId: TurnId, text: string, reasoning: boolean): void;
}

/** Carries out one kind of deed on one goal. */
export interface Performing {
	readonly parts: PerformParts;
	readonly driver: GoalDriver;
	readonly signal: AbortSignal;
}
