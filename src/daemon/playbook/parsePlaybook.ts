import type { CheckId, StepId } from "../../core/ids.ts";
import type { InputSpec } from "../../core/inputs.ts";
import type { PartialLaunchSettings } from "../../core/settings.ts";
import type { CheckSpec, NotRun, PlanStep } from "../../core/values.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { type FrontMatter, readFrontMatter } from "./frontMatter.ts";
import { inputProblems, inputsWritten, proseProblems } from "./inputUses.ts";
import { type Block, readMarkdown, tooMuchMarkdown } from "./markdown.ts";
import type { PlaybookProblem } from "./problem.ts";
import {
	codeBeforeSteps,
	comments,
	type Draft,
	type Heading,
	linesIn,
	nearlyMarks,
	proseOf,
	readStep,
} from "./readStep.ts";
import { ownRole } from "./stepAttributes.ts";
import { findCycle } from "./stepGraph.ts";
import { type NeedsProblem, readNeeds, slug, stepNames } from "./stepNames.ts";

/**
 * A playbook is a Markdown file that people would write anyway: a step for every `##` heading, a command for every `sh`
 * fence, a file for every `write` fence, an acceptance check for every `check` fence, and prose. What cannot be meant is
 * refused before anything runs, with its line and what to do; what looks like something to run and is not run is told.
 * This is the one reader of playbooks: what it returns is shown, approved and carried out.
 */
export interface Playbook {
	readonly title: string;
	readonly objective: string;
	/** From the front matter, without its checks. */
	readonly settings: PartialLaunchSettings;
	readonly steps: readonly PlanStep[];
	/** Checks of the whole goal, from the front matter. */
	readonly checks: readonly CheckSpec[];
	/** What is asked for at launch. */
	readonly inputs: readonly InputSpec[];
	/** The steps that somebody does; all others run by themselves. */
	readonly agents: readonly AgentStep[];
	/** Code before the first step. What is not run of a step is with the step. */
	readonly notRun: readonly NotRun[];
	/** Programs that must be on the machine, each with the line of its fence. */
	readonly programs: Draft["programs"];
}

/** A step that is handed to an agent. */
export interface AgentStep {
	readonly stepId: StepId;
	readonly title: string;
	/** Who does it, in the goal's roster. */
	readonly role: string;
	/** The model or agent that the playbook names for this role, which is the step's own. */
	readonly named?: string;
	/** Of the line that says so. */
	readonly line: number;
}

const maxPlaybookChars = 1_000_000;
const maxPlaybookSteps = 200;

/** `path` names the playbook when it has no title. */
export function parsePlaybook(
	text: string,
	path: string,
): Playbook | { readonly problems: readonly PlaybookProblem[] } {
	const refused = (line: number, message: string, fix: string) => ({ problems: [{ line, message, fix }] });
	const split = "Split it into several playbooks.";
	if (text.length > maxPlaybookChars)
		return refused(1, `this playbook has ${text.length} characters, more than ${maxPlaybookChars}`, split);
	const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
	const strange = lines.findIndex((line) => line.includes("\0"));
	if (strange >= 0) return refused(strange + 1, "this line holds a NUL character", "Take the character away.");
	const front = readFrontMatter(lines);
	const body = lines.slice(front.lines);
	const over = tooMuchMarkdown(body);
	if (over) return refused(front.lines + over.at, `this playbook has ${over.what}`, split);
	const blocks = readMarkdown(body, front.lines + 1);
	const problems: PlaybookProblem[] = [
		...front.problems,
		...unclosed(blocks),
		...nearlyMarks(blocks, lines),
		...accidentalHeadings(blocks, lines),
	];
	const starts = blocks.filter((block): block is Heading => block.kind === "heading" && block.level === 2);
	if (starts.length > maxPlaybookSteps) {
		const message = `this playbook has ${starts.length} steps, more than ${maxPlaybookSteps}`;
		return refused(starts[maxPlaybookSteps]!.line, message, split);
	}
	const firstStep = starts[0]?.line ?? lines.length + 1;
	const intro = blocks.filter((block) => block.line < firstStep);
	const title = intro.find((block): block is Heading => block.kind === "heading" && block.level === 1);
	const leftOut = linesIn([...comments(intro), ...(title ? [title] : [])]);
	const objective = proseOf(lines, front.lines + 1, firstStep, leftOut);
	const drafts = starts.map((start, at) => {
		const end = starts[at + 1]?.line ?? lines.length + 1;
		const own = blocks.filter((block) => block.line > start.endLine && block.line < end);
		return readStep(start, own, lines, end, problems);
	});
	const steps = named(drafts, front.inputs, problems);
	const notRun = codeBeforeSteps(intro, lines);
	problems.push(...usesOf(drafts, front, lines));
	problems.push(...wouldNotRun(drafts, notRun, front.strict, problems.length === 0));
	if (problems.length > 0) return { problems: problems.sort((a, b) => a.line - b.line) };
	const name = title?.text || baseName(path);
	return {
		title: name,
		objective: objective || name,
		settings: front.settings,
		steps: steps.map(({ step }) => step),
		inputs: front.inputs,
		agents: steps.flatMap(({ agent }) => (agent ? [agent] : [])),
		checks: front.checks.map((command, at) => ({ checkId: `goal.${at + 1}` as CheckId, command })),
		notRun,
		programs: drafts.flatMap((draft) => draft.programs),
	};
}

function unclosed(blocks: readonly Block[]): readonly PlaybookProblem[] {
	return blocks.flatMap((block) => {
		if (block.kind === "code" && block.info !== undefined && !block.closed) {
			const name = block.info ? `the “${block.info.slice(0, 60)}” fence` : "the fence";
			const fix = "End it with a line of at least as many of the same marks, in the same list or quote.";
			return [{ line: block.line, message: `${name} that begins here is never closed`, fix }];
		}
		if (block.kind !== "html" || block.closed) return [];
		return [{ line: block.line, message: "the comment that begins here is never closed", fix: "End it with -->." }];
	});
}

/** A line of `---` right under prose makes a heading of it: most people meant a line across the page. */
function accidentalHeadings(blocks: readonly Block[], lines: readonly string[]): readonly PlaybookProblem[] {
	return blocks.flatMap((block): PlaybookProblem[] => {
		if (block.kind !== "heading" || !block.isUnderlined || block.level !== 2) return [];
		const isOneLine = block.endLine - block.line === 1;
		if (isOneLine && !/^\s*[*_`]*needs[*_`]*\s*[:：]/i.test(lines[block.line - 1]!)) return [];
		const message = `the line of dashes at ${block.endLine} makes a heading of the text above it`;
		return [{ line: block.line, message, fix: "Put a blank line before the dashes, or write the heading after ##." }];
	});
}

/** How commands and checks name the inputs. Those of the head have its first line. */
function usesOf(
	drafts: readonly Draft[],
	{ inputs, checks }: FrontMatter,
	lines: readonly string[],
): readonly PlaybookProblem[] {
	return [
		...checks.flatMap((check) => inputProblems(check, 1, inputs)),
		...drafts.flatMap((draft) => [
			...(draft.agent ? proseProblems(draft.instructions, draft.line, lines, inputs) : []),
			...draft.checks.flatMap(({ command, line }) => inputProblems(command, line, inputs)),
			...draft.actions.flatMap((action) =>
				action.kind === "command" ? inputProblems(action.command, action.line, inputs) : [],
			),
		]),
	];
}

interface Named {
	readonly step: PlanStep;
	readonly agent?: AgentStep;
}

/** The steps with their ids, with what they need and with who does them. */
function named(drafts: readonly Draft[], inputs: readonly InputSpec[], problems: PlaybookProblem[]): readonly Named[] {
	const known = new Map<string, Draft>();
	const ids = drafts.map((draft) => {
		const id = slug(draft.title, "");
		const other = known.get(id);
		const problem = problemWithId(draft, id, other);
		if (problem) problems.push({ line: draft.line, ...problem });
		if (!other && id !== "") known.set(id, draft);
		return id;
	});
	// What steps need can only be told when each has a name of its own.
	if (known.size < drafts.length) return [];
	const names = stepNames(drafts.map(({ title }, at) => ({ id: ids[at]!, titles: [title] })));
	const needs = drafts.map((draft, at) => {
		for (const stray of draft.strayNeeds) {
			const read = readNeeds(stray.text, names);
			if ("problem" in read) continue;
			const message = `“${stray.word}:” counts only as “needs:”, in the first line under the heading`;
			problems.push({ line: stray.line, message, fix: "Move it there, or put it into other words." });
		}
		if (!draft.needs) return ids.slice(Math.max(at - 1, 0), at);
		const read = readNeeds(draft.needs.text, names);
		if (!("problem" in read)) return read.ids;
		problems.push({ line: draft.needs.line, ...problemWithNeeds(read, ids[at]!, ids) });
		return [];
	});
	const cycle = findCycle(new Map(ids.map((id, at) => [id, needs[at]!])));
	if (cycle) {
		const first = known.get(cycle[0]!)!;
		const chain = cycle.map((id) => `“${id}”`).join(" needs ");
		problems.push({
			line: first.needs?.line ?? first.line,
			message: cycle.length === 2 ? `step “${cycle[0]}” needs itself` : `these steps wait for each other: ${chain}`,
			fix: "Take one of these needs away; “needs: none” starts a step at once.",
		});
	}
	const roles = new Set(drafts.flatMap(({ agent }) => (agent && "role" in agent ? [agent.role] : [])));
	return drafts.map((draft, at): Named => {
		const id = ids[at]!;
		if (!draft.agent) return { step: toPlanStep(draft, id, needs[at]!, inputs) };
		const role = "role" in draft.agent ? draft.agent.role : ownRole(id, at + 1, roles);
		const agent: AgentStep = {
			stepId: id as StepId,
			title: draft.title,
			role,
			named: "named" in draft.agent ? draft.agent.named : undefined,
			line: draft.agent.line,
		};
		const { actions: _, ...step } = toPlanStep(draft, id, needs[at]!, inputs);
		return { step: { ...step, kind: "agent", role }, agent };
	});
}

function problemWithId(
	{ title }: Draft,
	id: string,
	other: Draft | undefined,
): Omit<PlaybookProblem, "line"> | undefined {
	if (id === "") {
		const message = title === "" ? "this step has no title" : `“${title.slice(0, 80)}” has no letter and no digit`;
		return { message, fix: "Give the step a title with words, such as “## Collect”: other steps name it by them." };
	}
	if (id === "none") {
		const message = "a step cannot be called none, since “needs: none” means no step";
		return { message, fix: "Give it another title." };
	}
	if (!other) return undefined;
	const message = `this step and the one at line ${other.line} (“${other.title.slice(0, 80)}”) would have the same id, “${id}”`;
	return { message, fix: "Give one of them another title. Ids keep only letters and digits, at most 80 characters." };
}

function problemWithNeeds(read: NeedsProblem, id: string, ids: readonly string[]): Omit<PlaybookProblem, "line"> {
	const others = ids.filter((other) => other !== id);
	if (read.problem === "empty") {
		const fix = "Write “needs: none”, or the names of steps with commas between.";
		return { message: "“needs:” has an empty name", fix };
	}
	if (read.problem === "unknown") {
		const more = others.length > 20 ? ` and ${others.length - 20} more` : "";
		const fix = `Name one of: ${others.slice(0, 20).join(", ") || "none"}${more}.`;
		return { message: `step “${id}” needs the unknown step “${read.name.slice(0, 80)}”`, fix };
	}
	const fix = `Name them by their ids (${read.ids.join(", ")}), or put each title into quotes.`;
	return { message: `step “${id}” needs “${read.name.slice(0, 80)}”, which fits more than one step`, fix };
}

const maxTold = 20;

/** With `strict: true` nothing may be passed over; a playbook of which nothing runs is none. */
function wouldNotRun(
	drafts: readonly Draft[],
	before: readonly NotRun[],
	isStrict: boolean,
	isRight: boolean,
): readonly PlaybookProblem[] {
	const all = [...before, ...drafts.flatMap((draft) => draft.notRun)];
	const strict = isStrict
		? all.slice(0, maxTold).map(({ line, what, reason }, at) => {
				const more = at === maxTold - 1 && all.length > maxTold ? ` ${all.length - maxTold} more are not named.` : "";
				const fix = `Take it away, make it a fence that runs, or leave “strict” away.${more}`;
				return { line, message: `this ${what} would not run: ${reason}`, fix };
			})
		: [];
	if (!isRight || strict.length > 0) return strict;
	if (drafts.length === 0) {
		const fix = "Begin each step with a heading such as “## Collect”, and put its commands into sh fences.";
		return [{ line: 1, message: "this playbook has no steps", fix }];
	}
	if (drafts.some(({ actions, checks, agent }) => actions.length > 0 || checks.length > 0 || agent)) return [];
	const told = all.length > 0 ? ` Not run would be: ${notRunLines(all, 5).join("; ")}.` : "";
	const fix = `Put commands into sh fences under the headings of steps, or conditions into check fences.${told}`;
	return [{ line: drafts[0]!.line, message: "nothing in this playbook would run", fix }];
}

function toPlanStep(draft: Draft, id: string, needs: readonly string[], inputs: readonly InputSpec[]): PlanStep {
	const notRun = [...draft.notRun, ...draft.actions.flatMap((action) => inputsWritten(action, inputs))];
	return {
		stepId: id as StepId,
		title: draft.title,
		instructions: draft.instructions,
		kind: "playbook",
		role: "implementer",
		needs: needs as readonly string[] as StepId[],
		checks: draft.checks.map(({ command }, at) => ({ checkId: `${id}.${at + 1}` as CheckId, command })),
		confidence: "high",
		actions: [...draft.actions],
		...(notRun.length > 0 && { notRun }),
	};
}

function baseName(path: string): string {
	const name = path.split(/[\\/]/).at(-1) ?? "";
	return name.replace(/\.(md|markdown)$/i, "") || "Playbook";
}
