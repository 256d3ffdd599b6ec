import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { isTooDeep } from "../config/writtenSettings.ts";
import { findCycle } from "../playbook/stepGraph.ts";
import { type NeedsProblem, readNeeds, slug, stepNames } from "../playbook/stepNames.ts";
import { type MarkdownPart, scanMarkdown } from "./markdownLines.ts";
import { isCheck, isNearlyCheck, unescapeLine } from "./planProse.ts";

/** A plan as a person wrote it, before it is compared with the one that holds. What cannot be meant names its line. */
export interface PlanText {
	/** The plan that was edited, where the text says it. */
	readonly revision?: number;
	readonly summary: string;
	readonly steps: readonly StepText[];
	/** Of the whole goal. */
	readonly checks: readonly string[];
}

export interface StepText {
	/** Where it stands, from 1. */
	readonly line: number;
	readonly id: string;
	readonly title: string;
	readonly role?: string;
	readonly kind?: string;
	readonly needs: readonly string[];
	readonly instructions: string;
	readonly checks: readonly string[];
}

export interface PlanProblem {
	readonly line: number;
	/** A sentence: what is wrong, and what to do. */
	readonly message: string;
}

const maxChars = 2_000_000;
const maxSteps = 200;

export function readPlan(text: string): PlanText | PlanProblem {
	if (text.length > maxChars) return { line: 1, message: `The plan has more than ${maxChars} characters.` };
	try {
		return read(text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/));
	} catch (cause) {
		if (cause instanceof Problem) return { line: cause.line, message: cause.message };
		throw cause;
	}
}

class Problem extends Error {
	constructor(
		readonly line: number,
		message: string,
	) {
		super(message);
	}
}

function read(lines: readonly string[]): PlanText {
	const head = readHead(lines);
	const parts = scanMarkdown(lines.slice(head.lines), head.lines + 1);
	for (const part of parts) {
		if (part.kind === "fence" && !part.closed)
			throw new Problem(part.line, "The fence that begins here is never closed. End it with a line of the same marks.");
		if (part.kind === "comment" && !part.closed)
			throw new Problem(part.line, "The comment that begins here is never closed. End it with -->.");
	}
	const starts = parts.filter((part) => part.kind === "heading" && part.level === 2);
	if (starts.length === 0)
		throw new Problem(1, "The plan has no step. Begin each step with a heading such as “## Collect”.");
	if (starts.length > maxSteps) throw new Problem(starts[maxSteps]!.line, `A plan has at most ${maxSteps} steps.`);
	const intro = parts.filter((part) => part.line < starts[0]!.line);
	const title = intro.find((part) => part.kind === "heading" && part.level === 1);
	const drafts = starts.map((start, at) => {
		const end = starts[at + 1]?.line ?? lines.length + 1;
		const own = parts.filter((part) => part.line > start.line && part.line < end);
		return readStep(start as MarkdownPart & { kind: "heading" }, own, lines, end);
	});
	return {
		revision: head.revision,
		checks: head.checks,
		summary: proseOf(
			intro.filter((part) => part !== title),
			lines,
			starts[0]!.line,
		),
		steps: named(drafts),
	};
}

interface Draft extends Omit<StepText, "id" | "needs"> {
	readonly id?: string;
	/** As written. */
	readonly needs?: string;
	readonly needsLine: number;
}

const keys = ["id", "needs", "role", "kind", "state"] as const;

function readStep(
	start: MarkdownPart & { readonly kind: "heading" },
	parts: readonly MarkdownPart[],
	lines: readonly string[],
	end: number,
): Draft {
	const given = new Map<string, { readonly value: string; readonly line: number }>();
	let from = 0;
	for (const part of parts) {
		const match = part.kind === "prose" ? /^ {0,3}([a-z]+):(.*)$/i.exec(part.text) : null;
		const key = match?.[1]?.toLowerCase();
		if (!match || !keys.some((one) => one === key)) break;
		if (given.has(key!)) throw new Problem(part.line, `“${key}:” appears twice in this step. Remove one of them.`);
		given.set(key!, { value: match[2]!.trim(), line: part.line });
		from++;
	}
	const rest = parts.slice(from);
	for (const part of rest)
		if (part.kind === "fence" && isNearlyCheck(part.info))
			throw new Problem(
				part.line,
				`“${part.info.slice(0, 60)}” is not a check. Write “check” after the opening marks of the fence.`,
			);
	const checks = rest.flatMap((part) => (part.kind === "fence" && isCheck(part.info) ? [part] : []));
	for (const { content, line } of checks)
		if (content.trim() === "") throw new Problem(line, "This check is empty. Write a command into it, or remove it.");
	const id = given.get("id");
	if (id && (id.value === "" || slug(id.value, "") !== id.value))
		throw new Problem(id.line, `“${id.value}” is not a valid id: use lower-case letters and digits, with “-” between.`);
	if (start.text === "") throw new Problem(start.line, "This step has no title. Write one after the ##.");
	const needs = given.get("needs");
	return {
		line: start.line,
		id: id?.value,
		title: start.text.slice(0, 200),
		role: readRole(given.get("role")),
		kind: given.get("kind")?.value || undefined,
		needs: needs?.value,
		needsLine: needs?.line ?? start.line,
		instructions: proseOf(
			rest.filter((part) => !(part.kind === "fence" && isCheck(part.info))),
			lines,
			end,
		),
		checks: checks.map(({ content }) => content.replace(/\n$/, "")),
	};
}

function readRole(given: { readonly value: string; readonly line: number } | undefined): string | undefined {
	if (!given?.value) return undefined;
	if (!/^[a-z][a-z0-9-]{0,39}$/.test(given.value))
		throw new Problem(given.line, `“${given.value}” is not a valid role: use lower-case letters, digits and dashes.`);
	return given.value;
}

function named(drafts: readonly Draft[]): readonly StepText[] {
	const ids: string[] = [];
	for (const { id: given, title, line } of drafts) {
		const id = given ?? slug(title, "");
		if (id === "" || id === "none")
			throw new Problem(line, `No id can be made of “${title}”. Give the step a line such as “id: collect”.`);
		if (ids.includes(id))
			throw new Problem(
				line,
				`Two steps have the id “${id}”. Give each step its own, in a line such as “id: collect”.`,
			);
		ids.push(id);
	}
	const names = stepNames(drafts.map(({ title }, at) => ({ id: ids[at]!, titles: [title] })));
	const steps = drafts.map((draft, at) => {
		const { needs, needsLine } = draft;
		if (needs === undefined) return { ...draft, id: ids[at]!, needs: ids.slice(Math.max(at - 1, 0), at) };
		const read = readNeeds(needs, names);
		if ("problem" in read) throw new Problem(needsLine, whyNotNeeded(read, ids[at]!, ids));
		return { ...draft, id: ids[at]!, needs: read.ids };
	});
	const cycle = findCycle(new Map(steps.map(({ id, needs }) => [id, needs])));
	if (cycle) {
		const at = steps.find(({ id }) => id === cycle[0])!;
		const chain = cycle.map((id) => `“${id}”`).join(" needs ");
		throw new Problem(at.needsLine, `These steps wait for each other: ${chain}. Take one of these needs away.`);
	}
	return steps.map(({ line, id, title, role, kind, needs, instructions, checks }) => {
		return { line, id, title, role, kind, needs, instructions, checks };
	});
}

function whyNotNeeded(read: NeedsProblem, id: string, ids: readonly string[]): string {
	if (read.problem === "empty") return "“needs:” has an empty name. Write “needs: none”, or ids with commas between.";
	if (read.problem === "several")
		return `Step “${id}” needs “${read.name}”, which fits more than one step. Name one by its id: ${read.ids.join(", ")}.`;
	const others = ids.filter((other) => other !== id).join(", ") || "none";
	return `Step “${id}” needs the unknown step “${read.name}”. Name one of: ${others}.`;
}

/** As written, without the marks that kept it from being more than prose. */
function proseOf(parts: readonly MarkdownPart[], lines: readonly string[], end: number): string {
	const kept = parts.flatMap((part) => {
		if (part.kind === "prose") return [unescapeLine(part.text)];
		if (part.kind === "fence") return [part.source];
		if (part.kind === "heading") return [lines[part.line - 1]!];
		const close = lines.findIndex((line, at) => at >= part.line - 1 && line.includes("-->"));
		return [lines.slice(part.line - 1, Math.min(close + 1, end)).join("\n")];
	});
	return kept.join("\n").trim();
}

interface Head {
	readonly revision?: number;
	readonly checks: readonly string[];
	/** How many lines it takes. */
	readonly lines: number;
}

function readHead(lines: readonly string[]): Head {
	if (!/^---[ \t]*$/.test(lines[0] ?? "")) return { checks: [], lines: 0 };
	const end = lines.findIndex((line, at) => at > 0 && /^---[ \t]*$/.test(line));
	if (end < 0)
		throw new Problem(1, "The head that begins here is never closed. End it with a line of three dashes (---).");
	const text = lines.slice(1, end).join("\n");
	if (isTooDeep(text)) throw new Problem(1, "The head has too many nested lists and brackets. Use fewer levels.");
	const counter = new LineCounter();
	const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
	const lineAt = (offset: number | undefined) => counter.linePos(offset ?? 0).line + 1;
	const [error] = document.errors;
	if (error) throw new Problem(lineAt(error.pos[0]), `The head is not valid YAML: ${error.message.split("\n", 1)[0]}.`);
	if (document.contents === null) return { checks: [], lines: end + 1 };
	if (!isMap(document.contents))
		throw new Problem(2, "The head is not a list of names and values, such as “revision: 1”.");
	let revision: number | undefined;
	let checks: readonly string[] = [];
	for (const pair of document.contents.items) {
		const name = isScalar(pair.key) ? String(pair.key.value) : "";
		const line = lineAt(isScalar(pair.key) ? pair.key.range?.[0] : undefined);
		const value = (pair.value as { toJS?(document: unknown): unknown } | null)?.toJS?.(document);
		if (name === "revision") {
			if (typeof value !== "number") throw new Problem(line, "“revision” is a number. Leave it as it was.");
			revision = value;
		} else if (name === "checks") checks = readChecks(value, line);
		else
			throw new Problem(
				line,
				`“${name}” means nothing here. Only “revision” and “checks” stand at the head of a plan.`,
			);
	}
	return { revision, checks, lines: end + 1 };
}

function readChecks(value: unknown, line: number): readonly string[] {
	const list = value === null || value === undefined ? [] : [value].flat();
	if (!list.every((one): one is string => typeof one === "string" && one.trim() !== ""))
		throw new Problem(line, "“checks” is a list of commands, each in one line after a dash.");
	return [...new Set(list)];
}
