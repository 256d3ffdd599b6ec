import type { Goal } from "../../core/goal.ts";
import type { GoalId, ThreadId, TurnId } from "../../core/ids.ts";
import type { FolderIdentity, ModelChoice, Price } from "../../core/values.ts";
import type { Methods, Result } from "../../protocol/methods.ts";
import type { BaselineParts } from "../baseline/baseline.ts";
import type { Changes } from "../changes/changes.ts";
import type { LiveConfig } from "../config/liveConfig.ts";
import type { Dossiers } from "../dossier/dossier.ts";
import type { Supervisor } from "../engine/supervisor.ts";
import type { HandedKeys } from "../keys/handedKeys.ts";
import type { Clock, NewId } from "../platform/ports.ts";
import type { GoalFiles } from "../policy/goalFiles.ts";
import type { StandingGrants } from "../policy/standingGrants.ts";
import type { Presets } from "../presets/presets.ts";
import type { AnsweredApprovals } from "../store/answeredApprovals.ts";
import type { ChangedFiles } from "../store/changedFiles.ts";
import type { EventReader, Requests, Search } from "../store/eventStore.ts";

/** What requests are answered with. */
export interface Services {
	readonly supervisor: Supervisor;
	readonly store: EventReader & Requests & Search;
	/** The files that a goal, or one of its steps, changed, each once. */
	readonly changedFiles: ChangedFiles;
	readonly answeredApprovals: AnsweredApprovals;
	readonly goalFiles: Pick<GoalFiles, "forget">;
	readonly dossiers: Dossiers;
	readonly presets: Presets;
	readonly clock: Clock;
	readonly newId: NewId;
	readonly about: { readonly version: string; readonly startedAt: string; readonly folder: string };
	/** What config.jsonc says of launches, and how it stands. */
	readonly config: Pick<LiveConfig, "agent" | "isAgentSaved" | "roster" | "state" | "refresh" | "onChange">;
	/** A listed model of a configured provider. */
	isListed(provider: string, model: string): boolean;
	isProvider(provider: string): boolean;
	/** Models that can be named without asking a provider. */
	listedModels(): readonly { readonly provider: string; readonly model: string }[];
	listProviders(refresh: boolean): Promise<Result<Methods, "provider/list">>;
	/** Why the effort that was chosen is left out, in a sentence; undefined where it is not. */
	effortProblem(choice: ModelChoice): string | undefined;
	/** Undefined where nobody names one. The built-in agent is free. */
	priceOf(choice: Pick<ModelChoice, "provider" | "model">): Price | undefined;
	/** Keys that clients hand over. */
	readonly keys: HandedKeys;
	readonly baseline: BaselineParts;
	/** What the folder that stands there now is known by. */
	folderNow(workspace: string): Promise<FolderIdentity | undefined>;
	changes(goal: Goal): Promise<Changes | { readonly unavailable: string }>;
	/** What was approved for whole folders. */
	readonly grants: StandingGrants;
	/** Streamed text of a goal, until the returned function is called. */
	onDelta(
		goalId: GoalId,
		listener: (threadId: ThreadId, turnId: TurnId, text: string, reasoning: boolean) => void,
	): () => void;
	clients(): number;
	draining(): boolean;
	/** Begins to stop; resolves with the names of commands that go on. Turns under way get `turnsMs` to end by themselves. */
	stop(now: boolean, turnsMs?: number): Promise<readonly string[]>;
}
