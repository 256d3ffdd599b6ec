import * as v from "valibot";
import { GivenLimits } from "../core/budgetLimits.ts";
import { type RecordedEvent, RecordedEventSchema } from "../core/events.ts";
import type { Goal } from "../core/goal.ts";
import {
	ApprovalIdSchema,
	CheckIdSchema,
	GoalIdSchema,
	GrantIdSchema,
	StepIdSchema,
	ThreadIdSchema,
	ToolCallIdSchema,
} from "../core/ids.ts";
import { Image, maxImages } from "../core/image.ts";
import { GivenInputs } from "../core/inputs.ts";
import { PolicyRule } from "../core/policy/rule.ts";
import { PartialLaunchSettings } from "../core/settings.ts";
import {
	Actor,
	ApprovalScope,
	Autonomy,
	Effort,
	ModelChoice,
	NotCovered,
	RosterEdit,
	RosterReach,
	UndoneFile,
} from "../core/values.ts";
import { AnswerValues } from "../core/words/answerValues.ts";
import { ApprovalFilter } from "../core/words/approvalFilter.ts";
import { BaselineRow, baselineParts } from "./baseline.ts";
import { ConfigProblem, ConfigState } from "./config.ts";
import { LaunchPreparation, Preset, SettingsProblem } from "./launchDefaults.ts";
import { LevelRules, ProposedRule, Simulation, TestedCommand } from "./policy.ts";
import {
	ApprovalCounts,
	ApprovalView,
	AssignmentView,
	BackgroundView,
	ChangeView,
	CheckView,
	GoalSummary,
	GoalView,
	GrantView,
	RecordedApproval,
} from "./view.ts";

/*
 * Long, because it is a table: everything that can be asked over the wire stands in one place, a row each.
 */

/**
 * The version of this table and of the events. A daemon serves its own and the one before, so two windows of different
 * age share one. A newer client speaks the daemon's version until it has handed over. Version 2 added `daemon/handOver`.
 */
export const protocolVersion = 2;
export const oldestProtocol = protocolVersion - 1;

/** The largest message either side accepts, in bytes. */
export const maxMessageBytes = 16 * 1024 * 1024;

/** The longest prompt or playbook, in characters. */
export const maxPromptChars = 1_000_000;

const goalOnly = v.object({ goalId: GoalIdSchema });
const seq = v.pipe(v.number(), v.integer(), v.minValue(0));
const text = v.pipe(v.string(), v.maxLength(maxPromptChars, `a text has at most ${maxPromptChars} characters`));
/** A file's name, and its bytes: PNG, JPEG, GIF or WebP. What else they are is refused with a sentence. */
const GivenImage = v.object({
	name: v.pipe(v.string(), v.maxLength(1000)),
	base64: v.pipe(v.string(), v.maxLength(maxMessageBytes)),
});
export const GivenImages = v.pipe(
	v.array(GivenImage),
	v.maxLength(maxImages, `at most ${maxImages} images are given at once`),
);
export type GivenImage = v.InferOutput<typeof GivenImage>;
/** Whatever else was written there is not repeated: it might be a key. */
const ProviderId = v.pipe(
	v.string("a provider is named with a text"),
	v.regex(/^[a-z0-9][a-z0-9._-]{0,39}$/, "a provider is named with lower-case letters, digits, dots and dashes"),
);
/** `Goal` is made by evolve and read by evolve: it is carried as it is. */
const GoalSnapshot = v.custom<Goal>(
	(value) => typeof value === "object" && value !== null && "goalId" in value && "seq" in value,
);
const events = v.array(RecordedEventSchema) as v.GenericSchema<unknown, RecordedEvent[]>;

const always = () => true;
const PolicyText = v.pipe(v.string(), v.maxLength(5_000_000, "a policy has at most 5000000 characters"));
const isPreview = ({ preview }: { readonly preview?: boolean }) => preview === true;

/**
 * Everything a client may ask of the daemon; one row is all it takes to add a request. Handler types, the typed client,
 * validation at both ends and PROTOCOL.md derive from it.
 */
export const methods = {
	"daemon/hello": {
		about: "The first request of a connection: who is there, and in which version of the protocol.",
		effect: "reads",
		params: v.object({
			protocol: v.number(),
			actor: Actor,
			/** What the client has for the daemon: `models` of other extensions, which the daemon then asks for. */
			offers: v.optional(v.pipe(v.array(v.string()), v.maxLength(20)), []),
		}),
		result: v.object({ protocol: v.number(), version: v.string(), pid: v.number(), startedAt: v.string() }),
	},
	"daemon/status": {
		about: "How the daemon is: its goals, its clients, its memory.",
		effect: "reads",
		params: v.object({}),
		result: v.object({
			version: v.string(),
			protocol: v.number(),
			pid: v.number(),
			startedAt: v.string(),
			folder: v.string(),
			goals: v.number(),
			active: v.number(),
			clients: v.number(),
			draining: v.boolean(),
			residentBytes: v.number(),
		}),
	},
	"daemon/stop": {
		about:
			"Ends the daemon. Commands under way and the programs of agents go on under their runners, unless `now` ends them too.",
		effect: "acts",
		params: v.object({ now: v.optional(v.boolean(), false) }),
		result: v.object({ stillRunning: v.array(v.string()) }),
	},
	"daemon/handOver": {
		about:
			"A client of a newer version asks the daemon to make way for the daemon it will start. Refused when it is not newer. Nothing new begins; turns under way get some seconds to end; commands and the programs of agents go on under their runners. The folder is free when its process has ended.",
		effect: "acts",
		params: v.object({
			/** Of the daemon that will come. */
			version: v.string(),
		}),
		result: v.object({ stillRunning: v.array(v.string()) }),
	},
	"goal/launch": {
		about: "Launches a goal. It is durable when the answer arrives. The same requestId twice gives one goal.",
		effect: "acts",
		repeatable: ({ requestId }: { readonly requestId?: string }) => requestId !== undefined,
		webviews: true,
		params: v.object({
			prompt: v.optional(text, ""),
			title: v.optional(v.pipe(v.string(), v.maxLength(300, "a title has at most 300 characters"))),
			workspace: v.string(),
			settings: v.optional(PartialLaunchSettings, {}),
			/** The name of a preset whose settings count where \`settings\` has none. Without it, the default preset; empty for none. */
			preset: v.optional(v.string()),
			/** Roles whose files in the workspace say what the settings leave open. Read now, kept with the goal. */
			roles: v.optional(v.pipe(v.array(v.string()), v.maxLength(100)), []),
			/** A playbook's text, where it was read, and what is given for its inputs. */
			playbook: v.optional(v.object({ path: v.string(), text, inputs: v.optional(GivenInputs) })),
			/** To look at, for whoever is told what the goal is. */
			images: v.optional(GivenImages, []),
			/** Approve the commands and writes of exactly this playbook's text, with exactly these inputs. */
			grantPlaybook: v.optional(v.boolean(), false),
			requestId: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
		}),
		result: v.object({
			goalId: GoalIdSchema,
			/** What was asked for and could not be had, and what was taken instead. */
			notes: v.optional(v.array(v.string()), []),
		}),
	},
	"launch/prepare": {
		about:
			"What a launch in a workspace would begin from, each value with where it came from: a preset, the last goal there, the agent in config.jsonc, role files. A form shows it and launches with what it shows; `goal/launch` itself takes only what it is given, a preset and the agent in config.jsonc. Nothing is stored.",
		effect: "reads",
		webviews: true,
		params: v.object({
			workspace: v.string(),
			/** Without it, the default preset; empty for none. */
			preset: v.optional(v.string()),
			/** Who a launch of a playbook would name: the primary agent, others for roles, and roles whose files are read. */
			agent: v.optional(ModelChoice),
			assignments: PartialLaunchSettings.entries.assignments,
			roles: v.optional(v.pipe(v.array(v.string()), v.maxLength(100)), []),
			/** A launch of this playbook: what it would run is said, too, or why it is refused. */
			playbook: v.optional(v.object({ path: v.string(), text, inputs: v.optional(GivenInputs) })),
			/** What one launch says itself: what would come of it is answered beside the rest. */
			launch: v.optional(v.object({ settings: PartialLaunchSettings, hasImages: v.optional(v.boolean(), false) })),
		}),
		result: LaunchPreparation,
	},
	"goal/list": {
		about: "All goals. With `watch`, `goal/summary` notices follow.",
		effect: "reads",
		webviews: true,
		params: v.object({ watch: v.optional(v.boolean(), false) }),
		result: v.object({ goals: v.array(GoalSummary) }),
	},
	"goal/get": { about: "One goal, whole.", effect: "reads", webviews: true, params: goalOnly, result: GoalView },
	"goal/control": {
		about: "Pause, resume, cancel or delete a goal; retry, rerun or skip a step of it; have what remains planned anew.",
		effect: "acts",
		webviews: true,
		params: v.object({
			goalId: GoalIdSchema,
			action: v.picklist(["pause", "resume", "cancel", "delete", "retry", "rerun", "skip", "replan"]),
			stepId: v.optional(StepIdSchema),
			/** With pause: end what runs, too. */
			now: v.optional(v.boolean(), false),
			reason: v.optional(text),
			expectedSeq: v.optional(seq),
		}),
		result: GoalView,
	},
	"goal/watch": {
		about: "A snapshot at seq N; `goal/event` notices with N+1 and on follow, without a gap, until `goal/unwatch`.",
		effect: "reads",
		webviews: true,
		params: goalOnly,
		result: v.object({ goal: GoalSnapshot }),
	},
	"goal/unwatch": {
		about: "Ends the notices of one goal.",
		effect: "reads",
		webviews: true,
		params: goalOnly,
		result: v.object({}),
	},
	"goal/events": {
		about:
			"A page of a goal's events, oldest first, or newest first. It may hold fewer than asked for, so that it fits into a message.",
		effect: "reads",
		webviews: true,
		params: v.object({
			goalId: GoalIdSchema,
			afterSeq: v.optional(seq),
			beforeSeq: v.optional(seq),
			limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
			types: v.optional(v.pipe(v.array(v.string()), v.maxLength(100))),
			threadId: v.optional(ThreadIdSchema),
			stepId: v.optional(StepIdSchema),
			descending: v.optional(v.boolean()),
		}),
		result: v.object({
			events,
			lastSeq: seq,
			/** The page was cut: the rest of it is asked for from its last event on. */
			more: v.optional(v.boolean()),
		}),
	},
	"goal/search": {
		about: "Events of a goal whose text has all these words, newest first.",
		effect: "reads",
		webviews: true,
		params: v.object({
			goalId: GoalIdSchema,
			text: v.pipe(v.string(), v.maxLength(1000, "a search has at most 1000 characters")),
			limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)), 100),
		}),
		result: v.object({ events }),
	},
	"goal/raise": {
		about: "Raises limits of a goal's budget by these amounts.",
		effect: "acts",
		params: v.object({ goalId: GoalIdSchema, by: GivenLimits }),
		result: GoalView,
	},
	"roster/edit": {
		about:
			"Changes who works in which role, and says what that means for the steps; without edits, or with `preview`, it only shows the roster as it is or would be.",
		effect: "acts",
		repeatable: isPreview,
		params: v.object({
			goalId: GoalIdSchema,
			edits: v.array(RosterEdit),
			/** Without it: the steps to come, and a thread that its provider keeps waiting. */
			apply: v.optional(RosterReach),
			/** With `restart-step`: what the steps changed so far is taken back before they begin again. */
			undo: v.optional(v.boolean(), false),
			/** Refused when the roster is at another revision. */
			revision: v.optional(v.number()),
			preview: v.optional(v.boolean(), false),
		}),
		result: v.object({ revision: v.number(), assignments: v.array(AssignmentView), effect: v.string() }),
	},
	"thread/send": {
		about: "A message of the person to a thread (the active one when none is named). It is read before its next turn.",
		effect: "acts",
		webviews: true,
		params: v.object({
			goalId: GoalIdSchema,
			threadId: v.optional(ThreadIdSchema),
			/** May be empty where images are given. */
			text,
			images: v.optional(GivenImages, []),
		}),
		result: GoalView,
	},
	"image/get": {
		about: "The bytes of an image that an event of the goal names.",
		effect: "reads",
		webviews: true,
		params: v.object({ goalId: GoalIdSchema, sha256: Image.entries.sha256 }),
		result: v.object({ base64: v.string(), mediaType: Image.entries.mediaType }),
	},
	"approval/list": {
		about: "What waits for a person, of one goal or of all.",
		effect: "reads",
		params: v.object({ goalId: v.optional(GoalIdSchema) }),
		result: v.object({ approvals: v.array(ApprovalView) }),
	},
	"approval/history": {
		about:
			"What was ever asked, of all goals: what waits, what was set aside, what was answered or is no longer asked.",
		effect: "reads",
		params: v.object({
			filter: v.optional(ApprovalFilter, {}),
			limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1000)), 50),
		}),
		result: v.object({
			/** What waits first, then what was set aside, then what is over, newest first. */
			approvals: v.array(RecordedApproval),
			/** How many fit the filter, and how many of them are in each state. */
			total: v.number(),
			counts: ApprovalCounts,
		}),
	},
	"approval/answer": {
		about: "Answers an approval. The first answer wins.",
		effect: "acts",
		webviews: true,
		params: v.object({
			approvalId: ApprovalIdSchema,
			/** `approve`, `deny`, or one of the approval's options. */
			answer: v.string(),
			scope: v.optional(ApprovalScope, "once"),
			reason: v.optional(text),
			/** Refused when the action has changed since the person saw it. */
			digest: v.optional(v.string()),
			/** Of an agent's question: the options that are chosen, with `choose` as the answer or beside one of them. */
			chosen: v.optional(v.pipe(v.array(text), v.maxLength(100))),
			/** What the chosen option asks for: a model's price in USD per million tokens, or a limit of tokens. */
			...AnswerValues.entries,
		}),
		result: v.object({
			approvalId: ApprovalIdSchema,
			answer: v.string(),
			chosen: v.optional(v.array(v.string())),
			by: v.string(),
		}),
	},
	"approval/setAside": {
		about: "Puts what waits aside, to be answered later, or takes it up again. It still waits; nothing is decided.",
		effect: "acts",
		repeatable: always,
		params: v.object({ approvalId: ApprovalIdSchema, aside: v.optional(v.boolean(), true) }),
		result: v.object({ approvals: v.array(ApprovalView) }),
	},
	"plan/get": {
		about: "The plan as a Markdown document that can be edited; empty while there is none.",
		effect: "reads",
		params: goalOnly,
		result: v.object({ revision: v.number(), approved: v.boolean(), markdown: v.string() }),
	},
	"plan/edit": {
		about:
			"Puts a person's plan in place of the current one, before its approval or while it runs. What is done or under way stays as it is; a mistake is refused with its line.",
		effect: "acts",
		params: v.object({ goalId: GoalIdSchema, markdown: text }),
		result: GoalView,
	},
	"check/run": {
		about: "Runs a check again, or all of the goal's: now where nothing writes, else as soon as nothing does.",
		effect: "acts",
		webviews: true,
		params: v.object({ goalId: GoalIdSchema, checkId: v.optional(CheckIdSchema) }),
		result: v.object({
			checks: v.array(CheckView),
			/** What the run waits for, in a sentence; absent when it begins now. */
			queued: v.optional(v.string()),
		}),
	},
	"background/list": {
		about:
			"Commands that a goal's agents run in the background, with what each printed last: those that run, then the last that are over.",
		effect: "reads",
		webviews: true,
		params: goalOnly,
		result: v.object({ commands: v.array(BackgroundView) }),
	},
	"background/stop": {
		about: "Ends a command in the background, with all its processes. The agent that began it is told.",
		effect: "acts",
		repeatable: always,
		webviews: true,
		params: v.object({ goalId: GoalIdSchema, toolCallId: ToolCallIdSchema }),
		result: GoalView,
	},
	"step/undo": {
		about:
			"Takes back what a step changed in the workspace, or what it and every later one changed. What was changed since is never overwritten. With `preview` it only says what would happen.",
		effect: "acts",
		repeatable: isPreview,
		params: v.object({
			goalId: GoalIdSchema,
			stepId: StepIdSchema,
			/** This step and every later one of the plan. */
			rest: v.optional(v.boolean(), false),
			preview: v.optional(v.boolean(), false),
			/** Also where another folder stands in the place of the goal's: from here on it is the goal's. */
			useFolder: v.optional(v.boolean(), false),
		}),
		result: v.object({
			/** The steps that it is about, in the order of the plan. */
			stepIds: v.array(StepIdSchema),
			files: v.array(
				v.object({
					...UndoneFile.entries,
					/** Other steps that may have written it at the same time. */
					sharedWith: v.optional(v.array(StepIdSchema)),
				}),
			),
			/** What the steps may have written and undo keeps as it is, because what was there before was not recorded. */
			notCovered: v.array(NotCovered),
			/** The folder in which everything is kept that was deleted or written over; absent when nothing was. */
			keptIn: v.optional(v.string()),
			/** Steps that go on from what is undone, and keep their work. */
			dependents: v.array(StepIdSchema),
			undone: v.boolean(),
		}),
	},
	"change/list": {
		about: `Files that a goal, or one of its steps, changed: each once, the ones changed last where there are very many.`,
		effect: "reads",
		webviews: true,
		params: v.object({ goalId: GoalIdSchema, stepId: v.optional(StepIdSchema) }),
		result: v.object({
			changes: v.array(ChangeView),
			/** How many there are, when not all are here. */
			total: v.optional(v.number()),
		}),
	},
	"change/content": {
		about: "The bytes of a file version, as a change names it (`before`, `after`).",
		effect: "reads",
		params: v.object({ goalId: GoalIdSchema, blob: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/)) }),
		result: v.object({ base64: v.string() }),
	},
	"change/diff": {
		about: "A unified diff of what a goal, or one of its steps, changed; of one path where named.",
		effect: "reads",
		webviews: true,
		params: v.object({ goalId: GoalIdSchema, stepId: v.optional(StepIdSchema), path: v.optional(v.string()) }),
		result: v.object({ diff: v.string() }),
	},
	"dossier/get": {
		about:
			"The dossier as it stood after event `atSeq` (now when absent): as Markdown, as HTML, or as the log itself, to be verified. Keys of providers are never in it.",
		effect: "reads",
		params: v.object({
			goalId: GoalIdSchema,
			format: v.optional(v.picklist(["md", "html", "jsonl"]), "md"),
			atSeq: v.optional(seq),
			/** Of a log (`jsonl`): only events after this one. */
			afterSeq: v.optional(seq, 0),
			/** Without what looks like a secret, and without the path of the home folder. */
			redact: v.optional(v.boolean(), false),
		}),
		result: v.object({
			text: v.string(),
			seq,
			/** A log goes on: the next page is asked for with `atSeq` = `seq` and this as `afterSeq`. */
			next: v.optional(seq),
		}),
	},
	"grant/list": {
		about:
			"Standing grants of a goal, with those of its folder; without a goal those of all folders, and with `all` also those of all goals.",
		effect: "reads",
		params: v.object({ goalId: v.optional(GoalIdSchema), all: v.optional(v.boolean(), false) }),
		result: v.object({ grants: v.array(GrantView) }),
	},
	"preset/list": {
		about: "Named launch settings: the person's own, and those of the repository in a workspace.",
		effect: "reads",
		params: v.object({ workspace: v.optional(v.string()) }),
		result: v.object({
			presets: v.array(Preset),
			/** Files that cannot be read, with the line. */
			problems: v.array(SettingsProblem),
		}),
	},
	"preset/save": {
		about: "Keeps launch settings under a name: the person's own, or shared in the repository of a workspace.",
		effect: "acts",
		repeatable: always,
		params: v.object({ name: v.string(), settings: PartialLaunchSettings, workspace: v.optional(v.string()) }),
		result: v.object({}),
	},
	"preset/rename": {
		about: "Gives a preset another name; the default stays the default.",
		effect: "acts",
		params: v.object({ name: v.string(), to: v.string(), workspace: v.optional(v.string()) }),
		result: v.object({}),
	},
	"preset/delete": {
		about: "Deletes a preset.",
		effect: "acts",
		params: v.object({ name: v.string(), workspace: v.optional(v.string()) }),
		result: v.object({}),
	},
	"preset/default": {
		about: "Makes a preset the one that is taken when a launch names none; without a name there is none.",
		effect: "acts",
		repeatable: always,
		params: v.object({ name: v.optional(v.string()), workspace: v.optional(v.string()) }),
		result: v.object({}),
	},
	"grant/revoke": {
		about: "Takes a standing grant back: what it covered is asked about again.",
		effect: "acts",
		params: v.object({ grantId: GrantIdSchema }),
		result: v.object({
			grantId: GrantIdSchema,
			/** What is asked about again, in a sentence. */
			asksAgain: v.optional(v.string()),
		}),
	},
	"provider/list": {
		about:
			"Agents that can be chosen here, and why the rest cannot. What was heard of them lately counts, unless `refresh` asks them again.",
		effect: "reads",
		webviews: true,
		params: v.object({ refresh: v.optional(v.boolean(), false) }),
		result: v.object({
			providers: v.array(
				v.object({
					id: v.string(),
					kind: v.string(),
					/** What people read, where it has a name of its own. */
					name: v.optional(v.string()),
					/** Where it was found: config.jsonc, a key, this machine, the path, the editor; or it comes with the daemon. */
					source: v.optional(v.picklist(["config", "environment", "local", "editor", "acp", "builtin"]), "config"),
					models: v.array(v.string()),
					/** Those of them whose price is known: with another one a limit of money cannot be held. */
					priced: v.optional(v.array(v.string())),
					/** Those of them that are known to see no images. */
					blind: v.optional(v.array(v.string())),
					/** How many more it has. */
					modelsLeftOut: v.optional(v.number()),
					usable: v.boolean(),
					/** Why not, and what to do. */
					reason: v.optional(v.string()),
					/** A key would help: it has none, or was refused. */
					needsKey: v.optional(v.boolean()),
					/** Its own tool has to sign in first. */
					needsLogin: v.optional(v.boolean()),
					/** It is not on this machine: the command with which a person installs it. */
					install: v.optional(v.string()),
					/** Of an agent that is a program. */
					version: v.optional(v.string()),
					baseUrl: v.optional(v.string()),
					latencyMs: v.optional(v.number()),
					/** Of models that other extensions of VS Code provide: which window has which. */
					windows: v.optional(v.array(v.object({ name: v.string(), models: v.array(v.string()) }))),
					/** The reasoning efforts that some of its models take; empty when none does. */
					efforts: v.optional(v.array(Effort)),
				}),
			),
			/** The agent used when none is named. */
			primary: v.optional(v.string()),
			/** A window of VS Code has not said in time which models it has; who asks again hears of them. */
			moreToCome: v.optional(v.boolean()),
		}),
	},
	"provider/key": {
		about:
			"Hands a provider's key over; without one, what was handed over is forgotten. The daemon keeps it in memory alone, and goals that wait for it go on.",
		effect: "acts",
		repeatable: always,
		params: v.object({
			provider: ProviderId,
			key: v.optional(v.pipe(v.string(), v.maxLength(10_000, "a key has at most 10000 characters"))),
		}),
		result: v.object({
			/** Goals that waited for it and go on. */
			goals: v.array(GoalIdSchema),
		}),
	},
	"provider/try": {
		about:
			"Starts an agent that is a program, greets it and asks it for a session in an empty folder, and ends it: whether it can be used here, and what it offers. No prompt is sent.",
		effect: "acts",
		webviews: true,
		params: v.object({ provider: ProviderId }),
		result: v.object({
			ok: v.boolean(),
			/** Why not, and what to do. */
			reason: v.optional(v.string()),
			/** Its own tool has to sign in first. */
			needsLogin: v.optional(v.boolean()),
			tookMs: v.number(),
			version: v.optional(v.string()),
			/** What it lets one choose. */
			models: v.array(v.string()),
		}),
	},
	"agent/registry": {
		about:
			"Agents that the registry of the Agent Client Protocol proposes, with what a person does to have one. It is read over the network, and kept for a day unless `refresh` reads it anew; nothing is installed.",
		effect: "reads",
		params: v.object({ refresh: v.optional(v.boolean(), false) }),
		result: v.object({
			agents: v.array(
				v.object({
					id: v.string(),
					name: v.string(),
					version: v.string(),
					about: v.string(),
					/** How its program comes to this machine. */
					how: v.string(),
					/** JSON that goes into “agents” of config.jsonc. */
					entry: v.string(),
				}),
			),
			/** When it was read, ISO 8601. */
			readAt: v.optional(v.string()),
			/** Why it could not be read now; what is listed was kept. */
			problem: v.optional(v.string()),
		}),
	},
	"server/list": {
		about:
			"The MCP servers that goals of a folder may use, those of config.jsonc and those that its files propose, how each stands, and what is wrong in those files. Nothing is started for it.",
		effect: "reads",
		params: v.object({
			workspace: v.optional(v.string()),
			/** How they stand for this goal, in its own folder. */
			goalId: v.optional(GoalIdSchema),
		}),
		result: v.object({
			servers: v.array(
				v.object({
					name: v.string(),
					/** Whose file names it: the person's own, or the folder's, which only proposes. */
					source: v.picklist(["config", "workspace"]),
					/** For people, with its line from 1. */
					file: v.string(),
					line: v.number(),
					/** The command line, or the address. */
					what: v.string(),
					/** `proposed`: a person is asked first. `ready`: begins when it is first needed. */
					state: v.picklist(["proposed", "declined", "needsInput", "ready", "running", "failed"]),
					reason: v.optional(v.string()),
					/** So many, as it was last told. */
					tools: v.optional(v.number()),
					inputs: v.array(
						v.object({
							id: v.string(),
							description: v.optional(v.string()),
							/** It is typed unseen. */
							secret: v.boolean(),
							/** What its file proposes. */
							default: v.optional(v.string()),
							/** The values to choose from. */
							options: v.optional(v.array(v.string())),
							isGiven: v.boolean(),
						}),
					),
				}),
			),
			problems: v.array(v.object({ file: v.string(), line: v.number(), message: v.string() })),
		}),
	},
	"server/input": {
		about:
			"Hands over a value that an MCP server asks for; without one, what was handed over is forgotten. The daemon keeps it in memory alone, and goals that wait for it go on.",
		effect: "acts",
		repeatable: always,
		params: v.object({
			/** Whose files name the server; absent for one of config.jsonc. */
			workspace: v.optional(v.string()),
			server: v.pipe(v.string(), v.maxLength(60)),
			id: v.pipe(v.string(), v.maxLength(80)),
			value: v.optional(v.pipe(v.string(), v.maxLength(10_000, "a value has at most 10000 characters"))),
		}),
		result: v.object({
			/** Goals that waited for it and go on. */
			goals: v.array(GoalIdSchema),
		}),
	},
	"config/read": {
		about:
			"What is wrong in config.jsonc, with its place. With `watch`, a `config/changed` notice follows each time it was read again.",
		effect: "reads",
		params: v.object({ watch: v.optional(v.boolean(), false) }),
		result: ConfigState,
	},
	"policy/read": {
		about: "The rules in force in a folder, level by level, the last being what each level of autonomy means.",
		effect: "reads",
		params: v.object({ workspace: v.optional(v.string()), autonomy: v.optional(Autonomy) }),
		result: v.object({ levels: v.array(LevelRules) }),
	},
	"policy/check": {
		about: "What is wrong in a policy, with its place. Nothing is kept.",
		effect: "reads",
		params: v.object({ text: PolicyText }),
		result: v.object({ problems: v.array(ConfigProblem) }),
	},
	"policy/set": {
		about:
			"Keeps a policy: the person's own, or of a folder. It takes the place of the one before, in config.jsonc, whose other lines stay as they are. One with a mistake is refused.",
		effect: "acts",
		repeatable: always,
		params: v.object({ text: PolicyText, workspace: v.optional(v.string()) }),
		result: v.object({ file: v.string(), rules: v.number() }),
	},
	"policy/test": {
		about: "What would come of commands of an agent, in their order, without running them.",
		effect: "reads",
		params: v.object({
			commands: v.pipe(v.array(v.pipe(v.string(), v.maxLength(200_000))), v.maxLength(1000)),
			workspace: v.string(),
			autonomy: v.optional(Autonomy),
		}),
		result: v.object({ results: v.array(TestedCommand) }),
	},
	"policy/propose": {
		about:
			"Rules that would let happen unasked what an approval asks about, the narrowest first, and what each would have covered. Nothing is kept.",
		effect: "reads",
		params: v.object({
			approvalId: ApprovalIdSchema,
			/** For every folder; otherwise for the goal's. */
			everywhere: v.optional(v.boolean(), false),
		}),
		result: v.object({
			rules: v.array(ProposedRule),
			/** The folder that they are for; absent where they are for every folder. */
			workspace: v.optional(v.string()),
			/** Why there is none. */
			problem: v.optional(v.string()),
		}),
	},
	"policy/add": {
		about:
			"Adds one rule to the person's, or to those of a folder, in config.jsonc. One that is there already is not added again; one that cannot be meant is refused.",
		effect: "acts",
		repeatable: always,
		params: v.object({ rule: PolicyRule, workspace: v.optional(v.string()) }),
		result: v.object({ file: v.string(), rules: v.number() }),
	},
	"policy/remove": {
		about:
			"Takes one rule out of the person's, or out of those of a folder, in config.jsonc, whose other lines stay as they are.",
		effect: "acts",
		params: v.object({ rule: PolicyRule, workspace: v.optional(v.string()) }),
		result: v.object({ file: v.string(), rules: v.number() }),
	},
	"policy/simulate": {
		about:
			"What the rules of a policy would have done to the past, in place of the person's own, or of a folder's. Nothing is kept, and one with a mistake is refused.",
		effect: "reads",
		params: v.object({
			text: PolicyText,
			/** The rules are of this folder, and only its goals are looked at. */
			workspace: v.optional(v.string()),
			/** Instead of each goal's own. */
			autonomy: v.optional(Autonomy),
		}),
		result: Simulation,
	},
	"baseline/read": {
		about:
			"How a folder and this machine stand before a launch, one part a request, so that each is there when it is ready.",
		effect: "reads",
		webviews: true,
		params: v.object({ workspace: v.string(), part: v.picklist(baselineParts) }),
		result: v.object({ rows: v.array(BaselineRow) }),
	},
	"baseline/check": {
		about:
			"Runs a command in a folder, to see whether a check is red before anything was done. Ended when the client goes away, or takes too long.",
		effect: "acts",
		webviews: true,
		params: v.object({
			workspace: v.string(),
			command: v.pipe(v.string(), v.maxLength(10_000, "a command has at most 10000 characters")),
		}),
		result: v.object({
			/** Absent when it did not end by itself. */
			exitCode: v.optional(v.number()),
			durationMs: v.number(),
			/** What it printed; of much, the beginning and the end. */
			output: v.string(),
			timedOut: v.optional(v.boolean()),
		}),
	},
} satisfies Record<string, Method>;

/** Everything the daemon may tell a client unasked. */
export const notices = {
	"goal/event": v.object({ goalId: GoalIdSchema, events }),
	"goal/delta": v.object({
		goalId: GoalIdSchema,
		threadId: ThreadIdSchema,
		turnId: v.string(),
		text: v.string(),
		reasoning: v.optional(v.boolean()),
	}),
	"goal/summary": v.object({ goal: GoalSummary }),
	"config/changed": ConfigState,
	"daemon/status": v.object({ draining: v.boolean() }),
	/** The answer of a model is wanted no more. */
	"model/cancel": v.object({ callId: v.string() }),
} satisfies NoticeTable;

/** A row of the table of methods. */
interface Method {
	readonly about: string;
	readonly params: v.GenericSchema;
	readonly result: v.GenericSchema;
	/** What `reads` changes nothing that lasts, so a client whose connection broke asks it again by itself. */
	readonly effect: "reads" | "acts";
	/** Of what `acts`: with which parameters it does no harm to ask it twice. */
	readonly repeatable?: (params: never) => boolean;
	/** The pages in the editor may ask it, through the extension. */
	readonly webviews?: true;
}

/** Whether a client asks it again by itself when the connection broke before the answer came. */
export function mayRepeat(name: MethodName, params: unknown): boolean {
	const { effect, repeatable }: Method = methods[name];
	return effect === "reads" || (repeatable?.(params as never) ?? false);
}

export type OpenToWebviews = {
	readonly [M in MethodName as Methods[M] extends { readonly webviews: true } ? M : never]: Methods[M];
};

/** The rows that the pages in the editor may ask, too. */
export const openToWebviews = Object.fromEntries(
	Object.entries<Method>(methods).filter(([, { webviews }]) => webviews),
) as unknown as OpenToWebviews;

export type Table = Record<
	string,
	{ readonly about?: string; readonly params: v.GenericSchema; readonly result: v.GenericSchema }
>;
export type NoticeTable = Record<string, v.GenericSchema>;
export type Methods = typeof methods;
export type Notices = typeof notices;
export type MethodName = keyof Methods;
export type Params<T extends Table, M extends keyof T> = v.InferOutput<T[M]["params"]>;
/** What a caller writes: fields with a default may be left out. */
export type Input<T extends Table, M extends keyof T> = v.InferInput<T[M]["params"]>;
export type Result<T extends Table, M extends keyof T> = v.InferOutput<T[M]["result"]>;
export type Notice<N extends NoticeTable, K extends keyof N> = v.InferOutput<N[K]>;
export type Handlers<T extends Table, Context> = {
	readonly [M in keyof T]: (params: Params<T, M>, context: Context) => Promise<Result<T, M>> | Result<T, M>;
};
