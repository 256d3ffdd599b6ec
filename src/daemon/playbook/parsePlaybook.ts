import type { CheckId, StepId } from "../../protocol/ids.ts";
import type { PartialLaunchSettings } from "../../protocol/settings.ts";
import type { CheckSpec, PlanStep, PlaybookAction } from "../../protocol/values.ts";
import { problemWithRelativePath } from "../tools/pathRules.ts";
import { readFrontMatter } from "./frontMatter.ts";
import { type MarkdownPart, scanMarkdown } from "./markdownLines.ts";
import { findCycle, slug, uniqueId } from "./stepGraph.ts";

/**
 * A playbook is a Markdown file that people would write anyway: a step for every `##` heading, a command for every `sh`
 * fence, a file for every `write` fence, an acceptance check for every `check` fence, and prose. What cannot be meant is
 * refused before anything runs, with its line and what to do.
 */
export interface Playbook {
	readonly title: string;
	readonly objective: string;
	/** From the front matter, without its checks. */
	readonly settings: PartialLaunchSettings;
	readonly steps: readonly PlanStep[];
	/** Checks of the whole goal, from the front matter. */
	readonly checks: readonly CheckSpec[];
}

export interface PlaybookProblem {
	/** From 1, in the whole file. */
	readonly line: number;
	/** What is wrong, as half a sentence. */
	readonly message: string;
	/** What to do, as a sentence. */
	readonly fix: string;
}

const maxPlaybookChars = 1_000_000;
const maxPlaybookSteps = 200;

/** `path` names the playbook when it has no title. */
export function parsePlaybook(
	text: string,
	path: string,
): Playbook | { readonly problems: readonly PlaybookProblem[] } {
	if (text.length > maxPlaybookChars) {
		const message = `this playbook has ${text.length} characters, more than ${maxPlaybookChars}`;
		return { problems: [{ line: 1, message, fix: "Split it into several playbooks." }] };
	}
	const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
	const front = readFrontMatter(lines);
	const parts = scanMarkdown(lines.slice(front.lines), front.lines + 1);
	const problems: PlaybookProblem[] = [...front.problems, ...unclosed(parts)];
	const { title, objective, sections } = divide(parts);
	if (sections.length > maxPlaybookSteps) {
		const message = `this playbook has ${sections.length} steps, more than ${maxPlaybookSteps}`;
		const { line } = sections[maxPlaybookSteps]!;
		return { problems: [{ line, message, fix: "Split it into several playbooks." }] };
	}
	const steps = sections.map((section) => readStep(section, problems));
	const ids = new Set<string>();
	for (const step of steps) {
		step.id = uniqueId(slug(step.title), ids);
		ids.add(step.id);
	}
	resolveNeeds(steps, ids, problems);
	if (steps.length === 0 && problems.length === 0) {
		const fix = "Begin each step with a heading such as “## Collect”, and put its commands into sh fences.";
		problems.push({ line: 1, message: "this playbook has no steps", fix });
	}
	if (problems.length > 0) return { problems: problems.sort((a, b) => a.line - b.line) };
	const name = title || baseName(path);
	return {
		title: name,
		objective: objective || name,
		settings: front.settings,
		steps: steps.map(toPlanStep),
		checks: front.checks.map((command, at) => ({ checkId: `goal.${at + 1}` as CheckId, command })),
	};
}

/** One problem as people read it: `prepare.md:12: step “join” needs “collct”, which is no step. Name one of: collect.` */
export function describeProblem(path: string, problem: PlaybookProblem): string {
	return `${path}:${problem.line}: ${problem.message}. ${problem.fix}`;
}

interface Section {
	readonly title: string;
	readonly line: number;
	readonly parts: readonly MarkdownPart[];
}

interface Draft {
	id: string;
	readonly title: string;
	readonly line: number;
	readonly instructions: string;
	readonly actions: readonly PlaybookAction[];
	readonly checks: readonly string[];
	/** As written; undefined when the step says nothing about it. */
	readonly needs?: { readonly names: readonly string[]; readonly line: number };
	resolved: readonly string[];
}

function unclosed(parts: readonly MarkdownPart[]): readonly PlaybookProblem[] {
	return parts.flatMap((part) => {
		if (part.kind === "fence" && !part.closed) {
			const name = part.info ? `the “${part.info.slice(0, 60)}” fence` : "the fence";
			const fix = "End it with a line of at least as many of the same characters.";
			return [{ line: part.line, message: `${name} that begins here is never closed`, fix }];
		}
		if (part.kind !== "comment" || part.closed) return [];
		return [{ line: part.line, message: "the comment that begins here is never closed", fix: "End it with -->." }];
	});
}

function divide(parts: readonly MarkdownPart[]) {
	let title = "";
	const intro: MarkdownPart[] = [];
	const sections: (Section & { readonly parts: MarkdownPart[] })[] = [];
	for (const part of parts) {
		if (part.kind === "heading" && part.level === 2) sections.push({ title: part.text, line: part.line, parts: [] });
		else if (sections.length > 0) sections.at(-1)!.parts.push(part);
		else if (part.kind === "heading" && part.level === 1 && title === "") title = part.text;
		else intro.push(part);
	}
	return { title, objective: prose(intro), sections };
}

function readStep({ title, line, parts }: Section, problems: PlaybookProblem[]): Draft {
	const needs = readNeeds(parts, problems);
	const actions: PlaybookAction[] = [];
	const checks: string[] = [];
	const rest: MarkdownPart[] = [];
	for (const part of parts) {
		if (part.kind === "prose" && part.line === needs?.line) continue;
		if (part.kind !== "fence") {
			rest.push(part);
			continue;
		}
		if (!part.closed) continue;
		const [kind, argument] = splitInfo(part.info);
		if (kind === "sh" || kind === "bash" || kind === "check") {
			const command = part.content.replace(/\n$/, "");
			if (command.includes("\0")) problems.push(noNul(part.line));
			else if (command.trim() === "") problems.push(emptyFence(kind, part.line));
			else if (kind === "check") checks.push(command);
			else actions.push({ kind: "command", command, line: part.line });
		} else if (kind === "write") {
			const path = argument.replace(/^"(.*)"$/, "$1");
			const wrong = path ? problemWithRelativePath(path) : "this write fence names no file";
			if (wrong)
				problems.push({
					line: part.line,
					message: wrong,
					fix: "Name a file inside the workspace, relative to it, such as “write notes/report.txt”.",
				});
			else actions.push({ kind: "write", path, content: part.content, line: part.line });
		} else rest.push(part);
	}
	return { id: "", title: title || "Step", line, instructions: prose(rest), actions, checks, needs, resolved: [] };
}

/** `needs:` counts as the first line under the heading that is not blank; further down it is prose. */
function readNeeds(parts: readonly MarkdownPart[], problems: PlaybookProblem[]): Draft["needs"] {
	const first = parts.find((part) => part.kind !== "prose" || part.text.trim() !== "");
	if (first?.kind !== "prose") return undefined;
	const match = /^ {0,3}needs:(.*)$/i.exec(first.text);
	if (!match) return undefined;
	const names = match[1]!.split(",").map((name) => name.trim().replace(/^["'`“](.*)["'`”]$/, "$1"));
	if (names.length === 1 && names[0]!.toLowerCase() === "none") return { names: [], line: first.line };
	if (names.some((name) => name === "")) {
		const fix = "Write “needs: none”, or the names of steps with commas between.";
		problems.push({ line: first.line, message: "“needs:” has an empty name", fix });
	}
	return { names: names.filter((name) => name !== ""), line: first.line };
}

function resolveNeeds(steps: readonly Draft[], ids: ReadonlySet<string>, problems: PlaybookProblem[]): void {
	for (const [at, step] of steps.entries()) {
		if (!step.needs) {
			step.resolved = at > 0 ? [steps[at - 1]!.id] : [];
			continue;
		}
		const resolved = new Set<string>();
		for (const name of step.needs.names) {
			const id = ids.has(name) ? name : slug(name, "");
			if (ids.has(id)) resolved.add(id);
			else
				problems.push({
					line: step.needs.line,
					message: `step “${step.id}” needs “${name}”, which is no step of this playbook`,
					fix: `Name one of: ${[...ids].filter((other) => other !== step.id).join(", ") || "none"}.`,
				});
		}
		step.resolved = [...resolved];
	}
	const cycle = findCycle(new Map(steps.map((step) => [step.id, step.resolved])));
	if (!cycle) return;
	const line = steps.find((step) => step.id === cycle[0])!;
	const chain = cycle.map((id) => `“${id}”`).join(" needs ");
	problems.push({
		line: line.needs?.line ?? line.line,
		message: cycle.length === 2 ? `step “${cycle[0]}” needs itself` : `these steps wait for each other: ${chain}`,
		fix: "Take one of these needs away; “needs: none” starts a step at once.",
	});
}

function toPlanStep(draft: Draft): PlanStep {
	return {
		stepId: draft.id as StepId,
		title: draft.title,
		instructions: draft.instructions,
		kind: "playbook",
		role: "implementer",
		needs: draft.resolved as readonly string[] as StepId[],
		checks: draft.checks.map((command, at) => ({ checkId: `${draft.id}.${at + 1}` as CheckId, command })),
		confidence: "high",
		actions: [...draft.actions],
	};
}

function prose(parts: readonly MarkdownPart[]): string {
	return parts
		.flatMap((part) => {
			if (part.kind === "prose") return [part.text];
			if (part.kind === "fence") return [part.source];
			return part.kind === "heading" ? [`${"#".repeat(part.level)} ${part.text}`] : [];
		})
		.join("\n")
		.replace(/\n{3,}/g, "\n\n")
		.trim();
}

function splitInfo(info: string): readonly [kind: string, argument: string] {
	const space = info.search(/\s/);
	return space < 0 ? [info, ""] : [info.slice(0, space), info.slice(space).trim()];
}

function emptyFence(kind: string, line: number): PlaybookProblem {
	return { line, message: `this ${kind} fence is empty`, fix: "Write a command into it, or take it away." };
}

function noNul(line: number): PlaybookProblem {
	return { line, message: "this command holds a NUL character", fix: "Take the character away." };
}

function baseName(path: string): string {
	const name = path.split(/[\\/]/).at(-1) ?? "";
	return name.replace(/\.(md|markdown)$/i, "") || "Playbook";
}
