import * as v from "valibot";
import { DeadlineAct } from "./deadline.ts";
import { GuidanceFile, SkillName } from "./guidance.ts";
import {
	ApprovalIdSchema,
	CheckIdSchema,
	GoalIdSchema,
	GrantIdSchema,
	HoldIdSchema,
	MessageIdSchema,
	RunIdSchema,
	StepIdSchema,
	ThreadIdSchema,
	ToolCallIdSchema,
	TurnIdSchema,
	UndoIdSchema,
} from "./ids.ts";
import { Image } from "./image.ts";
import { InputValue } from "./inputs.ts";
import { RanInside } from "./sandbox.ts";
import { LaunchSettings } from "./settings.ts";
import { SignedAnswer } from "./signedAnswer.ts";
import { ThreadSummary } from "./threadSummary.ts";
import {
	Actor,
	ApprovalKind,
	ApprovalScope,
	Asked,
	Assignment,
	BudgetLimits,
	BudgetResourceSchema,
	ChangeStatus,
	CheckSpec,
	FolderIdentity,
	GrantReach,
	HoldCause,
	LeftOut,
	ModelChoice,
	NotCovered,
	NotRun,
	Output,
	PlannedUndo,
	PlanStep,
	Price,
	ReviewVerdict,
	Risk,
	RosterReach,
	ThreadPurpose,
	Todo,
	ToolEffect,
	UndoneFile,
	Usage,
} from "./values.ts";

/**
 * Everything that can happen to a goal, one row an event. Names are facts, in the past tense.
 * A shipped row never changes its meaning: add a field with a default, or a new event, and read the old one forward
 * in upcast.ts. Long, because it is a table.
 */
export const eventBodies = {
	"goal.launched": v.object({
		goalId: GoalIdSchema,
		title: v.string(),
		prompt: v.string(),
		workspace: v.string(),
		/** What the folder is known by; absent where an earlier version did not look. */
		folder: v.optional(FolderIdentity),
		settings: LaunchSettings,
		playbook: v.optional(
			v.object({
				path: v.string(),
				text: v.string(),
				sha256: v.string(),
				/** What was given for its inputs: commands and checks get them as variables. */
				inputs: v.optional(v.array(InputValue)),
				/** Of text and inputs, for what is approved of them; absent where there are none. */
				digest: v.optional(v.string()),
			}),
		),
		/** Given with the prompt. Their bytes lie beside the log. */
		images: v.optional(v.array(Image)),
		/** The preset whose settings were taken. */
		preset: v.optional(v.string()),
		/** What was asked for and could not be had, and what was taken instead. */
		notes: v.optional(v.array(v.string())),
		by: Actor,
	}),
	"goal.completed": v.object({ verified: v.boolean(), reason: v.optional(v.string()) }),
	"goal.failed": v.object({ reason: v.string() }),
	"goal.cancelled": v.object({ reason: v.optional(v.string()), by: Actor }),
	"goal.reopened": v.object({ reason: v.optional(v.string()), by: Actor }),
	"goal.deleted": v.object({ by: Actor }),

	"plan.proposed": v.object({
		revision: v.number(),
		summary: v.string(),
		title: v.optional(v.string()),
		steps: v.array(PlanStep),
		checks: v.array(CheckSpec),
		/** Code of a playbook before its first step. */
		notRun: v.optional(v.array(NotRun)),
		/** The planner's thread; absent when the plan came from a playbook. */
		threadId: v.optional(ThreadIdSchema),
	}),
	"plan.approved": v.object({ revision: v.number(), by: v.optional(Actor) }),
	"plan.returned": v.object({ revision: v.number(), note: v.string(), by: Actor }),
	/** A person's plan in place of the one before. What is done or under way is in it as it was. */
	"plan.edited": v.object({
		revision: v.number(),
		summary: v.string(),
		/** All of them, in their order. */
		steps: v.array(PlanStep),
		checks: v.array(CheckSpec),
		added: v.array(StepIdSchema),
		changed: v.array(StepIdSchema),
		removed: v.array(StepIdSchema),
		by: Actor,
	}),
	/** What remains is planned anew: a review or a person (`by`) said that the plan leads nowhere. What is done stays. */
	"plan.reopened": v.object({
		reason: v.string(),
		/** The step that led to it. */
		stepId: v.optional(StepIdSchema),
		by: v.optional(Actor),
	}),

	"step.started": v.object({ stepId: StepIdSchema, attempt: v.number(), threadId: ThreadIdSchema }),
	/** The attempt's agent says it is done; the checks decide. */
	"step.reported": v.object({ stepId: StepIdSchema, attempt: v.number(), report: v.string() }),
	"step.completed": v.object({ stepId: StepIdSchema, attempt: v.number(), verified: v.boolean() }),
	/** This attempt came to nothing; the step may be tried again. */
	"attempt.failed": v.object({ stepId: StepIdSchema, attempt: v.number(), diagnosis: v.string() }),
	"step.failed": v.object({ stepId: StepIdSchema, attempt: v.number(), reason: v.string() }),
	"step.skipped": v.object({ stepId: StepIdSchema, attempt: v.number(), by: v.optional(Actor) }),
	/** `continue` goes on with the action that failed, `rerun` begins a new attempt from the top. */
	"step.retried": v.object({
		stepId: StepIdSchema,
		attempt: v.number(),
		how: v.picklist(["continue", "rerun"]),
		/** What the next attempt is to know. */
		advice: v.optional(v.string()),
		by: v.optional(Actor),
	}),

	/** The intent: from here on the files may be as it says. Recognised by their contents after a crash, and finished. */
	"undo.started": v.object({
		undoId: UndoIdSchema,
		/** In the order of the plan. */
		stepIds: v.array(StepIdSchema),
		files: v.array(PlannedUndo),
		/** What the steps may have changed too, and undo keeps: what was there before is not recorded. */
		notCovered: v.optional(v.array(NotCovered)),
		/** The steps begin again when it is done. */
		again: v.optional(v.boolean()),
		by: Actor,
	}),
	/** The outcome. `left`: files that were changed in that very moment, or that could not be written; left alone. */
	"undo.completed": v.object({
		undoId: UndoIdSchema,
		left: v.array(v.object({ path: v.string(), reason: v.string() })),
		/** The folder in which everything is kept that it deleted or wrote over, under the paths that it had. */
		keptIn: v.optional(v.string()),
	}),
	/** What the step had changed was taken back; it counts as skipped until a person reruns it. */
	"step.undone": v.object({
		undoId: UndoIdSchema,
		stepId: StepIdSchema,
		attempt: v.number(),
		files: v.array(UndoneFile),
		/** Of the whole undo, as in its intent and its outcome. */
		notCovered: v.optional(v.array(NotCovered)),
		keptIn: v.optional(v.string()),
		by: Actor,
	}),

	"thread.opened": v.object({
		threadId: ThreadIdSchema,
		role: v.string(),
		stepId: v.optional(StepIdSchema),
		attempt: v.optional(v.number()),
		assignment: ModelChoice,
		/** What the thread is for; when absent, `work` with a step and `plan` without one. */
		purpose: v.optional(ThreadPurpose),
		/** Of a sub-agent: the thread that opened it, and the call that its report completes. */
		parentThreadId: v.optional(ThreadIdSchema),
		parentCallId: v.optional(ToolCallIdSchema),
		/** What it is for, in a few words. */
		title: v.optional(v.string()),
	}),
	"thread.closed": v.object({ threadId: ThreadIdSchema }),
	/** From here on the model reads this instead of what was said up to `upTo`; the log keeps all of it. */
	"thread.compacted": v.object({
		threadId: ThreadIdSchema,
		/** The seq of the last event that is left out of prompts. */
		upTo: v.number(),
		/** As the model put it; absent when it gave nothing that could be used. */
		summary: v.optional(ThreadSummary),
		/** What the daemon knows by itself: what was carried out, and with which outcome. */
		account: v.string(),
		/** Why there is no summary. */
		problem: v.optional(v.string()),
		/** Characters of the conversation that is left, for reckoning its tokens. */
		chars: v.number(),
	}),
	/** What the workspace says to whoever works in it, as this thread was told. It grants nothing. */
	"guidance.given": v.object({
		threadId: ThreadIdSchema,
		/** In the order in which they were told. */
		files: v.array(GuidanceFile),
		/** Named with what they are for; their text is read when it is needed. */
		skills: v.optional(v.array(SkillName)),
		/** What was left out, and why. */
		notes: v.optional(v.array(v.string())),
		/** As it stands in the prompt. */
		text: v.string(),
	}),
	"message.added": v.object({
		messageId: MessageIdSchema,
		threadId: ThreadIdSchema,
		/** `person`, `daemon`, or the role that speaks. */
		from: v.string(),
		text: v.string(),
		/** Given with it. */
		images: v.optional(v.array(Image)),
		reasoning: v.optional(v.string()),
		/** Why the daemon says it, where it corrects no answer: `stagnation`, the agent repeats itself; `silence`, a command or its own answer said nothing; `notRun`, code of a playbook's step is not run; `background`, a person ended what it runs in the background. */
		about: v.optional(v.picklist(["stagnation", "silence", "notRun", "background"])),
	}),

	"turn.started": v.object({
		turnId: TurnIdSchema,
		threadId: ThreadIdSchema,
		asked: ModelChoice,
		/** What the turn may cost at most; charged when its real usage can no longer be known. */
		reserved: v.object({ tokens: v.number(), usd: v.nullable(v.number()), outputTokens: v.optional(v.number()) }),
		/** What it is for, where it is not the work itself. */
		purpose: v.optional(v.literal("compaction")),
	}),
	"turn.completed": v.object({
		turnId: TurnIdSchema,
		threadId: ThreadIdSchema,
		asked: ModelChoice,
		/** The model that the provider says answered. */
		answered: v.string(),
		usage: Usage,
		/** At which its cost was reckoned; absent where none is known. */
		price: v.optional(Price),
		finish: v.string(),
		/** What the provider wants to see again of the answer. It goes back to the same model, and nowhere else. */
		signed: v.optional(SignedAnswer),
	}),
	/** The provider let another model answer than the one that was asked. Told once, until that changes. */
	"model.substituted": v.object({
		turnId: TurnIdSchema,
		threadId: ThreadIdSchema,
		asked: ModelChoice,
		answered: v.string(),
	}),
	"turn.interrupted": v.object({
		turnId: TurnIdSchema,
		threadId: ThreadIdSchema,
		reason: v.string(),
		charged: Usage,
		/** It was not sent, because its prompt is longer than was reserved: so many tokens, likely. */
		promptTokens: v.optional(v.number()),
	}),
	/** The endpoint refused a part of the request, and is asked for it otherwise or not at all. */
	"provider.adapted": v.object({
		turnId: TurnIdSchema,
		threadId: ThreadIdSchema,
		asked: ModelChoice,
		/** What was refused: `stream_options`, `reasoning_effort`, `tools`. */
		parameter: v.string(),
		/** What takes its place, in a word. */
		instead: v.string(),
		/** A sentence for the person. */
		text: v.string(),
	}),
	"provider.failed": v.object({
		turnId: TurnIdSchema,
		threadId: ThreadIdSchema,
		provider: v.string(),
		code: v.string(),
		reason: v.string(),
		status: v.optional(v.number()),
		/** When it will be asked again, ISO 8601; absent when asking again would not help. */
		retryAt: v.optional(v.string()),
		/** Of a prompt that was too long: how many tokens the model reads, as the provider says or as it seems. */
		contextWindow: v.optional(v.number()),
		charged: Usage,
	}),

	/** A program thinks in the thread: it runs, and has opened a session. `process` counts those of the thread, from 1. */
	"agent.started": v.object({
		threadId: ThreadIdSchema,
		process: v.number(),
		/** Its id, as in `agent/model`. */
		agent: v.string(),
		/** As the program names itself. */
		name: v.string(),
		version: v.optional(v.string()),
		sessionId: v.string(),
		/** `resumed` and `loaded`: it knows what was said to a process before it. `told`: it is told so by its prompt. */
		took: v.picklist(["new", "resumed", "loaded", "told"]),
		/** What it was set to, by the names of its options: mode, model, effort. */
		settings: v.optional(v.record(v.string(), v.string()), {}),
		/** It works inside these walls, with all that it starts. */
		sandbox: v.optional(RanInside),
	}),
	/** All that the process printed up to here, in bytes, is in the log. At 0 it is about to be started, inside these walls. */
	"agent.read": v.object({
		threadId: ThreadIdSchema,
		process: v.number(),
		readTo: v.number(),
		sandbox: v.optional(RanInside),
	}),
	"agent.ended": v.object({
		threadId: ThreadIdSchema,
		process: v.number(),
		/** A sentence. */
		reason: v.string(),
		exitCode: v.optional(v.number()),
		/** Nobody ended it, and it was not at its end. */
		died: v.optional(v.literal(true)),
	}),

	"tool.requested": v.object({
		toolCallId: ToolCallIdSchema,
		threadId: ThreadIdSchema,
		turnId: TurnIdSchema,
		stepId: v.optional(StepIdSchema),
		attempt: v.optional(v.number()),
		name: v.string(),
		args: v.record(v.string(), v.unknown()),
		effect: ToolEffect,
		summary: v.string(),
		/** The shape in which the model wrote the call into its text, where it did not make it as a call. */
		writtenAs: v.optional(v.string()),
		/** Who carries it out. Absent: the engine. An agent that does it itself asks first, or tells that it has begun. */
		owner: v.optional(v.picklist(["engine", "agent"])),
		/** What the agent calls it, of a call of its own. */
		agentCallId: v.optional(v.string()),
		/** The agent did it without asking: nobody judged it. */
		unasked: v.optional(v.literal(true)),
	}),
	/** The intent: from here on the call may have had its effect. `run` counts the tries of this call, from 1. */
	"tool.started": v.object({
		toolCallId: ToolCallIdSchema,
		run: v.number(),
		/** Of a file edit: content hashes (hex SHA-256, `absent` for no file) before and after, which tell whether it was applied. */
		edit: v.optional(v.object({ path: v.string(), before: v.string(), after: v.string() })),
		/** The rule that let it happen unasked, in words; absent where a person approved it, or nobody was to be asked. */
		rule: v.optional(v.string()),
		/** What was approved for longer before, and let it happen unasked. */
		grant: v.optional(GrantIdSchema),
		/** Of a command: the walls inside which it runs, and nowhere else. Absent: it runs as the person. */
		sandbox: v.optional(RanInside),
	}),
	/** The intent, within a call of an agent's, to write a file for it: hashes of the content before and after, as of an edit. */
	"tool.writeStarted": v.object({
		toolCallId: ToolCallIdSchema,
		threadId: ThreadIdSchema,
		/** The agent's request, by its place in what its process printed. */
		request: v.string(),
		path: v.string(),
		before: v.string(),
		after: v.string(),
	}),
	"tool.completed": v.object({
		toolCallId: ToolCallIdSchema,
		ok: v.boolean(),
		exitCode: v.optional(v.number()),
		durationMs: v.number(),
		output: Output,
		/** What it came to beside its text. */
		images: v.optional(v.array(Image)),
		/** Set when the call was not carried out, with the reason: refused by policy, denied by the person, skipped. */
		refused: v.optional(v.string()),
		/** There is no such tool, or its arguments could not be used: there was nothing to carry out. */
		invalid: v.optional(v.literal(true)),
		/** Of a page of the web, which has no intent: the rule, or the grant, that let it happen unasked, as in `tool.started`. */
		rule: v.optional(v.string()),
		grant: v.optional(GrantIdSchema),
	}),
	/** `unknown`: it may have had its effect; a person decides. `notBegun`: it certainly had none, and may begin again. */
	"tool.interrupted": v.object({
		toolCallId: ToolCallIdSchema,
		outcome: v.picklist(["unknown", "notBegun"]),
		reason: v.string(),
	}),

	/** The call that began it is over, and the command runs on. It ends with its thread at latest. */
	"background.started": v.object({
		toolCallId: ToolCallIdSchema,
		threadId: ThreadIdSchema,
		stepId: v.optional(StepIdSchema),
		command: v.string(),
		run: v.number(),
		/** 0 for no limit. */
		timeoutMs: v.number(),
		sandbox: v.optional(RanInside),
	}),
	/** A person wants it ended; `background.ended` follows. */
	"background.stopRequested": v.object({
		toolCallId: ToolCallIdSchema,
		threadId: ThreadIdSchema,
		stepId: v.optional(StepIdSchema),
		by: Actor,
	}),
	"background.ended": v.object({
		toolCallId: ToolCallIdSchema,
		threadId: ThreadIdSchema,
		stepId: v.optional(StepIdSchema),
		run: v.number(),
		exitCode: v.optional(v.number()),
		reason: v.optional(v.string()),
		durationMs: v.number(),
		output: Output,
	}),

	"approval.requested": v.object({
		approvalId: ApprovalIdSchema,
		kind: ApprovalKind,
		/** Which question it is, by its row in the table of questions. Absent where an earlier version asked. */
		question: v.optional(v.string()),
		summary: v.string(),
		command: v.optional(v.string()),
		/** Of a page of the web: its address. */
		url: v.optional(v.string()),
		risk: Risk,
		reasons: v.array(v.string()),
		/** Hex SHA-256 of the action it covers. */
		digest: v.string(),
		options: v.array(v.string()),
		toolCallId: v.optional(ToolCallIdSchema),
		checkId: v.optional(CheckIdSchema),
		stepId: v.optional(StepIdSchema),
		threadId: v.optional(ThreadIdSchema),
		/** Of a budget's approval: what is used up. */
		resource: v.optional(BudgetResourceSchema),
		/** Of a budget's approval: the model whose price is unknown, so that a limit of money cannot be held. */
		unpriced: v.optional(
			v.object({
				provider: v.string(),
				model: v.string(),
				/** What its provider keeps for later requests costs more than what is only read. */
				keepsPrompts: v.optional(v.boolean()),
			}),
		),
		/** Contents that it is bound to: what the command runs and names. Path to hex SHA-256. */
		files: v.optional(v.record(v.string(), v.string()), {}),
		/** `files`: those are all it can run. `written`: it may load more, so that it is bound to what the goal has written. */
		covers: v.optional(GrantReach),
		/** Contents of the files that the goal has written, where it is bound to them. */
		written: v.optional(v.record(v.string(), v.string())),
		/** The MCP server that it is about, by its name and the digest of its definition, and the values that it needs. */
		server: v.optional(
			v.object({
				name: v.string(),
				digest: v.string(),
				inputs: v.optional(
					v.array(
						v.object({
							id: v.string(),
							description: v.optional(v.string()),
							/** It is typed unseen. */
							secret: v.boolean(),
							default: v.optional(v.string()),
							/** The values to choose from. */
							options: v.optional(v.array(v.string())),
						}),
					),
				),
			}),
		),
		/** What "approve for this goal" would cover, in words; absent where there is no such thing. */
		goalScope: v.optional(v.string()),
		expiresAt: v.optional(v.string()),
		/** Nobody having answered by then, it is denied, or its step skipped, as the person's settings say. */
		deadline: v.optional(v.object({ at: v.string(), act: DeadlineAct })),
		/** Of an agent's question. */
		asked: v.optional(Asked),
	}),
	"approval.answered": v.object({
		approvalId: ApprovalIdSchema,
		answer: v.string(),
		/** Of an agent's question: the labels that were chosen, or the default in words. What was written is the reason. */
		chosen: v.optional(v.array(v.string())),
		scope: v.optional(ApprovalScope),
		reason: v.optional(v.string()),
		by: Actor,
	}),
	/** A person put it aside, to be answered later, or took it up again: it still waits, and is brought to nobody's notice. */
	"approval.setAside": v.object({ approvalId: ApprovalIdSchema, aside: v.boolean(), by: Actor }),
	"approval.expired": v.object({ approvalId: ApprovalIdSchema }),
	"approval.superseded": v.object({ approvalId: ApprovalIdSchema, reason: v.string() }),
	"grant.added": v.object({
		grantId: GrantIdSchema,
		scope: ApprovalScope,
		/** `command`: this command in this folder. `write`: this tool inside the workspace. `playbook`: all of this text. `server`: this MCP server is started or reached. `external`: this tool of one. `host`: pages of it. */
		kind: v.picklist(["command", "write", "playbook", "server", "external", "host"]),
		/** The command, the tool's name, the server's, the host with its port, or the playbook's SHA-256. */
		subject: v.string(),
		/** Contents of the files that the command runs and names: it lapses when one changes. Path to hex SHA-256. */
		files: v.optional(v.record(v.string(), v.string()), {}),
		/** As in the approval; absent where an earlier version bound less. Such a grant covers no command any more. */
		covers: v.optional(GrantReach),
		written: v.optional(v.record(v.string(), v.string())),
		by: Actor,
	}),
	"grant.revoked": v.object({ grantId: GrantIdSchema, reason: v.string(), by: v.optional(Actor) }),

	/** An MCP server is there for the goal, with so many tools. Told once, until that changes. */
	"server.started": v.object({
		/** As its file names it. */
		server: v.string(),
		/** Of the protocol. */
		revision: v.string(),
		tools: v.number(),
		/** Tools that are left out, and why. */
		leftOut: v.optional(v.array(v.string())),
	}),
	/** It is not there, and agents go on without its tools. Told once, until that changes. */
	"server.failed": v.object({ server: v.string(), reason: v.string() }),
	/** A person wants the goal to go on without it: `digest` is that of its definition. */
	"server.declined": v.object({ server: v.string(), digest: v.string(), by: Actor }),

	/** From here on the goal's folder is known by this. `by`: a person said that it is the one to use. */
	"workspace.identified": v.object({ identity: FolderIdentity, by: v.optional(Actor) }),
	/** Another folder stands in the place of the goal's, or none: it is held, and nothing there is touched. */
	"workspace.lost": v.object({
		holdId: HoldIdSchema,
		reason: v.string(),
		/** What stands there; absent for nothing. */
		found: v.optional(FolderIdentity),
		/** The question about it; absent in a goal that is over. */
		approvalId: v.optional(ApprovalIdSchema),
	}),

	/** The workspace as it was found. `tree` is an object of the goal's shadow repository. */
	"snapshot.taken": v.object({
		tree: v.string(),
		/** What it left out, whole: an object there too. Absent in old logs, whose trees know no rights either. */
		coverage: v.optional(v.string()),
		toolCallIds: v.array(v.string()),
		skipped: v.optional(v.array(v.object({ path: v.string(), reason: v.string() })), []),
	}),
	/** What these wrote is not known. `passing`: the next look may succeed. */
	"snapshot.failed": v.object({
		reason: v.string(),
		toolCallIds: v.array(v.string()),
		passing: v.optional(v.boolean(), false),
	}),
	"file.changed": v.object({
		path: v.string(),
		status: ChangeStatus,
		from: v.optional(v.string()),
		/** Every call that may have written it; empty when it happened outside the goal. Check runs are named too. */
		toolCallIds: v.array(v.string()),
		stepId: v.optional(StepIdSchema),
		/** Objects of the shadow repository. */
		before: v.optional(v.string()),
		after: v.optional(v.string()),
		/** `100755` (executable) or `120000` (symbolic link); absent for an ordinary file. */
		modeBefore: v.optional(v.string()),
		modeAfter: v.optional(v.string()),
		/** In octal, of files that are no links: `600`, `2755`. Absent in old logs. */
		rightsBefore: v.optional(v.string()),
		rightsAfter: v.optional(v.string()),
		/** Why what was there before is not known: the path was left out of the snapshot before. Undo keeps such a file. */
		leftOut: v.optional(LeftOut),
		added: v.optional(v.number()),
		removed: v.optional(v.number()),
		by: v.optional(v.picklist(["agent", "check", "undo", "outside"]), "agent"),
	}),
	"todo.updated": v.object({ threadId: ThreadIdSchema, todos: v.array(Todo) }),

	"check.started": v.object({
		checkId: CheckIdSchema,
		runId: RunIdSchema,
		command: v.string(),
		tree: v.optional(v.string()),
		/** The rule, or the grant, that let it run unasked, as in `tool.started`. */
		rule: v.optional(v.string()),
		grant: v.optional(GrantIdSchema),
		sandbox: v.optional(RanInside),
	}),
	"check.completed": v.object({
		checkId: CheckIdSchema,
		runId: RunIdSchema,
		command: v.string(),
		ok: v.boolean(),
		exitCode: v.number(),
		/** The tree it ran on; absent when changes are not tracked. */
		tree: v.optional(v.string()),
		output: Output,
		durationMs: v.number(),
	}),
	"check.interrupted": v.object({
		checkId: CheckIdSchema,
		runId: RunIdSchema,
		/** `stopped`: a person stopped it, so it has no verdict and runs again. */
		outcome: v.picklist(["unknown", "notBegun", "stopped"]),
		reason: v.string(),
	}),
	/** A person asked for it to be run again. */
	"check.reset": v.object({
		checkId: CheckIdSchema,
		/** As soon as nothing writes, and not only when the goal would be done. */
		now: v.optional(v.boolean()),
	}),

	"evidence.added": v.object({
		kind: v.picklist(["report", "output", "file", "link", "review"]),
		text: v.string(),
		stepId: v.optional(StepIdSchema),
		threadId: v.optional(ThreadIdSchema),
	}),
	/** `soft`: this step is to be repaired. `hard`: the plan leads nowhere. Without a step it is about the whole goal. */
	"review.completed": v.object({
		stepId: v.optional(StepIdSchema),
		attempt: v.optional(v.number()),
		threadId: ThreadIdSchema,
		verdict: ReviewVerdict,
		verifier: v.string(),
		coverage: v.string(),
		gaps: v.string(),
		summary: v.string(),
		diagnosis: v.optional(v.string()),
	}),
	/** It is reviewed again, because a person wants it. */
	"review.reset": v.object({ stepId: v.optional(StepIdSchema), by: Actor }),
	/** A person takes the result as it is, whatever the final review says. */
	"review.waived": v.object({ reason: v.optional(v.string()), by: Actor }),
	"roster.edited": v.object({
		revision: v.number(),
		assignments: v.array(Assignment),
		apply: RosterReach,
		by: Actor,
	}),
	"budget.exceeded": v.object({
		resource: BudgetResourceSchema,
		limit: v.number(),
		/** Null for money spent at an unknown price. */
		used: v.nullable(v.number()),
		reason: v.optional(v.string()),
	}),
	/** Nothing else happened for a while, and the goal works: so that the log tells how long it did. */
	"work.noted": v.object({}),
	"budget.raised": v.object({ limits: BudgetLimits, by: Actor }),
	/** What a model costs, as a person says for this goal. */
	"price.set": v.object({ provider: v.string(), model: v.string(), price: Price, by: Actor }),
	"hold.placed": v.object({
		holdId: HoldIdSchema,
		cause: HoldCause,
		reason: v.string(),
		/** When it is lifted by itself, ISO 8601. */
		wakeAt: v.optional(v.string()),
		/** The thread it stops; absent when it stops the whole goal. */
		threadId: v.optional(ThreadIdSchema),
		/** What runs is to be ended too. */
		now: v.optional(v.boolean(), false),
		/** No further step begins; those under way go on. */
		startsOnly: v.optional(v.boolean()),
		/** It is lifted when a person hands over the key of this provider, which was missing or refused. */
		needsKey: v.optional(v.object({ provider: v.string(), refused: v.optional(v.boolean()) })),
		/** It is lifted when a window of VS Code has this model and may use it. */
		needsModel: v.optional(v.object({ model: v.string() })),
		/** The goals whose turn it is. */
		waitsFor: v.optional(v.array(GoalIdSchema)),
	}),
	"hold.lifted": v.object({ holdId: HoldIdSchema, by: v.optional(Actor) }),
	/** A model's turn gave no sign of life for the first time in its thread: it is interrupted, and asked again. */
	"silence.nudged": v.object({
		/** The turn. */
		subject: v.string(),
		what: v.string(),
		stepId: v.optional(StepIdSchema),
		threadId: ThreadIdSchema,
		/** Its last sign of life, ISO 8601. */
		since: v.string(),
	}),
	/** A command, or a turn whose thread was retried before, gives no sign of life. Nothing is ended for it. */
	"silence.noticed": v.object({
		/** The tool call, the run of a check, or the turn. */
		subject: v.string(),
		what: v.string(),
		stepId: v.optional(StepIdSchema),
		threadId: v.optional(ThreadIdSchema),
		/** Its last sign of life, ISO 8601. */
		since: v.string(),
	}),
	"silence.ended": v.object({ subject: v.string() }),
	"reflection.written": v.object({ summary: v.string(), reflection: v.string(), memory: v.optional(v.string()) }),
	/** It is left out, which keeps no goal from completing. */
	"reflection.skipped": v.object({ reason: v.string() }),
} satisfies Record<string, v.GenericSchema<Record<string, unknown>, unknown>>;

export type EventType = keyof typeof eventBodies;
export type EventBody<T extends EventType> = v.InferOutput<(typeof eventBodies)[T]>;

/** An event of one type, flat: its fields beside its type. */
export type EventOf<T extends EventType> = { readonly type: T } & Readonly<EventBody<T>>;
export type GoalEvent = { [T in EventType]: EventOf<T> }[EventType];

/** Where and when an event stands in its goal's log. `at` is ISO 8601 in UTC. */
export interface Position {
	readonly seq: number;
	readonly epoch: number;
	readonly at: string;
}
export type RecordedEvent<T extends EventType = EventType> = { [K in T]: Position & EventOf<K> }[T];

export const eventTypes = Object.keys(eventBodies) as readonly EventType[];

export function isEventType(type: string): type is EventType {
	return Object.hasOwn(eventBodies, type);
}

/**
 * A recorded event as it crosses the wire. An event of a type this version does not know is kept as it came, so that
 * an older client can follow a newer daemon: evolve passes over it.
 */
export const RecordedEventSchema = v.pipe(
	v.looseObject({ seq: v.number(), epoch: v.number(), at: v.string(), type: v.string() }),
	v.rawTransform(({ dataset, addIssue, NEVER }) => {
		const event = dataset.value;
		if (!isEventType(event.type)) return event as unknown as RecordedEvent;
		const body = v.safeParse(eventBodies[event.type], event);
		if (!body.success) {
			addIssue({ message: `event ${event.seq} (${event.type}): ${v.summarize(body.issues as never)}` });
			return NEVER;
		}
		return {
			seq: event.seq,
			epoch: event.epoch,
			at: event.at,
			type: event.type,
			...(body.output as object),
		} as RecordedEvent;
	}),
);
