import { readFileSync, realpathSync, statSync } from "node:fs";
import {
	applyEdits,
	createScanner,
	type Edit,
	findNodeAtLocation,
	type JSONPath,
	modify,
	type Node,
	type ParseError,
	parseTree,
} from "jsonc-parser";
import type { PolicyRule } from "../../core/policy/rule.ts";
import { ruleText } from "../../core/policy/ruleText.ts";
import { Refusal } from "../../core/refusal.ts";
import { writeDurably } from "../platform/durableFile.ts";
import { placesIn, properties, syntaxError } from "./jsonNodes.ts";
import { folderNamed } from "./policyNodes.ts";

/** Puts rules into config.jsonc, of everywhere or of one folder, and leaves every other line as a person wrote it. */
export function writePolicy(file: string, rules: readonly PolicyRule[], workspace?: string): void {
	rewrite(file, workspace, (text, at) => withRules(withList(text, at, []), at, rules));
}

/** One rule more, behind the others. */
export function addToPolicy(file: string, rule: PolicyRule, workspace?: string): void {
	rewrite(file, workspace, (text, at) => withRules(findList(text, at) ? text : withList(text, at, []), at, [rule]));
}

/** One rule less, by its place among those that are written there. */
export function removeFromPolicy(file: string, index: number, workspace?: string): void {
	rewrite(file, workspace, (text, at) => {
		const rule = findList(text, at)?.children?.[index];
		return rule ? without(text, rule) : text;
	});
}

function rewrite(file: string, workspace: string | undefined, change: (text: string, at: JSONPath) => string): void {
	const target = real(file);
	const text = read(target) || "{}\n";
	const errors: ParseError[] = [];
	const tree = parseTree(text, errors, { allowTrailingComma: true });
	const [first] = errors;
	if (first || tree?.type !== "object") {
		const { line } = placesIn(text)(first?.offset ?? 0, first?.length ?? 1);
		const why = first ? syntaxError(first) : "it is no object.";
		throw new Refusal("badConfig", `${file}:${line}: ${why} Correct it first; the policy was not written.`);
	}
	writeDurably(target, change(text, pathOf(tree, workspace)), modeOf(target));
}

/** Where the rules stand, or are to stand. A folder keeps the name that a person gave it. */
function pathOf(tree: Node, workspace: string | undefined): JSONPath {
	if (workspace === undefined) return ["policy", "rules"];
	const folders = properties(findNodeAtLocation(tree, ["policy", "workspaces"]));
	// Of two names for one folder the last one holds.
	const [written = workspace] = folders.findLast(([name]) => folderNamed(name) === workspace) ?? [];
	return ["policy", "workspaces", written, "rules"];
}

function findList(text: string, at: JSONPath): Node | undefined {
	const found = findNodeAtLocation(parseTree(text, [], { allowTrailingComma: true })!, at);
	return found?.type === "array" ? found : undefined;
}

function withList(text: string, at: JSONPath, list: readonly unknown[]): string {
	const eol = lineBreak(text);
	return applyEdits(text, modify(text, at, list, { formattingOptions: { insertSpaces: false, tabSize: 4, eol } }));
}

/** Each in a line of its own, indented as the last one is. */
function withRules(text: string, at: JSONPath, rules: readonly PolicyRule[]): string {
	const list = findList(text, at);
	if (!list || rules.length === 0) return text;
	const eol = lineBreak(text);
	const last = list.children?.at(-1);
	const closing = list.offset + list.length - 1;
	const outer = indentAt(text, closing);
	const startsLine = last && /\n[ \t]*$/.test(text.slice(0, last.offset));
	const indent = startsLine ? indentAt(text, last.offset) : `${outer}\t`;
	const lines = rules.map((rule) => `${indent}${ruleText(rule)}`).join(`,${eol}`);
	const tail = text.slice(list.offset + 1, closing);
	const opens = /\n[ \t]*$/.test(tail);
	if (!last) {
		const comments = tail.trimEnd();
		return spliced(text, list.offset + 1, closing, `${comments}${eol}${lines}${eol}${outer}`);
	}
	const comma = commaBehind(text, last);
	const rest = text.slice(comma === undefined ? end(last) : comma + 1, closing);
	const kept = `${comma === undefined ? "," : text.slice(end(last), comma + 1)}${opens ? rest.trimEnd() : rest}`;
	const close = `${comma === undefined ? "" : ","}${opens ? `${eol}${outer}` : ""}`;
	return spliced(text, end(last), closing, `${kept}${eol}${lines}${close}`);
}

/** With one comma less, and without the line that nothing is left of. */
function without(text: string, rule: Node): string {
	const { children = [] } = rule.parent!;
	const before = children[children.indexOf(rule) - 1];
	const behind = commaBehind(text, rule);
	const comma = behind ?? (before && commaBehind(text, before));
	const edits: Edit[] = [{ offset: rule.offset, length: rule.length, content: "" }];
	if (comma !== undefined) edits.push({ offset: comma, length: 1, content: "" });
	return withoutEmptyLine(applyEdits(text, edits), rule.offset - (behind === undefined && comma !== undefined ? 1 : 0));
}

function withoutEmptyLine(text: string, at: number): string {
	const begin = text.lastIndexOf("\n", at - 1) + 1;
	const next = text.indexOf("\n", at);
	const line = text.slice(begin, next === -1 ? undefined : next);
	if (next !== -1 && line.trim() === "") return spliced(text, begin, next + 1, "");
	// What stood behind it begins where it stood.
	const gap = /^[ \t]*/.exec(text.slice(at))![0].length;
	return spliced(text, at, at + gap, "");
}

/** The place of the comma that follows a rule, past comments. */
function commaBehind(text: string, rule: Node): number | undefined {
	const scanner = createScanner(text, true);
	scanner.setPosition(end(rule));
	scanner.scan();
	const next = scanner.getTokenOffset();
	return text[next] === "," ? next : undefined;
}

function end({ offset, length }: Node): number {
	return offset + length;
}

function spliced(text: string, begin: number, until: number, content: string): string {
	return text.slice(0, begin) + content + text.slice(until);
}

function indentAt(text: string, offset: number): string {
	return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset))![0];
}

function lineBreak(text: string): string {
	return text.includes("\r\n") ? "\r\n" : "\n";
}

/** What a link leads to is written, so that the link stays. */
function real(file: string): string {
	try {
		return realpathSync(file);
	} catch {
		return file;
	}
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
		throw cause;
	}
}

function modeOf(file: string): number | undefined {
	try {
		return statSync(file).mode & 0o777;
	} catch {
		return undefined;
	}
}
