import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ToolEffect } from "../../core/values.ts";
import type { AgentCall } from "../agents/turnSession.ts";
import { cut, type Fields, fieldsOf, listOf, numberOf, textOf } from "./fields.ts";

/**
 * What an agent told of one of its tool calls, in one update after the other: a later one says only what is new. It is
 * read as a call that the policy can judge: a command by its text, an edit by its paths, anything else by its kind.
 */
export interface ToldCall {
	readonly title?: string;
	readonly name?: string;
	readonly kind?: string;
	readonly status?: string;
	readonly rawInput?: unknown;
	readonly rawOutput?: unknown;
	readonly content?: readonly Fields[];
	readonly locations?: readonly Fields[];
}

export function withUpdate(call: ToldCall, update: Fields): ToldCall {
	const list = (value: unknown) => (Array.isArray(value) ? listOf(value) : undefined);
	return {
		title: textOf(update.title) ?? call.title,
		name: textOf(update.name) ?? call.name,
		kind: textOf(update.kind) ?? call.kind,
		status: textOf(update.status) ?? call.status,
		rawInput: update.rawInput ?? call.rawInput,
		rawOutput: update.rawOutput ?? call.rawOutput,
		content: list(update.content) ?? call.content,
		locations: list(update.locations) ?? call.locations,
	};
}

/** Of each kind what it may do. A kind that is not known here may do anything. */
const effects: Readonly<Record<string, ToolEffect>> = {
	read: "none",
	search: "none",
	think: "none",
	edit: "workspace",
	delete: "workspace",
	move: "workspace",
	execute: "outside",
	fetch: "outside",
	switch_mode: "outside",
	other: "outside",
};

/** Tools that keep a list of the agent's own, of agents that say of them only that they are some other tool. */
const ownLists = /^(todo_?(write|read)|update_?(plan|todos?)|save_memory|TodoWrite|TodoRead)$/i;

export function effectOf({ kind, name, title }: ToldCall): ToolEffect {
	if (kind === "other" && ownLists.test(name ?? title ?? "")) return "none";
	return effects[kind ?? "other"] ?? "outside";
}

const maxSummary = 2000;
const maxDiffChars = 20_000;
const maxDiffs = 50;

/**
 * `workspace`: paths inside it are shown relative to it. `asks`: leave is asked for it, so that a command counts as one
 * whatever kind the agent says that it is of.
 */
export function agentCall(id: string, call: ToldCall, workspace: string, asks: boolean): AgentCall {
	const isCommand = call.kind === "execute" || namesCommand(fieldsOf(call.rawInput));
	const effect = asks && isCommand ? "outside" : effectOf(call);
	const name = call.name ?? call.kind ?? "other";
	const command = isCommand ? commandOf(call, workspace) : undefined;
	if (command !== undefined) return { id, name, args: { command }, effect, summary: cut(command, maxSummary) };
	const paths = pathsOf(call, workspace);
	const title = cut(call.title ?? name, maxSummary);
	const summary = effect !== "outside" && paths.length > 0 ? cut(paths.join(", "), maxSummary) : title;
	const edits = effect === "workspace" ? diffsOf(call, workspace) : [];
	const input = edits.length > 0 || call.rawInput === undefined ? {} : { input: bounded(call.rawInput) };
	return {
		id,
		name,
		args: {
			...(paths.length === 1 && { path: paths[0] }),
			...(paths.length > 1 && { paths }),
			...(edits.length > 0 && { edits }),
			// By it alone two searches of one folder differ.
			title,
			...(effect !== "none" && input),
		},
		effect,
		summary,
	};
}

/** The command's text, as a shell of the workspace would run it. Undefined where the input says more than a shell would do. */
function commandOf({ rawInput, title }: ToldCall, workspace: string): string | undefined {
	const input = Object.fromEntries(Object.entries(fieldsOf(rawInput)).filter(([, value]) => (value ?? "") !== ""));
	if (!Object.keys(input).every((field) => saysOfCommand.has(field))) return undefined;
	const [folder, ...folders] = folderFields.flatMap((field) => input[field] ?? []);
	const isOneFolder = folders.length === 0 && (folder === undefined || typeof folder === "string");
	// Some give it only as the title, in backticks or bare.
	const isTitled = !namesCommand(input) && input.args === undefined;
	const command = isTitled ? title?.replace(/^`([\s\S]*)`$/, "$1") : commandIn(input);
	if (command === undefined || !isOneFolder) return undefined;
	if (!folder || path.resolve(workspace, folder) === path.resolve(workspace)) return command;
	return `cd ${quoted(folder)} && ${command}`;
}

const commandFields = ["command", "cmd", "script"];
const folderFields = ["cwd", "workdir", "working_directory", "workingDirectory", "directory", "dir_path"];
/** What agents say beside a command that changes nothing of what it does. Any other field may. */
const saysOfCommand = new Set([
	...commandFields,
	...folderFields,
	"args",
	...["description", "explanation", "justification", "reason"],
	...["timeout", "timeout_ms", "timeoutMs", "background", "is_background", "isBackground", "run_in_background"],
	...["id", "call_id", "turn_id", "approval_id", "parsed_cmd", "available_decisions", "proposed_execpolicy_amendment"],
]);

function namesCommand(input: Fields): boolean {
	return commandFields.some((field) => input[field] !== undefined);
}

/** Undefined where it is none that can be told in one text. */
function commandIn(input: Fields): string | undefined {
	const [given, ...others] = commandFields.flatMap((field) => (input[field] === undefined ? [] : [input[field]]));
	const { args = [] } = input;
	if (others.length > 0 || !areWords(args)) return undefined;
	if (areWords(given)) return ofWords([...given, ...args]);
	const text = textOf(given);
	return text && [text, ...args.map(quoted)].join(" ");
}

function areWords(value: unknown): value is readonly string[] {
	return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** Of a command in words: what a shell is given to run, else the words themselves, each as one. */
function ofWords(words: readonly string[]): string | undefined {
	const [program = "", flag = "", text, ...more] = words;
	if (/(^|\/)(ba|z|da)?sh$/.test(program) && /^-l?c$/.test(flag) && text !== undefined && more.length === 0)
		return text;
	return words.length === 0 ? undefined : words.map(quoted).join(" ");
}

function quoted(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** All that it names: in its diffs, its locations and its input. */
function pathsOf(call: ToldCall, workspace: string): readonly string[] {
	const input = fieldsOf(call.rawInput);
	const named = [
		"path",
		"file_path",
		"filePath",
		"abs_path",
		"absolute_path",
		"notebook_path",
		"source",
		"destination",
	];
	const found = [
		...(call.content ?? []).flatMap(({ type, path: diffed }) => (type === "diff" ? [diffed] : [])),
		...(call.locations ?? []).map(({ path: place }) => place),
		...(effectOf(call) === "outside" ? [] : named.map((field) => input[field])),
	];
	return [...new Set(found.map(textOf).flatMap((one) => (one ? [shownPath(one, workspace)] : [])))];
}

function shownPath(given: string, workspace: string): string {
	const file = given.startsWith("file://") ? fromUrl(given) : fromHome(given);
	const relative = path.relative(workspace, path.resolve(workspace, file));
	const isInside = relative !== "" && relative !== ".." && !relative.startsWith(`..${path.sep}`);
	return isInside && !path.isAbsolute(relative) ? relative.split(path.sep).join("/") : file;
}

/** Agents' tools read it as a shell does: it is never the folder `~` of the workspace. */
function fromHome(file: string): string {
	return file === "~" || file.startsWith("~/") ? path.join(os.homedir(), file.slice(1)) : file;
}

function fromUrl(url: string): string {
	try {
		return fileURLToPath(url);
	} catch {
		return url;
	}
}

/** For the person who decides. It may be a part of the file or the whole: nothing is carried out by it. */
function diffsOf({ content = [] }: ToldCall, workspace: string): readonly Fields[] {
	return content
		.filter(({ type }) => type === "diff")
		.slice(0, maxDiffs)
		.map(({ path: file, oldText, newText }) => ({
			path: shownPath(String(file), workspace),
			...(typeof oldText === "string" && { oldText: cut(oldText, maxDiffChars) }),
			newText: cut(String(newText ?? ""), maxDiffChars),
		}));
}

function bounded(input: unknown): unknown {
	const text = JSON.stringify(input) ?? "";
	return text.length > maxDiffChars ? cut(text, maxDiffChars) : input;
}

const maxOutput = 1024 * 1024;

/** What came of it, as text. */
export function outputOf({ content = [], rawOutput }: ToldCall): string {
	const shown = content.flatMap(({ type, content: inner, path: file, newText }) => {
		const block = fieldsOf(inner);
		if (type === "content") return [textOf(block.text) ?? (block.type ? `[${String(block.type)}]` : "")];
		return type === "diff" ? [`${String(file)}:\n${String(newText ?? "")}`] : [];
	});
	const text = shown.filter(Boolean).join("\n");
	if (text !== "") return cut(text, maxOutput);
	if (typeof rawOutput === "string") return cut(rawOutput, maxOutput);
	const raw = fieldsOf(rawOutput);
	const said = textOf(raw.output) ?? textOf(raw.formatted_output) ?? textOf(raw.stdout) ?? textOf(raw.error);
	if (said) return cut(said, maxOutput);
	return rawOutput === undefined || rawOutput === null ? "" : cut(JSON.stringify(rawOutput), maxOutput);
}

export function exitCodeOf({ rawOutput }: ToldCall): number | undefined {
	const raw = fieldsOf(rawOutput);
	const metadata = fieldsOf(raw.metadata);
	return numberOf(raw.exitCode) ?? numberOf(raw.exit_code) ?? numberOf(metadata.exit) ?? numberOf(metadata.exit_code);
}
