import { type AdaptationRow, left } from "./adaptationRow.ts";
import { isRecord } from "./isRecord.ts";
import type { Body } from "./requestShapes.ts";

/** The id of the row by which a model is known that sees no images. */
export const takesNoImages = "images";

/** What servers of every protocol refuse of images in a request. The row about one image comes first: it says less. */
export const imageAdaptations: readonly AdaptationRow[] = [
	{
		parameter: "an image",
		once: true,
		refused: ({ words }, sent, before) => (!before && hasImages(sent) && badImage.test(words) ? left : undefined),
		apply: without("[Here was an image. It is left out, because one of the images could not be read.]"),
		told: () => "cannot read one of the images of this conversation and is asked without them this time",
	},
	{
		parameter: takesNoImages,
		loses: "images",
		refused: ({ words }, sent, before) =>
			!before && hasImages(sent) && (seesNone(words) || wantsTexts(words, sent)) ? left : undefined,
		apply: without("[Here was an image. It is not shown: you see no images.]"),
		told: () => "sees no images: it is told their names in their place",
	},
];

/** Whether a refusal says that images are not taken at all. */
export function seesNone(words: string): boolean {
	return noneTaken.test(words);
}

const badImage = new RegExp(
	[
		"(could not|couldn['’]t|unable to|failed to|cannot|can['’]t) (be )?(process|decode|read|load|open|identify|parse)(ed)?\\b.{0,40}\\bimage",
		"\\bimage\\b.{0,60}(could not|cannot|failed to) be (process|decod|read|load)",
		"\\bimages?\\b.{0,80}\\b(exceeds?|too (large|big|small|many)|corrupt(ed)?|dimensions?|maximum|at most [1-9])",
		"\\btoo many images\\b|at most [1-9]\\d* image",
		"\\b(invalid|damaged|bad) (base64|image data|image bytes|image format)",
		"(unsupported|invalid) (image|mime|media)[ _-]?(format|type)|does not match.{0,30}media type|not represent a valid image|valid image",
	].join("|"),
	"i",
);

const noneTaken = new RegExp(
	[
		"\\bimage(_url|s| inputs?| content)?\\b['\"`]?.{0,60}\\b(not|un)\\W?(be )?(currently |yet )?(support|enabled|allow|accept|available|permitted)",
		"(n['’]t|\\bnot|\\bun)\\W?(currently |yet )?support(ed|s)?\\b.{0,40}\\b(images?|image_url|vision|multi-?modal)",
		"image_url is only supported by certain models",
		"not a (multi-?modal|vision)|\\btext[- ]only\\b|no (vision|multi-?modal)",
		"at most 0 image",
		"found that support image input",
		"missing data required for image",
		"(unknown|invalid|unexpected)[^.]{0,40}\\b(image_url|input_image|inline_?data)\\b",
	].join("|"),
	"i",
);

/** Of a message with an image it wants a text; of another one that is about something else. */
function wantsTexts(words: string, { messages }: Body): boolean {
	if (!/content\b.{0,20} (must|should) be a (valid )?string/i.test(words) || !Array.isArray(messages)) return false;
	const named: unknown = messages[Number(/messages\W{1,2}(\d+)/.exec(words)?.[1] ?? -1)];
	return isImageIn(named ?? messages);
}

/** A request with a text in place of each image; what tools were called with is the model's own. */
function without(why: string) {
	return (body: Body): Body => {
		const { messages, input, contents } = body;
		const said = Object.entries({ messages, input, contents }).filter(([, value]) => value !== undefined);
		return { ...body, ...Object.fromEntries(said.map(([name, value]) => [name, changed(value, why)])) };
	};
}

function hasImages({ messages, input, contents }: Body): boolean {
	return isImageIn([messages, input, contents]);
}

function isImageIn(value: unknown): boolean {
	if (Array.isArray(value)) return value.some(isImageIn);
	if (!isRecord(value) || isCall(value)) return false;
	return textInstead(value, "") !== undefined || Object.values(value).some(isImageIn);
}

function isCall({ type, functionCall }: Body): boolean {
	return type === "tool_use" || functionCall !== undefined;
}

/** What each protocol calls an image, and a text. */
function textInstead(part: Body, text: string): Body | undefined {
	const { type, inlineData } = part;
	if (type === "image_url" || type === "image") return { type: "text", text };
	if (type === "input_image") return { type: "input_text", text };
	return isRecord(inlineData) && String(inlineData.mimeType).startsWith("image/") ? { text } : undefined;
}

function changed(value: unknown, why: string): unknown {
	if (Array.isArray(value)) return value.map((one) => changed(one, why));
	if (!isRecord(value) || isCall(value)) return value;
	const text = textInstead(value, why);
	if (text) return text;
	const { content, functionResponse } = value;
	// A server without eyes may know no parts: what was text in parts only for its images is one text again.
	if (Array.isArray(content) && content.some((part) => isRecord(part) && part.type === "image_url")) {
		const texts = content.map((part) => changed(part, why)).filter(isRecord);
		return { ...value, content: texts.map((part) => part.text).join("\n") };
	}
	// Parts of a result are images alone.
	if (isRecord(functionResponse)) {
		const { parts, ...response } = functionResponse;
		return { ...value, functionResponse: parts === undefined ? functionResponse : response };
	}
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, changed(one, why)]));
}
