import type { GoalEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import type { Assignment, ProposedServers } from "../../core/values.ts";
import type { ConfigState } from "../../protocol/config.ts";
import type { GoalSummary } from "../../protocol/view.ts";
import type { NewId } from "../platform/ports.ts";
import type { SandboxWish } from "../policy/sandbox/goalSandbox.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import type { Presets } from "../presets/presets.ts";
import type { AgentIds } from "../roster/agentIds.ts";
import type { Sight } from "../roster/blind.ts";
import type { Doubts } from "../roster/doubts.ts";
import type { EffortRules } from "../roster/possibleEfforts.ts";
import type { ProviderNames } from "../roster/requireProviders.ts";
import type { Prices } from "../roster/unpriced.ts";
import type { EventReader, Requests } from "../store/eventStore.ts";

/** What a launch, and the form before it, asks of the rest of the daemon. */
export interface LaunchServices extends ProviderNames, EffortRules, Prices, Sight, Doubts, AgentIds {
	readonly supervisor: LaunchedGoals;
	readonly store: EventReader & Requests;
	readonly presets: Presets;
	readonly config: LaunchConfig;
	readonly sandbox: Pick<Sandbox, "of">;
	/** Why nothing may happen at all, whatever is launched. */
	readonly policyProblem?: string;
	readonly newId: NewId;
	/** `folder` is the data folder, in which no goal works. */
	readonly about: { readonly folder: string };
	/** A listed model of a configured provider. */
	isListed(provider: string, model: string): boolean;
	/** Models that can be named without asking a provider. */
	listedModels(): readonly { readonly provider: string; readonly model: string }[];
	listProviders(refresh: boolean): Promise<unknown>;
}

interface LaunchedGoals {
	launch(goalId: GoalId, events: readonly GoalEvent[]): Promise<unknown>;
	/** The newest first. */
	summaries(): readonly GoalSummary[];
	goal(goalId: GoalId): Promise<Goal>;
	deleted(): readonly GoalId[];
}

/** What config.jsonc says of launches, and how it stands. */
interface LaunchConfig {
	readonly agent?: string;
	/** The file names it; otherwise it is the first model that is listed. */
	readonly isAgentSaved: boolean;
	readonly roster?: readonly Assignment[];
	readonly proposedServers?: ProposedServers;
	readonly sandbox: SandboxWish;
	state(): ConfigState;
	refresh(): void;
}
