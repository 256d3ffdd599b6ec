import type { GoalId, ThreadId, ToolCallId, TurnId } from "../../core/ids.ts";
import type { FolderIdentity } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { BaselineParts } from "../baseline/baseline.ts";
import type { LiveConfig } from "../config/liveConfig.ts";
import type { OrganisationPolicy } from "../config/organisationPolicy.ts";
import type { Dossiers } from "../dossier/dossier.ts";
import type { EditorWindows } from "../editor/editorWindows.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { EraseServices } from "../erase/eraseGoal.ts";
import type { HandedKeys } from "../keys/handedKeys.ts";
import type { McpInputs } from "../keys/mcpInputs.ts";
import type { LaunchServices } from "../launch/launchServices.ts";
import type { GivenInputs } from "../mcp/givenInputs.ts";
import type { Mcp } from "../mcp/mcp.ts";
import type { Clock } from "../platform/ports.ts";
import type { PolicyRules } from "../policy/policyRules.ts";
import type { StandingGrants } from "../policy/standingGrants.ts";
import type { RosterServices } from "../roster/roster.ts";
import type { AnsweredApprovals } from "../store/answeredApprovals.ts";
import type { ApprovalHistory } from "../store/approvalHistory.ts";
import type { ChangedFiles } from "../store/changedFiles.ts";
import type { EventReader, Requests, Search } from "../store/eventStore.ts";
import type { Tool } from "../tools/tool.ts";
import type { GrantLedger } from "./grantLedger.ts";

/** What requests are answered with: what each room asks for, and what handlers use themselves. */
export interface Services extends LaunchServices, RosterServices, EraseServices {
	readonly supervisor: Supervisor;
	readonly store: EventReader & Requests & Search;
	/** The files that a goal, or one of its steps, changed, each once. */
	readonly changedFiles: ChangedFiles;
	readonly answeredApprovals: AnsweredApprovals;
	/** All that goals ever asked. */
	readonly approvalHistory: ApprovalHistory;
	readonly dossiers: Dossiers;
	readonly clock: Clock;
	readonly about: { readonly version: string; readonly startedAt: string; readonly folder: string };
	readonly config: LaunchServices["config"] & Pick<LiveConfig, "onChange" | "policy" | "file">;
	listProviders(refresh: boolean): Promise<Result<Methods, "provider/list">>;
	tryAgent(id: string): Promise<Result<Methods, "provider/try">>;
	readRegistry(refresh: boolean): Promise<Result<Methods, "agent/registry">>;
	/** Keys that clients hand over. */
	readonly keys: HandedKeys;
	/** MCP servers, and the values that people gave for their inputs. */
	readonly mcp: Pick<Mcp, "servers" | "states">;
	readonly mcpInputs: Pick<GivenInputs, "value">;
	readonly serverInputs: McpInputs;
	/** Windows that offer models of other extensions. */
	readonly windows: Pick<EditorWindows, "join">;
	readonly baseline: BaselineParts;
	/** What the folder that stands there now is known by. */
	folderNow(workspace: string): Promise<FolderIdentity | undefined>;
	/** Rules that people laid down. */
	readonly policyRules: PolicyRules;
	/** Those that every agent may have, to read what was done with them. */
	readonly tools: readonly Tool[];
	readonly organisation: OrganisationPolicy | undefined;
	/** The person's home folder, as commands know it. */
	readonly home: string | undefined;
	/** What was approved for whole folders. */
	readonly grants: StandingGrants;
	readonly grantLedger: GrantLedger;
	/** Streamed text of a goal, until the returned function is called. */
	onDelta(
		goalId: GoalId,
		listener: (threadId: ThreadId, turnId: TurnId, text: string, reasoning: boolean) => void,
	): () => void;
	/** What a command that runs in the background printed last. */
	lastLine(toolCallId: ToolCallId): string | undefined;
	clients(): number;
	draining(): boolean;
	/** Begins to stop; resolves with the names of commands that go on. Turns under way get `turnsMs` to end by themselves. */
	stop(now: boolean, turnsMs?: number): Promise<readonly string[]>;
}
