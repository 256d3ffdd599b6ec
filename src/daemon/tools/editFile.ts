import * as v from "valibot";
import { capital } from "../../core/words/capital.ts";
import { nearestText } from "./nearestText.ts";
import { rewriteText } from "./textFile.ts";
import { type EditTool, ToolError } from "./tool.ts";

const Edit = v.object({
	find: v.string(),
	replace: v.string(),
	all: v.optional(v.pipe(v.boolean(), v.description("Every place, and not the only one."))),
});
const Params = v.object({ path: v.string(), edits: v.pipe(v.array(Edit), v.minLength(1), v.maxLength(200)) });
type Edit = v.InferOutput<typeof Edit>;

/**
 * Replaces passages that occur exactly once. All edits of a call fit, or none is made. The encoding, line ends and a byte
 * order mark stay what they are: an agent sees and writes plain newlines.
 */
export const editFile: EditTool<v.InferOutput<typeof Params>> = {
	name: "editFile",
	kind: "edit",
	description:
		"Changes passages of a text file of the workspace. Each find must be text of the file, exactly as it stands there, that occurs exactly once (or, with all, at least once); it is replaced by replace. Edits are made in order, each on the result of the one before: all of them, or none.",
	params: Params,
	summarize: ({ path, edits }) => (edits.length === 1 ? path : `${path}, ${edits.length} passages`),
	path: ({ path }) => path,
	async edit({ path, edits }, before) {
		if (!before) throw new ToolError(`There is no file ${path}. Write it with writeFile.`);
		const edited = await rewriteText(before, (original) => editedText(original, edits, path));
		if (!edited)
			throw new ToolError(`${path} is not a text file (${before.length} bytes): it cannot be edited as text.`);
		if ("bytes" in edited) return edited.bytes;
		const what = edited.encoding === "utf-8" ? "has bytes that are not UTF-8" : `is in ${edited.encoding}`;
		throw new ToolError(
			`${path} ${what}, and this edit cannot be made without changing other bytes of it. Convert the file first, or change it with a command that knows its encoding.`,
		);
	},
};

function editedText(original: string, edits: readonly Edit[], path: string): string {
	let text = original;
	for (const [at, edit] of edits.entries()) {
		const name = edits.length > 1 ? `edit ${at + 1}` : "the edit";
		try {
			text = apply(text, edit, name, path);
		} catch (cause) {
			const isOvertaken =
				at > 0 && cause instanceof ToolError && original.includes(edit.find) && !text.includes(edit.find);
			throw isOvertaken
				? new ToolError(
						`${capital(name)} does not fit: an edit before it in this call has changed what it looks for. Edits are made in order; put the two into one. Nothing was changed.`,
					)
				: edits.length > 1 && cause instanceof ToolError
					? new ToolError(`${cause.message} Nothing was changed.`)
					: cause;
		}
	}
	if (text === original) throw new ToolError(`The edit would leave ${path} as it is.`);
	return text;
}

function apply(text: string, { find, replace, all }: Edit, name: string, path: string): string {
	if (find === "") throw new ToolError(`${capital(name)} has an empty find: name the text to replace.`);
	// A file with Windows line ends throughout keeps them; in a mixed one the agent's text is taken as it is first.
	const windows = text.includes("\r\n") && !/(^|[^\r])\n/.test(text);
	const asWritten = windows ? { find: toWindows(find), replace: toWindows(replace) } : { find, replace };
	const other = text.includes("\r\n") ? { find: toWindows(find), replace: toWindows(replace) } : asWritten;
	const used = text.includes(asWritten.find) ? asWritten : other;
	const first = text.indexOf(used.find);
	if (first < 0) throw new ToolError(notFound(text, find, replace, name, path));
	if (all) return text.replaceAll(used.find, () => used.replace);
	if (text.indexOf(used.find, first + 1) >= 0) throw new ToolError(ambiguous(text, used.find, name, path));
	return text.slice(0, first) + used.replace + text.slice(first + used.find.length);
}

const maxPlaces = 10;

function ambiguous(text: string, find: string, name: string, path: string): string {
	const places: string[] = [];
	let count = 0;
	for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + 1)) {
		count += 1;
		if (places.length < maxPlaces) places.push(String(lineOf(text, at)));
	}
	const where = `${places.length < count ? "first at lines" : "at lines"} ${places.join(", ")}`;
	return `${capital(name)} does not say which: its find occurs ${count} times in ${path} (${where}). Add the lines around it, or set all to change each.`;
}

/** With what is nearest to it, and in what that differs. */
function notFound(text: string, find: string, replace: string, name: string, path: string): string {
	const start = `${capital(name)} does not fit: its find is not in ${path}.`;
	if (replace.trim().length >= 8 && text.includes(replace))
		return `${start} Its replacement is there already, at line ${lineOf(text, text.indexOf(replace))}.`;
	const nearest = nearestText(text, find);
	if (!nearest) return `${start} Nothing in it is like that. Read the file again and copy the text exactly.`;
	const { from, to, differs, lines } = nearest;
	const where = from === to ? `line ${from}` : `lines ${from}–${to}`;
	const shown = lines.flatMap(({ number, file, wanted }) => [
		`line ${number}: ${quoted(file)}`,
		`find:${" ".repeat(String(number).length + 1)} ${quoted(wanted)}`,
	]);
	const what = `${start} The nearest is ${where}${differs ? `; it differs in ${differs}` : ""}.`;
	return [what, ...shown, "Copy the text exactly as it stands there."].join("\n");
}

function quoted(line: string): string {
	return JSON.stringify(line.length > 200 ? `${line.slice(0, 200)}…` : line);
}

function toWindows(text: string): string {
	return text.replace(/\r?\n/g, "\r\n");
}

function lineOf(text: string, offset: number): number {
	let line = 1;
	for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
	return line;
}
