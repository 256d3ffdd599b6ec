import * as v from "valibot";
import type { NoticeTable, Table } from "./methods.ts";

/**
 * Models that other extensions of VS Code provide, as a window passes them on. Here the daemon asks and the window answers:
 * only a client that said in `daemon/hello` that it offers models is asked, and nobody else is listened to.
 */

/** What a client may say in `daemon/hello` that it offers. */
export const modelsOffer = "models";

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const text = v.pipe(v.string(), v.maxLength(4_000_000));
const base64 = v.pipe(v.string(), v.maxLength(12_000_000));
const tokens = v.pipe(v.number(), v.minValue(0), v.maxValue(1_000_000_000));

/** As VS Code names it. */
export const EditorModel = v.object({
	vendor: name,
	id: name,
	family: name,
	/** The most tokens that it reads. */
	maxInputTokens: v.optional(tokens),
	/**
	 * Whether VS Code lets Mission Control use it: `allowed`, also where nobody need be asked; `unasked`, when a person would
	 * be asked first; `refused`.
	 */
	access: v.picklist(["allowed", "unasked", "refused"]),
});
export type EditorModel = v.InferOutput<typeof EditorModel>;

export const OfferedModels = v.object({
	/** What the window is called: its folder. */
	window: v.pipe(v.string(), v.maxLength(200)),
	models: v.pipe(v.array(EditorModel), v.maxLength(500)),
});
export type OfferedModels = v.InferOutput<typeof OfferedModels>;

const Text = v.object({ kind: v.literal("text"), text });
const Image = v.object({ kind: v.literal("image"), mediaType: name, base64 });

/** VS Code knows two roles; what a system says is part of the first message. */
export const EditorMessage = v.object({
	role: v.picklist(["user", "assistant"]),
	parts: v.array(
		v.variant("kind", [
			Text,
			Image,
			v.object({ kind: v.literal("call"), id: name, name, input: v.record(v.string(), v.unknown()) }),
			v.object({ kind: v.literal("result"), id: name, parts: v.array(v.variant("kind", [Text, Image])) }),
		]),
	),
});
export type EditorMessage = v.InferOutput<typeof EditorMessage>;
export type EditorMessagePart = EditorMessage["parts"][number];

const EditorTool = v.object({ name, description: v.string(), inputSchema: v.record(v.string(), v.unknown()) });

export const EditorRequest = v.object({
	/** Names the call in `model/parts` and `model/cancel`. */
	callId: name,
	vendor: name,
	id: name,
	messages: v.array(EditorMessage),
	tools: v.array(EditorTool),
	/** Why it is asked, for the person. */
	justification: v.string(),
});
export type EditorRequest = v.InferOutput<typeof EditorRequest>;

/** A piece of an answer. */
export const EditorAnswerPart = v.variant("kind", [
	Text,
	/** `input` is JSON. */
	v.object({ kind: v.literal("call"), id: name, name, input: text }),
]);
export type EditorAnswerPart = v.InferOutput<typeof EditorAnswerPart>;

/** How an answer ended. VS Code does not say why a model stopped. */
export const EditorAnswerEnd = v.variant("kind", [
	v.object({
		kind: v.literal("done"),
		/** As the model's own tokenizer counts the texts; absent where it did not in time. */
		inputTokens: v.optional(tokens),
		outputTokens: v.optional(tokens),
	}),
	v.object({
		kind: v.literal("failed"),
		/** `noPermissions`, `blocked`, `notFound`, or another word of VS Code's. */
		why: v.pipe(v.string(), v.maxLength(200)),
		message: v.pipe(v.string(), v.maxLength(2000)),
	}),
	v.object({ kind: v.literal("cancelled") }),
]);
export type EditorAnswerEnd = v.InferOutput<typeof EditorAnswerEnd>;

/** What the daemon may ask of a client that offers models. */
export const modelMethods = {
	"model/list": {
		about: "The models that other extensions provide in this window.",
		params: v.object({}),
		result: OfferedModels,
	},
	"model/respond": {
		about: "One answer of a model. `model/parts` notices with the same `callId` come before the answer to this.",
		params: EditorRequest,
		result: EditorAnswerEnd,
	},
} satisfies Table;
export type ModelMethods = typeof modelMethods;

/** What a client that offers models tells the daemon unasked. */
export const modelNotices = {
	"model/parts": v.object({ callId: name, parts: v.pipe(v.array(EditorAnswerPart), v.maxLength(1000)) }),
	"model/changed": OfferedModels,
} satisfies NoticeTable;
export type ModelNotices = typeof modelNotices;
