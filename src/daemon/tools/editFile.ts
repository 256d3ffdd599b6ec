import * as v from "valibot";
import { capital } from "../../core/words/capital.ts";
import { rewriteText } from "./textFile.ts";
import { type EditTool, ToolError } from "./tool.ts";

const Edit = v.object({ find: v.string(), replace: v.string() });
const Params = v.object({ path: v.string(), edits: v.pipe(v.array(Edit), v.minLength(1)) });
type Edit = v.InferOutput<typeof Edit>;

/**
 * Replaces passages that occur exactly once. All edits of a call fit, or none is made. The encoding, line ends and a byte
 * order mark stay what they are: an agent sees and writes plain newlines.
 */
export const editFile: EditTool<v.InferOutput<typeof Params>> = {
	name: "editFile",
	kind: "edit",
	description:
		"Changes passages of a text file of the workspace. Each find must be text of the file, exactly as it stands there, that occurs exactly once; it is replaced by replace. Edits are made in order, each on the result of the one before.",
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
	for (const [at, edit] of edits.entries())
		text = apply(text, edit, edits.length > 1 ? `edit ${at + 1}` : "the edit", path);
	if (text === original) throw new ToolError(`The edit would leave ${path} as it is.`);
	return text;
}

function apply(text: string, { find, replace }: Edit, name: string, path: string): string {
	if (find === "") throw new ToolError(`${capital(name)} has an empty find: name the text to replace.`);
	// A file with Windows line ends throughout keeps them; in a mixed one the agent's text is taken as it is first.
	const windows = text.includes("\r\n") && !/(^|[^\r])\n/.test(text);
	const asWritten = windows ? { find: toWindows(find), replace: toWindows(replace) } : { find, replace };
	let at = onlyPlace(text, asWritten.find, name, path);
	let used = asWritten;
	if (at < 0 && text.includes("\r\n")) {
		used = { find: toWindows(find), replace: toWindows(replace) };
		at = onlyPlace(text, used.find, name, path);
	}
	if (at < 0) throw new ToolError(notFound(text, find, name, path));
	return text.slice(0, at) + used.replace + text.slice(at + used.find.length);
}

function onlyPlace(text: string, find: string, name: string, path: string): number {
	const first = text.indexOf(find);
	if (first < 0 || text.indexOf(find, first + 1) < 0) return first;
	const lines: number[] = [];
	let count = 0;
	for (let at = first; at >= 0; at = text.indexOf(find, at + 1)) {
		count += 1;
		if (lines.length < 5) lines.push(lineOf(text, at));
	}
	const where = `${lines.length < count ? "first at lines" : "at lines"} ${lines.join(", ")}`;
	throw new ToolError(
		`${capital(name)} does not say which: its find occurs ${count} times in ${path} (${where}). Add the lines around it.`,
	);
}

function notFound(text: string, find: string, name: string, path: string): string {
	const start = `${capital(name)} does not fit: its find is not in ${path}.`;
	const nearest = nearestLine(text, find);
	const advice = "Read the file again and copy the text exactly, with its spaces.";
	return nearest ? `${start} The nearest is line ${nearest.number}: ${nearest.line} ${advice}` : `${start} ${advice}`;
}

/** The line of the file that is most like the first line that was looked for. */
function nearestLine(text: string, find: string): { readonly number: number; readonly line: string } | undefined {
	const wanted = find
		.split(/\r?\n/)
		.find((line) => line.trim() !== "")
		?.trim()
		.slice(0, 300);
	if (!wanted) return undefined;
	const pairs = pairsOf(wanted);
	let best = { number: 0, line: "", likeness: 0.4 };
	for (const [at, line] of text.split(/\r?\n/, 20_000).entries()) {
		const trimmed = line.trim().slice(0, 300);
		const likeness = trimmed === wanted ? 2 : likenessOf(pairs, pairsOf(trimmed));
		if (likeness > best.likeness) best = { number: at + 1, line: JSON.stringify(line.slice(0, 200)), likeness };
	}
	return best.number > 0 ? best : undefined;
}

/** Dice's coefficient over pairs of neighbouring characters. */
function likenessOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	if (a.size === 0 || b.size === 0) return 0;
	let shared = 0;
	for (const pair of a) if (b.has(pair)) shared += 1;
	return (2 * shared) / (a.size + b.size);
}

function pairsOf(text: string): ReadonlySet<string> {
	const pairs = new Set<string>();
	for (let at = 0; at + 1 < text.length; at++) pairs.add(text.slice(at, at + 2));
	return pairs;
}

function toWindows(text: string): string {
	return text.replace(/\r?\n/g, "\r\n");
}

function lineOf(text: string, offset: number): number {
	let line = 1;
	for (let at = text.indexOf("\n"); at >= 0 && at < offset; at = text.indexOf("\n", at + 1)) line += 1;
	return line;
}
