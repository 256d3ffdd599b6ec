import * as v from "valibot";
import { ApprovalIdSchema, GoalIdSchema, StepIdSchema, ThreadIdSchema } from "../core/ids.ts";
import { Image } from "../core/image.ts";
import { PartialLaunchSettings } from "../core/settings.ts";
import { ModelChoice } from "../core/values.ts";
import { GivenImages, type NoticeTable, notices, openToWebviews, type Table } from "./methods.ts";

/**
 * What a webview may ask of the extension: the rows of the daemon's table that are open to it, passed on, and what only the editor can
 * do. The daemon's token and address never come here.
 */
export const webviewKinds = ["feed", "thread", "overview", "preflight"] as const;

/** Something the editor can show. */
export const Target = v.variant("kind", [
	v.object({ kind: v.literal("feed"), goalId: GoalIdSchema, seq: v.optional(v.number()) }),
	v.object({ kind: v.literal("overview"), goalId: GoalIdSchema }),
	v.object({ kind: v.literal("thread"), goalId: GoalIdSchema, threadId: ThreadIdSchema }),
	v.object({
		kind: v.literal("change"),
		goalId: GoalIdSchema,
		path: v.string(),
		before: v.optional(v.string()),
		after: v.optional(v.string()),
	}),
	v.object({ kind: v.literal("changes"), goalId: GoalIdSchema, stepId: v.optional(StepIdSchema) }),
	v.object({ kind: v.literal("file"), goalId: GoalIdSchema, path: v.string() }),
	v.object({ kind: v.literal("dossier"), goalId: GoalIdSchema }),
	/** The choices by which the roster is edited. */
	v.object({ kind: v.literal("roster"), goalId: GoalIdSchema }),
	/** The exact action of an approval, in a document. */
	v.object({ kind: v.literal("approval"), goalId: GoalIdSchema, approvalId: ApprovalIdSchema }),
	v.object({ kind: v.literal("image"), goalId: GoalIdSchema, image: Image }),
	/** The whole output of a tool call or check, by the event that carries it. */
	v.object({ kind: v.literal("output"), goalId: GoalIdSchema, seq: v.number() }),
	/** A goal that the form has just launched; the form goes. */
	v.object({ kind: v.literal("launched"), goalId: GoalIdSchema }),
	/** A file that launch settings come from: a preset's, a role's. */
	v.object({ kind: v.literal("settingsFile"), path: v.string(), line: v.optional(v.number()) }),
	/** The files of a folder that git would commit. */
	v.object({ kind: v.literal("sourceControl") }),
	/** The values that MCP servers ask for, to be entered or deleted. */
	v.object({ kind: v.literal("serverInputs") }),
]);
export type Target = v.InferOutput<typeof Target>;

/** What the form begins with, where it was opened from something. */
export const FormSeed = v.object({ prompt: v.optional(v.string()), workspace: v.optional(v.string()) });
export type FormSeed = v.InferOutput<typeof FormSeed>;

export const Connection = v.object({
	state: v.picklist(["connecting", "connected", "stopped"]),
	/** When the daemon was last heard, ISO 8601. */
	lastSeen: v.optional(v.string()),
});
export type Connection = v.InferOutput<typeof Connection>;

const PlaybookText = v.object({
	/** As people of the folder say it. */
	path: v.string(),
	text: v.string(),
	/** Of the text. */
	sha256: v.string(),
	/** It is open with changes that do not run. */
	isUnsaved: v.boolean(),
});
export type PlaybookText = v.InferOutput<typeof PlaybookText>;

/** Images that were added to what is written in a page, and a sentence for each that was not. */
const AddedImages = v.object({ images: v.array(Image), problems: v.array(v.string()) });
export type AddedImages = v.InferOutput<typeof AddedImages>;

export const webviewMethods = {
	"webview/start": {
		about: "What this webview is to show. Sent once its script runs, and again after a reload.",
		params: v.object({}),
		result: v.object({
			kind: v.picklist(webviewKinds),
			goalId: v.optional(GoalIdSchema),
			threadId: v.optional(ThreadIdSchema),
			/** What this webview last remembered. */
			memory: v.unknown(),
			connection: Connection,
			/** Translations by their English text, where the editor has another language. */
			texts: v.optional(v.record(v.string(), v.string())),
		}),
	},
	"webview/open": {
		about: "Shows something elsewhere in the editor.",
		params: v.object({ target: Target }),
		result: v.object({}),
	},
	"webview/remember": {
		about: "Keeps a small value (filters, draft, place) over reloads of the window.",
		params: v.object({ memory: v.unknown() }),
		result: v.object({}),
	},
	"webview/copy": {
		about: "Puts a text on the clipboard.",
		params: v.object({ text: v.string() }),
		result: v.object({}),
	},
	"webview/startDaemon": {
		about: "Starts the daemon, or tries again to reach it.",
		params: v.object({}),
		result: v.object({}),
	},
	"draft/chooseImages": {
		about: "Asks the person for image files, and keeps them for what is written in this page.",
		params: v.object({}),
		result: AddedImages,
	},
	"draft/takeFiles": {
		about: "Keeps the image files at these addresses, which were dropped from a view of the editor.",
		params: v.object({ uris: v.pipe(v.array(v.pipe(v.string(), v.maxLength(10_000))), v.maxLength(100)) }),
		result: AddedImages,
	},
	"draft/keepImages": {
		about: "Keeps images that were pasted or dropped, over reloads of the window.",
		params: v.object({ images: GivenImages }),
		result: AddedImages,
	},
	"draft/image": {
		about: "The bytes of an image that is kept for what is written in this page.",
		params: v.object({ sha256: Image.entries.sha256 }),
		result: v.object({ base64: v.string(), mediaType: Image.entries.mediaType }),
	},
	"draft/keepOnly": {
		about: "Forgets every image of this page but these.",
		params: v.object({ images: v.array(Image.entries.sha256) }),
		result: v.object({}),
	},
	"form/start": {
		about: "The folders that a goal could work in, and what the form was opened from, which is told once.",
		params: v.object({}),
		result: v.object({
			folders: v.array(v.object({ name: v.string(), path: v.string() })),
			seed: v.optional(FormSeed),
		}),
	},
	"form/chooseAgent": {
		about: "Asks the person for a model, in a list of the editor that can be searched. Nothing, when it was left.",
		params: v.object({
			title: v.string(),
			/** Only models of this provider. */
			provider: v.optional(v.string()),
			/** The list begins with the primary agent. */
			mayInherit: v.optional(v.boolean(), false),
		}),
		result: v.object({ agent: v.optional(ModelChoice), inherits: v.optional(v.boolean()) }),
	},
	"form/choosePlaybook": {
		about:
			"Asks the person for a playbook, in a list of those of the folder and any other file. Nothing, when it was left.",
		params: v.object({ workspace: v.string() }),
		result: v.object({ file: v.optional(v.string()), none: v.optional(v.boolean()) }),
	},
	"form/readPlaybook": {
		about: "A playbook's file as it is saved now.",
		params: v.object({ file: v.string(), workspace: v.string() }),
		result: PlaybookText,
	},
	"form/savePreset": {
		about: "Asks for a name and a place, and keeps these settings there as a preset. Nothing, when it was left.",
		params: v.object({ settings: PartialLaunchSettings, workspace: v.string() }),
		result: v.object({ name: v.optional(v.string()) }),
	},
	"form/setKey": {
		about: "Asks the person for a provider's key. It goes to the editor's secret storage and the daemon, never here.",
		params: v.object({ provider: v.string() }),
		result: v.object({}),
	},
	...openToWebviews,
} satisfies Table;
export type WebviewMethods = typeof webviewMethods;

export const webviewNotices = {
	"goal/event": notices["goal/event"],
	"goal/delta": notices["goal/delta"],
	"goal/summary": notices["goal/summary"],
	/** The extension asks the webview to show another goal, or a place in it. */
	"webview/show": v.object({
		goalId: v.optional(GoalIdSchema),
		threadId: v.optional(ThreadIdSchema),
		seq: v.optional(v.number()),
		approvalId: v.optional(ApprovalIdSchema),
	}),
	"webview/connection": Connection,
	/** The form that is open already was opened from something else. */
	"form/seed": FormSeed,
} satisfies NoticeTable;
export type WebviewNotices = typeof webviewNotices;
