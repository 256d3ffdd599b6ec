import type { NotRun, PlaybookAction } from "../../core/values.ts";
import { useOf } from "./fenceWords.ts";
import type { Block } from "./markdown.ts";
import type { PlaybookProblem } from "./problem.ts";
import { type Code, firstLine, nameOf, passedOver, readFence } from "./readFence.ts";
import { readAgent, type StepAgent, stepAttributes, type Written } from "./stepAttributes.ts";

/** A step as it is written, before it is known which steps it names. */
export interface Draft {
	readonly title: string;
	readonly line: number;
	readonly instructions: string;
	readonly actions: readonly PlaybookAction[];
	/** Each with the line of its fence. */
	readonly checks: readonly { readonly command: string; readonly line: number }[];
	readonly notRun: readonly NotRun[];
	/** Programs that its commands want, each with a line. */
	readonly programs: readonly { readonly name: "zsh"; readonly line: number }[];
	/** As written behind `needs:`; undefined when the step says nothing about it. */
	readonly needs?: Written;
	/** Who does it; undefined for a step that runs what its fences say. */
	readonly agent?: StepAgent & { readonly line: number };
	/** Lines that would say what the step needs if they stood where that counts. */
	readonly strayNeeds: readonly { readonly text: string; readonly line: number; readonly word: string }[];
}

export type Heading = Block & { readonly kind: "heading" };

/** `lines` are those of the whole file; `blocks` those under the heading, which end before `end`. */
export function readStep(
	heading: Heading,
	blocks: readonly Block[],
	lines: readonly string[],
	end: number,
	problems: PlaybookProblem[],
): Draft {
	const actions: PlaybookAction[] = [];
	const checks: Draft["checks"][number][] = [];
	const notRun: NotRun[] = [];
	const programs: { readonly name: "zsh"; readonly line: number }[] = [];
	const done: Block[] = [];
	const { needs, agent: named, taken } = stepAttributes(blocks, lines, problems);
	const agent = named && readAgent(named);
	if (agent && "message" in agent) problems.push(agent);
	for (const block of blocks) {
		if (block.kind === "code") {
			const read = readFence(block);
			if (read.problem) problems.push(read.problem);
			if (read.action && named) problems.push(ranByNobody(block.line, read.action));
			else if (read.action) actions.push(read.action);
			if (read.check !== undefined) checks.push({ command: read.check, line: block.line });
			if (read.program) programs.push({ name: read.program, line: block.line });
			if (read.action || read.check !== undefined) done.push(block);
			notRun.push(...(read.notRun ?? []));
		} else notRun.push(...hiddenCode(block, lines));
	}
	problems.push(...strayAgents(blocks, lines, taken));
	const leftOut = linesIn([...done, ...comments(blocks)]);
	for (const line of taken) leftOut.add(line);
	return {
		title: heading.text,
		line: heading.line,
		instructions: proseOf(lines, heading.endLine + 1, end, leftOut),
		actions,
		checks,
		// Whoever does the step reads all of its text, code in it too.
		notRun: named ? [] : notRun,
		programs: named ? [] : programs,
		needs,
		agent: agent && !("message" in agent) ? { ...agent, line: named!.line } : undefined,
		strayNeeds: strayNeeds(blocks, lines, needs?.line),
	};
}

/** In a step that somebody does nothing runs by itself but its checks. */
function ranByNobody(line: number, action: PlaybookAction): PlaybookProblem {
	const what = action.kind === "write" ? "write a file" : "run";
	return {
		line,
		message: `this step is for an agent, and this fence would ${what} by itself`,
		fix: "Put it into a step of its own; what is only an example for the agent goes into a text fence.",
	};
}

/** Lines from the first up to the one before `end`, as they are written. */
export function proseOf(lines: readonly string[], from: number, end: number, leftOut: ReadonlySet<number>): string {
	const kept = lines.slice(from - 1, end - 1).filter((_, at) => !leftOut.has(from + at));
	return kept
		.join("\n")
		.replace(/\n{3,}/g, "\n\n")
		.replace(/^(?:[ \t]*\n)+/, "")
		.trimEnd();
}

export function comments(blocks: readonly Block[]): readonly Block[] {
	return blocks.filter((block) => block.kind === "html" && block.isComment);
}

export function linesIn(blocks: readonly Block[]): Set<number> {
	const found = new Set<number>();
	for (const { line, endLine } of blocks) for (let at = line; at <= endLine; at++) found.add(at);
	return found;
}

/** Before the first step nothing runs, whatever it is. */
export function codeBeforeSteps(blocks: readonly Block[], lines: readonly string[]): readonly NotRun[] {
	return blocks.flatMap((block) =>
		block.kind === "code"
			? passedOver(block as Code, nameOf(block), "it is before the first step")
			: hiddenCode(block, lines),
	);
}

/** What people take for code, and Markdown does not. */
function hiddenCode(block: Block, lines: readonly string[]): readonly NotRun[] {
	if (block.kind === "html" && !block.isComment) {
		const at = block.text.split("\n").findIndex((line) => /^[ \t>]*(?:`{3,}|~{3,})|<pre\b/i.test(line));
		if (at < 0) return [];
		const reason = "only with a blank line before it is a fence a fence there";
		return [{ line: block.line + at, what: "code inside HTML", reason, text: firstLine(block.text) }];
	}
	if (block.kind !== "paragraph") return [];
	return linesOf(block, lines).flatMap(({ text, line }) =>
		/^(`{3,})[^`]+\1/.test(text)
			? [
					{
						line,
						what: "code within a line",
						reason: "a fence has its marks on lines of their own",
						text: firstLine(text),
					},
				]
			: [],
	);
}

/** Further down, in a list or a quote, or with another word: refused when it names steps. */
function strayNeeds(blocks: readonly Block[], lines: readonly string[], counted: number | undefined) {
	return blocks.flatMap((block) =>
		block.kind !== "paragraph"
			? []
			: linesOf(block, lines).flatMap(({ text, line }) => {
					const match = /^[*_`]*(needs?|requires?|depends(?: ?on)?)[*_`]*\s*[:：][*_`]*(.*)$/i.exec(text);
					return match && line !== counted ? [{ word: match[1]!, text: match[2]!.trim(), line }] : [];
				}),
	);
}

/** Further down: refused when it would name who does the step. */
function strayAgents(
	blocks: readonly Block[],
	lines: readonly string[],
	taken: ReadonlySet<number>,
): readonly PlaybookProblem[] {
	return blocks.flatMap((block) =>
		block.kind !== "paragraph"
			? []
			: linesOf(block, lines).flatMap(({ text, line }): PlaybookProblem[] => {
					const [, name = ""] = /^[*_`]*agent[*_`]*\s*[:：][*_`]*\s*(\S+)\s*$/i.exec(text) ?? [];
					const isMeant = name.includes("/") || /^(?:implementer|researcher)\W*$/i.test(name);
					if (!isMeant || taken.has(line)) return [];
					const message = "“agent:” counts only in the first lines under the heading";
					return [{ line, message, fix: "Move it there, or put it into other words." }];
				}),
	);
}

/** The lines of a paragraph without the marks of the lists and quotes that it stands in. */
function linesOf({ line, endLine }: Block, lines: readonly string[]) {
	return lines.slice(line - 1, endLine).map((text, at) => ({
		text: text.replace(/^(?:[ \t]*(?:>|[-+*](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*/, ""),
		line: line + at,
	}));
}

/** Lines that are nearly a heading or a fence: what follows would belong to another step, or not run. */
export function nearlyMarks(blocks: readonly Block[], lines: readonly string[]): readonly PlaybookProblem[] {
	return blocks.flatMap((block) => {
		if (block.kind !== "paragraph" || block.isNested) return [];
		return linesOf(block, lines).flatMap(({ text, line }): PlaybookProblem[] => {
			const heading = /^(?:##(?![ \t#]|$)|＃{1,6})\s*(.*)/.exec(text);
			if (heading) {
				const message = `“${text.slice(0, 60)}” is not a heading`;
				return [{ line, message, fix: `Write “## ${heading[1]!.slice(0, 60)}” if a step begins here.` }];
			}
			const [, marks, word] = /^(``|'{3}|´{3}|’{3}|‘{3}|"{3}|“{3})[ \t]*([A-Za-z-]+)[ \t]*$/.exec(text) ?? [];
			if (marks === undefined || !useOf(word!)) return [];
			const message = `“${text.slice(0, 60)}” does not begin a fence`;
			return [{ line, message, fix: "Begin a fence with three backticks, and end it with three." }];
		});
	});
}
