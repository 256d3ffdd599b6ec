import * as v from "valibot";
import { CheckIdSchema, StepIdSchema } from "./ids.ts";

/** The values that events, requests and views share. Schemas at the rim; inside, their types are trusted. */

export const Priority = v.picklist(["low", "normal", "high", "urgent"]);
export type Priority = v.InferOutput<typeof Priority>;

export const Autonomy = v.picklist(["supervised", "aware", "autonomous"]);
export type Autonomy = v.InferOutput<typeof Autonomy>;

export const PlanApproval = v.picklist(["always", "lowConfidence", "never"]);
export type PlanApproval = v.InferOutput<typeof PlanApproval>;

export const efforts = ["none", "minimal", "low", "medium", "high", "xhigh"] as const;
export const Effort = v.picklist(efforts);
export type Effort = v.InferOutput<typeof Effort>;

/** What an action can do: nothing, write in the workspace, or reach beyond it. Our own declaration, never an agent's. */
export const ToolEffect = v.picklist(["none", "workspace", "outside"]);
export type ToolEffect = v.InferOutput<typeof ToolEffect>;

export const Risk = v.picklist(["read", "write", "network", "dangerous"]);
export type Risk = v.InferOutput<typeof Risk>;

export const ApprovalKind = v.picklist(["tool", "plan", "budget", "recovery", "step", "question"]);
export type ApprovalKind = v.InferOutput<typeof ApprovalKind>;

/** What a person can be asked; each has a row in core/questions. */
export const questionNames = [
	"call",
	"check",
	"plan",
	"playbook",
	"budget",
	"callRecovery",
	"checkRecovery",
	"startStep",
	"stuckStep",
	"redChecks",
	"finalReview",
	"folder",
	"agent",
	"mcpServer",
	"mcpInput",
] as const;
export type Question = (typeof questionNames)[number];

/** What an agent asks a person: the answers that it offers, none for a question that is answered in words. */
export const Asked = v.object({
	options: v.array(v.object({ answer: v.string(), label: v.string(), description: v.optional(v.string()) })),
	/** More than one of them may be chosen. */
	several: v.optional(v.boolean()),
	/** Only one of them counts, and no words. */
	closed: v.optional(v.boolean()),
	/** What the agent would take: labels of options, or its words where there are none. Never taken unasked. */
	default: v.optional(v.array(v.string())),
	/** An address of the web that the person is to open, and nobody else opens. */
	url: v.optional(v.string()),
	/** Who asks, where it is not the thread's agent itself. */
	from: v.optional(v.string()),
	/** What whoever asks knows the question by, so that it is asked once. */
	key: v.optional(v.string()),
});
export type Asked = v.InferOutput<typeof Asked>;

export const ApprovalScope = v.picklist(["once", "goal", "workspace"]);
export type ApprovalScope = v.InferOutput<typeof ApprovalScope>;

/** What a folder is known by, whatever its path. Numbers as text, because they may be larger than JSON keeps exactly. */
export const FolderIdentity = v.object({
	dev: v.string(),
	ino: v.string(),
	/** When it was made, in nanoseconds since the epoch; absent where the file system does not say. */
	born: v.optional(v.string()),
	/** It had not changed since it was made, as far as the file system tells. */
	isFresh: v.optional(v.boolean()),
	/** Of its git repository. */
	git: v.optional(v.string()),
});
export type FolderIdentity = v.InferOutput<typeof FolderIdentity>;

/** What an approval of a command for longer than once is bound to. */
export const GrantReach = v.picklist(["files", "written"]);

/** `queue`: as many goals as may are at work. `workspace`: another goal works in the same folder. */
export const HoldCause = v.picklist(["person", "provider", "quota", "budget", "queue", "workspace"]);
export type HoldCause = v.InferOutput<typeof HoldCause>;

export const ChangeStatus = v.picklist(["added", "modified", "deleted", "renamed"]);
export type ChangeStatus = v.InferOutput<typeof ChangeStatus>;

/**
 * A file as the shadow repository keeps it: its content's id, and `100644`, `100755` (executable) or `120000` (symbolic
 * link). `rights` are those of a file that is no link, in octal (`600`, `2755`); absent where they were not recorded.
 */
export const FileVersion = v.object({ blob: v.string(), mode: v.string(), rights: v.optional(v.string()) });
export type FileVersion = v.InferOutput<typeof FileVersion>;

/**
 * What undo does with a file. `merge`: other lines of it were changed since, and those stay. `conflict`: it is left
 * alone, and the reason says why. `unchanged`: it is already as it was before the step.
 */
export const UndoAction = v.picklist(["restore", "delete", "recreate", "merge", "conflict", "unchanged"]);
export type UndoAction = v.InferOutput<typeof UndoAction>;

/** What steps may have written and undo leaves as it is, because what was there before was not recorded. */
export const NotCovered = v.object({ path: v.string(), reason: v.string() });
export type NotCovered = v.InferOutput<typeof NotCovered>;

/** Why a path was left out of a snapshot. `excluded` is the daemon's own, `unknown` stands for snapshots that did not say. */
export const LeftOut = v.picklist(["ignored", "tooLarge", "unreadable", "special", "excluded", "unknown"]);
export type LeftOut = v.InferOutput<typeof LeftOut>;

export const UndoneFile = v.object({ path: v.string(), action: UndoAction, reason: v.optional(v.string()) });
export type UndoneFile = v.InferOutput<typeof UndoneFile>;

/** What undo means to do with a file, in the intent: enough to tell after a crash what was done already. */
export const PlannedUndo = v.object({
	...UndoneFile.entries,
	/** The file as it was found, and as undo leaves it; absent for no file. */
	before: v.optional(FileVersion),
	after: v.optional(FileVersion),
	/** Of a file that is deleted because it had been renamed: where its content goes. It stays until it is there. */
	goesTo: v.optional(v.string()),
	/** The undone steps that changed it. */
	stepIds: v.array(StepIdSchema),
	/** Other steps that may have written it at the same time: it is unknown which of them it was. */
	sharedWith: v.optional(v.array(StepIdSchema)),
});
export type PlannedUndo = v.InferOutput<typeof PlannedUndo>;

/** Provider and model as configured, with the reasoning effort where one was chosen. The built-in agent is in `agentKinds`. */
export const ModelChoice = v.object({ provider: v.string(), model: v.string(), effort: v.optional(Effort) });
export type ModelChoice = v.InferOutput<typeof ModelChoice>;

/** Who works in a role. Without provider and model the role inherits the primary agent's. */
export const Assignment = v.object({
	role: v.pipe(
		v.string(),
		v.regex(/^[a-z][a-z0-9-]{0,39}$/, "a role is named with lower-case letters, digits and dashes"),
	),
	provider: v.optional(v.string()),
	model: v.optional(v.string()),
	effort: v.optional(Effort),
	enabled: v.optional(v.boolean(), true),
	inherits: v.optional(v.boolean()),
	instructions: v.optional(v.string()),
	/** Where the choice came from: launch, preset, lastGoal, config, default, roleFile, primary, edit. */
	source: v.optional(v.string(), "launch"),
	/** The name of that preset, or the path of that role file in the workspace. */
	from: v.optional(v.string()),
});
export type Assignment = v.InferOutput<typeof Assignment>;

/** How an edit of the roster changes one role. What is absent stays; `inherits` gives the role back to the primary agent. */
export const RosterEdit = v.object({
	role: Assignment.entries.role,
	provider: v.optional(v.string()),
	model: v.optional(v.string()),
	effort: v.optional(Effort),
	enabled: v.optional(v.boolean()),
	inherits: v.optional(v.boolean()),
	instructions: v.optional(v.string()),
});
export type RosterEdit = v.InferOutput<typeof RosterEdit>;

/** MCP servers that files of the workspace propose: a person is asked about each, or they are left out. */
export const ProposedServers = v.picklist(["ask", "leaveOut"]);
export type ProposedServers = v.InferOutput<typeof ProposedServers>;

/** Threads that open later; the threads at work too, from their next turn; or their steps begin again. */
export const RosterReach = v.picklist(["future", "next-turn", "restart-step"]);
export type RosterReach = v.InferOutput<typeof RosterReach>;

export const Roster = v.object({ revision: v.number(), assignments: v.array(Assignment) });
export type Roster = v.InferOutput<typeof Roster>;

const limit = v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)));
/** The most a goal may use; what is absent has no limit. */
export const BudgetLimits = v.object({ usd: limit, tokens: limit, minutes: limit, turns: limit });
export type BudgetLimits = v.InferOutput<typeof BudgetLimits>;
export const budgetResources = ["usd", "tokens", "minutes", "turns"] as const;
export const BudgetResourceSchema = v.picklist(budgetResources);
export type BudgetResource = (typeof budgetResources)[number];

/** USD per million tokens. */
export const Price = v.object({
	input: v.number(),
	output: v.number(),
	/** Of what the provider has kept from an earlier request; as `input` where absent. */
	cachedInput: v.optional(v.number()),
	/** Of what the provider keeps for a later request; as `input` where absent. */
	cacheWrite: v.optional(v.number()),
	/** Who says so: config.jsonc, or the catalogue that comes with the daemon. Absent for what is free. */
	source: v.optional(v.picklist(["config", "catalogue"])),
});
export type Price = v.InferOutput<typeof Price>;

/** Tokens as the provider counted them; `costUsd` is null where no price is known. */
export const Usage = v.object({
	inputTokens: v.number(),
	outputTokens: v.number(),
	costUsd: v.nullable(v.number()),
	/** Of those read, what the provider had kept from an earlier request; absent where it does not say. */
	cachedInputTokens: v.optional(v.number()),
	/** Of those read, what the provider keeps for a later request; absent where it does not say. */
	cacheWriteTokens: v.optional(v.number()),
	/** Of those written, what the model only thought. */
	reasoningTokens: v.optional(v.number()),
	/** The provider did not count, or counted less than was certainly sent or received: this is what it likely was. */
	estimated: v.optional(v.boolean()),
});
export type Usage = v.InferOutput<typeof Usage>;

/** The beginning and end of an output, its whole size in bytes and its SHA-256; `path` where the whole of it is kept. */
export const Output = v.object({
	head: v.string(),
	tail: v.string(),
	bytes: v.number(),
	sha256: v.string(),
	/** The file with all that was kept of it, byte for byte. */
	path: v.optional(v.string()),
	/** What the bytes were read as, where that is not UTF-8; `binary` for what is no text and only described. */
	encoding: v.optional(v.string()),
});
export type Output = v.InferOutput<typeof Output>;

export const Todo = v.object({
	content: v.string(),
	state: v.picklist(["pending", "in_progress", "completed", "blocked"]),
});
export type Todo = v.InferOutput<typeof Todo>;

/** What a thread is for. */
export const ThreadPurpose = v.picklist(["plan", "work", "review", "reflect"]);
export type ThreadPurpose = v.InferOutput<typeof ThreadPurpose>;

export const ReviewVerdict = v.picklist(["pass", "soft", "hard"]);
export type ReviewVerdict = v.InferOutput<typeof ReviewVerdict>;

/** One command or write of a playbook step, in order. */
export const PlaybookAction = v.variant("kind", [
	v.object({ kind: v.literal("command"), command: v.string(), line: v.number() }),
	v.object({ kind: v.literal("write"), path: v.string(), content: v.string(), line: v.number() }),
]);
export type PlaybookAction = v.InferOutput<typeof PlaybookAction>;

/** Code of a playbook that a reader may take for something to run, and that is not run. */
export const NotRun = v.object({
	/** From 1, in the playbook. */
	line: v.number(),
	/** `python fence`, `indented code`. */
	what: v.string(),
	/** Why, as half a sentence. */
	reason: v.string(),
	/** Its first line. */
	text: v.string(),
});
export type NotRun = v.InferOutput<typeof NotRun>;

export const CheckSpec = v.object({ checkId: CheckIdSchema, command: v.string() });
export type CheckSpec = v.InferOutput<typeof CheckSpec>;

export const PlanStep = v.object({
	stepId: StepIdSchema,
	title: v.string(),
	instructions: v.string(),
	kind: v.optional(v.string(), "work"),
	role: v.optional(v.string(), "implementer"),
	needs: v.array(StepIdSchema),
	checks: v.array(CheckSpec),
	confidence: v.optional(v.picklist(["high", "medium", "low"]), "high"),
	/** Of a playbook's step: what it does. */
	actions: v.optional(v.array(PlaybookAction)),
	/** Of a playbook's step: the code in it that is not run. */
	notRun: v.optional(v.array(NotRun)),
});
export type PlanStep = v.InferOutput<typeof PlanStep>;

/** Who asked for something: which program, in which process, of which user. */
export const Actor = v.object({
	client: v.string(),
	pid: v.optional(v.number()),
	user: v.optional(v.string()),
});
export type Actor = v.InferOutput<typeof Actor>;

/** Where a person did something, in words: `from the command line`, `in VS Code`. */
export function actorPlace({ client }: Actor): string {
	return client === "CLI" ? "from the command line" : `in ${client}`;
}

/** An actor in words: `CLI (mara, process 4711)`. */
export function actorName(actor: Actor): string {
	const details = [actor.user, actor.pid === undefined ? undefined : `process ${actor.pid}`].filter(Boolean).join(", ");
	return details ? `${actor.client} (${details})` : actor.client;
}
