import * as v from "valibot";
import { imageText, imageTypeOf, maxImageBytes, readImage, tooManyBytes } from "../../core/image.ts";
import { excerptLines, maxLines } from "./excerptLines.ts";
import { decodeText, readFileText } from "./textFile.ts";
import { type FoundImage, type ReadTool, ToolError } from "./tool.ts";
import { type FileContent, readInside } from "./workspaceFiles.ts";

const LineNumber = v.pipe(v.number(), v.integer(), v.minValue(1));
const Params = v.object({
	path: v.string(),
	fromLine: v.optional(LineNumber),
	toLine: v.optional(LineNumber),
});

const maxFileBytes = 16 * 1024 * 1024;

export const readFile: ReadTool<v.InferOutput<typeof Params>> = {
	name: "readFile",
	kind: "read",
	description: `Reads a text file of the workspace, as it is. At most ${maxLines} lines at once: fromLine and toLine (from 1, both included) choose which. An image (PNG, JPEG, GIF, WebP) is shown to you, if you can see.`,
	params: Params,
	summarize: ({ path, fromLine, toLine }) =>
		fromLine === undefined && toLine === undefined ? path : `${path}, lines ${fromLine ?? 1}–${toLine ?? "end"}`,
	path: ({ path }) => path,
	async run({ path, fromLine, toLine }, context) {
		const file = await readInside(context, path, maxFileBytes);
		if (!file) throw new ToolError(`There is no file ${path}. listFiles shows what is there.`);
		// A text may begin as a GIF does.
		if (imageTypeOf(file.bytes) && decodeText(file.bytes) === undefined) return found(path, file);
		if (file.size > maxFileBytes)
			throw new ToolError(`${path} has ${file.size} bytes, too many to read at once: search it with findText.`);
		const read = await readFileText(file.bytes);
		if (!read) throw new ToolError(`${path} is not a text file: it has ${file.size} bytes of something else.`);
		const text = excerptLines(read.text.replace(/^\uFEFF/, ""), path, fromLine, toLine);
		if (read.encoding === undefined) return text;
		const isBroken = read.encoding === "utf-8";
		const note = isBroken
			? "some bytes of this file are not UTF-8 and are shown as \uFFFD"
			: `this file is not UTF-8: it was read as ${read.encoding}, and editFile keeps that`;
		return `${text.replace(/\n?$/, "\n")}[${note}]`;
	},
};

function found(path: string, { bytes, size }: FileContent): FoundImage {
	if (size > maxImageBytes) throw new ToolError(tooManyBytes(path, size));
	const read = readImage(path, bytes);
	if ("problem" in read) throw new ToolError(read.problem);
	return { text: `${imageText(read)}.`, name: path, bytes };
}
