import type { Goal, Grant } from "../../core/goal.ts";
import type { GoalId, StepId, ThreadId, TurnId } from "../../core/ids.ts";
import type { FolderIdentity, ModelChoice } from "../../core/values.ts";
import type { ChangeView } from "../../protocol/view.ts";
import type { Agent } from "../agents/agent.ts";
import type { Changes } from "../changes/changes.ts";
import type { Commands } from "../commands/commands.ts";
import type { GoalDriver } from "../engine/driver.ts";
import type { Deadlines } from "../engine/questions/tool.ts";
import type { Mcp } from "../mcp/mcp.ts";
import type { FileContents } from "../platform/fileContents.ts";
import type { Clock, Log, NewId } from "../platform/ports.ts";
import type { GoalFiles } from "../policy/goalFiles.ts";
import type { PolicyRules } from "../policy/policyRules.ts";
import type { GoalSandbox } from "../policy/sandbox/goalSandbox.ts";
import type { Tool } from "../tools/tool.ts";
import type { BackgroundOutputs } from "./backgroundOutputs.ts";
import type { LastLines } from "./lastLines.ts";
import type { Permissions } from "./permissions.ts";

/** What the activities of one goal are carried out with. */
export interface PerformParts {
	readonly clock: Clock;
	readonly newId: NewId;
	readonly log: Log;
	readonly commands: Commands;
	readonly tools: readonly Tool[];
	/** How deep sub-agents may have sub-agents; 0 for none at all. */
	readonly delegateDepth: number;
	/** Sub-agents that one thread may have in all. */
	readonly delegatesPerThread: number;
	agentFor(choice: ModelChoice): Agent;
	/** Ends the program that thinks in a thread, and forgets what passed between it and us. Does nothing where none runs. */
	endAgent(threadId: ThreadId, process: number): Promise<void>;
	/** How many tokens a model reads; undefined where it is unknown. */
	windowOf(choice: ModelChoice): number | undefined;
	/** The shadow repository of the goal's workspace, or the sentence why there is none. */
	changes(goal: Goal): Promise<Changes | { readonly unavailable: string }>;
	/** What files hold now, for what an approval is bound to. */
	readonly contents: FileContents;
	/** The files that a goal has written, by whom. */
	readonly goalFiles: GoalFiles;
	/** The files that the goal, or one of its steps, changed so far. */
	listChanges(goalId: GoalId, stepId?: StepId): Promise<readonly ChangeView[]>;
	/** MCP servers; without it there are none. */
	readonly mcp?: Pick<Mcp, "servers" | "isOpen" | "open" | "reach" | "tools">;
	/** Environment of commands: allow-listed. */
	readonly environment: Readonly<Record<string, string>>;
	/** The data folder, which no agent may reach. */
	readonly dataFolder: string;
	readonly commandTimeoutMs: number;
	/** After this long without a sign of life something is said to be silent; absent: never. */
	readonly silenceMs?: number;
	/** After this long the default of an agent's question counts; absent: it waits for a person for ever. */
	readonly questionMs?: number;
	/** After how long an act that nobody answers is denied, or its step skipped. */
	readonly deadlines?: Deadlines;
	/** How long a page of the web may take. */
	readonly fetchMs?: number;
	/** Hosts of this machine and its network that agents may fetch from. */
	readonly privateHosts?: readonly string[];
	/** What the folder that stands there now is known by; undefined for none. Without it no goal asks. */
	folderNow?(workspace: string): Promise<FolderIdentity | undefined>;
	/** What was approved for a folder, in whichever goal. */
	standingGrants?(goal: Goal): readonly Grant[];
	/** What commands in the background print, for people. */
	readonly lastLines: LastLines;
	/** What people laid down beforehand; without it only what a goal's autonomy means. */
	readonly policy?: Pick<PolicyRules, "now">;
	/** Where a goal's commands run; without it they run as the person. */
	sandboxOf?(goal: Goal): Promise<GoalSandbox>;
	onDelta(goal: Goal, threadId: ThreadId, turnId: TurnId, text: string, reasoning: boolean): void;
}

/** Carries out one kind of activity on one goal. */
export interface ActivityContext {
	readonly parts: PerformParts;
	readonly driver: GoalDriver;
	readonly signal: AbortSignal;
	readonly permissions: Permissions;
	readonly outputs: BackgroundOutputs;
}
