import type { EventBody } from "./events.ts";
import type {
	ApprovalId,
	CheckId,
	GoalId,
	GrantId,
	HoldId,
	RunId,
	StepId,
	ThreadId,
	ToolCallId,
	TurnId,
} from "./ids.ts";
import type { Image } from "./image.ts";
import type { RanInside } from "./sandbox.ts";
import type { LaunchSettings } from "./settings.ts";
import type {
	Actor,
	BudgetLimits,
	FolderIdentity,
	HoldCause,
	ModelChoice,
	NotRun,
	Output,
	PlanStep,
	Price,
	Question,
	ReviewVerdict,
	Roster,
	ThreadPurpose,
	Todo,
	ToolEffect,
	Usage,
} from "./values.ts";

/**
 * A goal as its events say it stands: what is needed to decide what may happen next, and no more. Messages, outputs and
 * changed files are rows of the store; only what is open is kept here, so that a goal with 100,000 events stays small.
 * Plain JSON, so that it is its own checkpoint and its own snapshot on the wire. Long, because it is a list of shapes without
 * code.
 */
export interface Goal {
	readonly goalId: GoalId;
	/** The seq of the last event folded in; 0 for a goal of which nothing is known yet. */
	readonly seq: number;
	readonly title: string;
	readonly prompt: string;
	/** Given with the prompt. */
	readonly images?: readonly Image[];
	readonly workspace: string;
	/** What the folder is known by; absent until it was looked at. */
	readonly folder?: FolderIdentity;
	readonly settings: LaunchSettings;
	readonly playbook?: Omit<NonNullable<EventBody<"goal.launched">["playbook"]>, "text">;
	readonly launchedAt: string;
	readonly updatedAt: string;
	/** Set once the goal is over. */
	readonly end?: {
		readonly state: "completed" | "failed" | "cancelled";
		readonly reason?: string;
		readonly verified?: boolean;
	};
	readonly deleted: boolean;
	readonly plan?: {
		readonly revision: number;
		readonly summary: string;
		readonly approved: boolean;
		readonly order: readonly StepId[];
		/** Code of a playbook before its first step. */
		readonly notRun?: readonly NotRun[];
	};
	/** Of the last plan that was proposed; 0 before the first. */
	readonly planRevision: number;
	/** The note with which the last plan was sent back. */
	readonly planNote?: string;
	/** What remains is being planned anew, and why. */
	readonly replan?: { readonly reason: string; readonly stepId?: StepId };
	/** How often that happened without a person's asking. */
	readonly replans: number;
	/** Those of the plan, and those of earlier plans that had begun. */
	readonly steps: Readonly<Record<StepId, Step>>;
	readonly checks: Readonly<Record<CheckId, Check>>;
	readonly threads: Readonly<Record<ThreadId, Thread>>;
	/** Calls without an outcome yet. */
	readonly calls: Readonly<Record<ToolCallId, ToolCall>>;
	/** Commands in the background that run, and the last that are over, by the call that began them. */
	readonly background?: Readonly<Record<ToolCallId, Background>>;
	/** Approvals that wait. */
	readonly approvals: Readonly<Record<ApprovalId, Approval>>;
	/** The last answered, expired or superseded ones, newest last, so that a second answer learns of the first. */
	readonly settled: readonly SettledApproval[];
	readonly grants: Readonly<Record<GrantId, Grant>>;
	/** How often each grant let something happen here, also one for the folder that another goal has in its log. */
	readonly grantUses?: Readonly<Record<GrantId, GrantUse>>;
	readonly holds: Readonly<Record<HoldId, Hold>>;
	readonly todos: Readonly<Record<ThreadId, readonly Todo[]>>;
	readonly roster: Roster;
	readonly budget: BudgetLimits;
	/** Time at work up to the last event, and the daemon that wrote it. */
	readonly work: { readonly ms: number; readonly epoch: number };
	readonly usage: Totals;
	/** How many tokens models read, by `provider/model`, as refusals have taught. */
	readonly windows?: Readonly<Record<string, number>>;
	/** What models cost, where a person said so for this goal; by provider and model. */
	readonly prices?: Readonly<Record<string, Price>>;
	/** What was told of endpoints that are asked otherwise, as `adaptedKey` writes it. */
	readonly adapted?: readonly string[];
	/** MCP servers, by name: what was last told of them. */
	readonly servers?: Readonly<Record<string, ServerNote>>;
	readonly files: FileTracking;
	/** The undo under way: until its outcome nothing else begins. */
	readonly undo?: EventBody<"undo.started">;
	/** The final review, of the whole goal. */
	readonly review?: Review;
	readonly reflection?: { readonly threadId: ThreadId; readonly state: "asked" | "written" | "skipped" };
	/** What was noticed to be silent, by what it is; `stalls` leaves out what has ended since. */
	readonly stalls?: Readonly<Record<string, Stall>>;
	readonly counts: { readonly changes: number; readonly errors: number };
}

export interface Step extends PlanStep {
	readonly state: "pending" | "in_progress" | "verifying" | "completed" | "failed" | "skipped";
	/** The current attempt; 0 before the first. */
	readonly attempt: number;
	readonly attempts: readonly Attempt[];
	/** Attempts before a person is asked. */
	readonly limit: number;
	/** In a supervised goal: a person said that it may begin. */
	readonly cleared?: boolean;
	/** What a person wants the next attempt to know. */
	readonly advice?: string;
	readonly verified?: boolean;
	readonly reason?: string;
	/** What it changed was taken back. */
	readonly undone?: boolean;
}

export interface Attempt {
	readonly attempt: number;
	readonly state: "in_progress" | "verifying" | "completed" | "failed" | "skipped";
	readonly threadId: ThreadId;
	readonly diagnosis?: string;
	readonly review?: Review;
	/** Files that it changed; absent where an earlier version did not count. */
	readonly changes?: number;
}

/** An independent look at what was done. Under way until it has its verdict. */
export interface Review {
	readonly threadId: ThreadId;
	readonly verdict?: ReviewVerdict;
	readonly verifier?: string;
	readonly coverage?: string;
	readonly gaps?: string;
	readonly summary?: string;
	readonly diagnosis?: string;
	/** A person takes the result as it is. */
	readonly waived?: boolean;
}

export interface Check {
	readonly checkId: CheckId;
	readonly command: string;
	/** Absent for a check of the whole goal. */
	readonly stepId?: StepId;
	/** Who wrote the command: it decides whether running it needs a grant. */
	readonly origin: "person" | "playbook" | "planner";
	readonly state: "pending" | "waiting" | "running" | "green" | "red" | "stale" | "unknown";
	/** The attempt of its step for which it last ended green or red. */
	readonly settledFor?: number;
	/** Of the run under way or the last one. */
	readonly run?: {
		readonly runId: RunId;
		readonly epoch: number;
		readonly tree?: string;
		readonly sandbox?: RanInside;
		/** Files changed while it ran, so that its verdict is old when it comes. */
		readonly overtaken?: boolean;
	};
	readonly exitCode?: number;
	readonly diagnosis?: string;
	/** The digest a person approved for it, and the contents that it was bound to. */
	readonly approved?: string;
	readonly approvedFiles?: Readonly<Record<string, string>>;
	readonly runs: number;
	/** A person wants it run as soon as nothing writes. */
	readonly wanted?: boolean;
}

export interface Thread {
	readonly threadId: ThreadId;
	readonly role: string;
	readonly purpose: ThreadPurpose;
	readonly stepId?: StepId;
	readonly attempt?: number;
	readonly assignment: ModelChoice;
	/** Who takes the next turn, when the roster was edited during this one. */
	readonly next?: ModelChoice;
	/** What it goes on being told, where the roster's instructions were edited for later threads; empty for nothing. */
	readonly instructions?: string;
	/** The model that answered last, where it is not the one that was asked. */
	readonly substitute?: string;
	/** Of a sub-agent: the thread that opened it, the call that its report completes, and what it is for. */
	readonly parentThreadId?: ThreadId;
	readonly parentCallId?: ToolCallId;
	readonly title?: string;
	/** ISO 8601; of sub-agents. */
	readonly openedAt?: string;
	readonly state: "active" | "closed";
	/** It came to its own end: it does not go on when its goal does. */
	readonly ended?: boolean;
	/** The model call under way. */
	readonly turn?: {
		readonly turnId: TurnId;
		readonly epoch: number;
		readonly reserved: { readonly tokens: number; readonly usd: number | null; readonly outputTokens?: number };
		readonly purpose?: "compaction";
	};
	/** The program that thinks in it, or did last, where its agent is one. */
	readonly process?: {
		/** Counts those of the thread, from 1. */
		readonly number: number;
		/** Whose it is: the provider of the thread's assignment then. Absent until it has answered. */
		readonly agent?: string;
		/** In bytes of its output: what came before is in the log. */
		readonly readTo: number;
		/** Absent until it has answered. */
		readonly sessionId?: string;
		/** The last process before it that had a session. */
		readonly before?: { readonly sessionId: string; readonly agent: string; readonly died?: true };
		readonly ended?: boolean;
		/** Nobody ended it. */
		readonly died?: true;
		/** The walls inside which it was started, and nowhere else. */
		readonly sandbox?: RanInside;
	};
	readonly turns: number;
	/** Actions that were carried out or deliberately passed over: a playbook's place in its step. */
	readonly done: number;
	/** The last action that failed, while no person has decided what to do about it (playbooks). */
	readonly failed?: { readonly toolCallId: ToolCallId; readonly reason: string };
	/** When a turn of it that was silent was given up and asked again, ISO 8601: that is done once. */
	readonly retriedAt?: string;
	/** Failures of the provider in a row. */
	readonly failures: number;
	/** Not asked again before this time. */
	readonly retryAt?: string;
	/** Messages of the person that no turn has read yet. */
	readonly unread: number;
	/** What the last turn used, as the provider counted. */
	readonly last?: { readonly inputTokens: number; readonly outputTokens: number };
	/** What came to the thread since, in characters of Latin text that have as many tokens. */
	readonly newChars: number;
	/** How many turns it had when it was last compacted. */
	readonly compactedAtTurn?: number;
	/** The provider refused the prompt for its length, and has not answered since; then the thread was compacted. */
	readonly tooLong?: "refused" | "compacted";
	/** Answers that could not be used or ended nothing, since something was last carried out. */
	readonly rejected: number;
	/** Calls that were carried out or decided about, whatever came of them; not its own lists. Absent for none. */
	readonly acts?: number;
	/** The last call, when others before it in a row were the same with the same result. */
	readonly same?: {
		readonly likeness: string;
		readonly times: number;
		readonly summary: string;
		/** The agent was told that it repeats itself. */
		readonly told: boolean;
	};
	/** How often it was told so. */
	readonly told?: number;
}

export interface ToolCall {
	readonly toolCallId: ToolCallId;
	readonly threadId: ThreadId;
	readonly stepId?: StepId;
	readonly attempt?: number;
	readonly name: string;
	readonly args: Readonly<Record<string, unknown>>;
	readonly effect: ToolEffect;
	readonly summary: string;
	/** `unknown`: it began, and it is unknown whether it had its effect; a person decides. */
	readonly state: "requested" | "waiting" | "approved" | "started" | "unknown";
	/** The daemon that started it. */
	readonly epoch: number;
	readonly run: number;
	readonly edit?: { readonly path: string; readonly before: string; readonly after: string };
	/** Of a command that was started: the walls inside which it runs. */
	readonly sandbox?: RanInside;
	/** The digest a person approved for it, and the contents that it was bound to. */
	readonly approved?: string;
	readonly approvedFiles?: Readonly<Record<string, string>>;
	/** Of a page of the web: where it goes on. */
	readonly approvedUrl?: string;
	/** The thread that it opened and waits for. */
	readonly child?: ThreadId;
	/** The agent carries it out itself, within its turn: it is judged, and never performed by the engine. */
	readonly owner?: "agent";
	/** What the agent calls it. */
	readonly agentCallId?: string;
	/** The agent did it without asking. */
	readonly unasked?: boolean;
	/** What a person decided about it: it is not carried out (denied, skipped), or its outcome stays unknown (verify). */
	readonly decided?: { readonly answer: "deny" | "skip" | "verify"; readonly reason?: string };
}

export type Background = EventBody<"background.started"> & {
	readonly startedAt: string;
	/** The person who wants it ended. */
	readonly stopBy?: Actor;
	readonly ended?: {
		readonly at: string;
		readonly exitCode?: number;
		readonly reason?: string;
		/** What it printed last. */
		readonly lastLine?: string;
	};
};

export type Approval = Omit<EventBody<"approval.requested">, "question"> & {
	/** Undefined where a later version asks what this one does not know. */
	readonly question?: Question;
	readonly requestedAt: string;
	/** A person wants to answer it later. */
	readonly setAside?: { readonly at: string; readonly by: string };
};

export interface SettledApproval {
	readonly approvalId: ApprovalId;
	readonly state: "approved" | "denied" | "expired" | "superseded";
	readonly answer: string;
	readonly by: string;
	readonly at: string;
	/** Of an agent's question: what was chosen, what was written, and what whoever asked knows it by. */
	readonly chosen?: readonly string[];
	readonly text?: string;
	readonly key?: string;
}

export type Grant = EventBody<"grant.added"> & { readonly addedAt: string };

export interface GrantUse {
	readonly times: number;
	/** The last event that it let happen, and when that was. */
	readonly seq: number;
	readonly at: string;
}

export interface ServerNote {
	/** Of the definition with which a person does not want it. */
	readonly declined?: string;
	readonly failed?: string;
	/** Its revision, its number of tools, and what was left out. */
	readonly started?: Omit<EventBody<"server.started">, "server">;
}

export type Stall = EventBody<"silence.noticed">;

/** `folder`: another folder stands in the place of the workspace, or none. */
export type Hold = Omit<EventBody<"hold.placed">, "cause"> &
	Pick<EventBody<"workspace.lost">, "found" | "approvalId"> & {
		readonly cause: HoldCause | "folder";
		readonly placedAt: string;
	};

export interface Totals {
	readonly inputTokens: number;
	readonly outputTokens: number;
	/** Null once a turn was paid for at an unknown price. */
	readonly costUsd: number | null;
	readonly cachedInputTokens?: number;
	readonly cacheWriteTokens?: number;
	readonly reasoningTokens?: number;
	/** Of all tokens, those that no provider counted. */
	readonly estimatedTokens?: number;
	readonly turns: number;
	readonly toolCalls: number;
	readonly byRole: Readonly<Record<string, RoleUsage>>;
	readonly byModel: Readonly<Record<string, RoleUsage>>;
}

export interface RoleUsage extends Omit<Usage, "estimated"> {
	readonly turns: number;
	readonly estimatedTokens?: number;
}

/** What is known of the workspace's files. */
export interface FileTracking {
	/** The tree last seen. */
	readonly tree?: string;
	/** What it left out. */
	readonly coverage?: string;
	/** When, ISO 8601. */
	readonly at?: string;
	/** Calls, check runs and undos that may have written since the last snapshot. */
	readonly unaccounted: readonly Writer[];
	/** Calls, check runs and undos that may be writing now. */
	readonly writers: readonly Writer[];
	/** Why changes are not tracked. */
	readonly untracked?: string;
	/** The next call that writes is looked at all the same. */
	readonly retry?: boolean;
	readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** A tool call, a check run or an undo, and whose it is. */
export interface Writer {
	readonly id: string;
	readonly stepId?: StepId;
	readonly check?: boolean;
	readonly undo?: boolean;
}

/** The end of an output, for a diagnosis: at most `maxChars`. */
export function outputTail(output: Output, maxChars = 2000): string {
	const text = output.tail || output.head;
	return text.length > maxChars ? `…${text.slice(-maxChars)}` : text;
}
