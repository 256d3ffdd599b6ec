import { agentKind } from "../../core/agentKinds.ts";
import { parseModelRef } from "../../core/modelRef.ts";
import { nearName } from "../../core/words/nearName.ts";
import { distance } from "./fenceWords.ts";
import type { Block } from "./markdown.ts";
import type { PlaybookProblem } from "./problem.ts";

/** What the first lines under a step's heading say of it: `needs: a, b`, `agent: implementer`. */
export interface StepAttributes {
	readonly needs?: Written;
	readonly agent?: Written;
	/** Lines that are no prose. */
	readonly taken: ReadonlySet<number>;
}

export interface Written {
	/** Behind the colon. */
	readonly text: string;
	readonly line: number;
}

const names = ["needs", "agent"] as const;
const attributeLine = /^[*_`]*(needs|agent)[*_`]*\s*[:：][*_`]*(.*)$/i;

/** They count up to the first line that is neither one of them, nor blank, nor a comment. */
export function stepAttributes(
	blocks: readonly Block[],
	lines: readonly string[],
	problems: PlaybookProblem[],
): StepAttributes {
	const found: { needs?: Written; agent?: Written } = {};
	const taken = new Set<number>();
	for (const block of blocks) {
		if (block.kind === "html" && block.isComment) continue;
		if (block.kind !== "paragraph" || block.isNested) break;
		for (let line = block.line; line <= block.endLine; line++) {
			const written = lines[line - 1]!.trim();
			const [, word, text = ""] = attributeLine.exec(written) ?? [];
			if (word === undefined) {
				const wrong = nearlyAttribute(written, line);
				if (wrong) problems.push(wrong);
				return { ...found, taken };
			}
			const name = word.toLowerCase() as (typeof names)[number];
			const before = found[name];
			if (before) {
				const fix = "Say it in one line.";
				problems.push({ line, message: `“${name}:” stands here and in line ${before.line}`, fix });
			} else found[name] = { text: text.trim(), line };
			taken.add(line);
		}
	}
	return { ...found, taken };
}

function nearlyAttribute(written: string, line: number): PlaybookProblem | undefined {
	const [, word] = /^[*_`]*(\p{L}+)[*_`]*\s*[:：]/u.exec(written) ?? [];
	if (word === undefined || word.length <= 3) return undefined;
	const meant = names.find((name) => distance(word.toLowerCase(), name) === 1);
	if (!meant) return undefined;
	const says = meant === "needs" ? "the order of steps" : "who does the step";
	return { line, message: `“${word}:” says nothing about ${says}`, fix: `Write “${meant}:” if that is what is meant.` };
}

/** Who is to do a step: a role of the goal, or a model or agent by its name, which is read further at launch. */
export type StepAgent = { readonly role: string } | { readonly named: string };

const rolesOfSteps = ["implementer", "researcher"];
const example = "Write “agent: implementer”, another role, or a model such as “agent: openai/gpt-5:high”.";

export function readAgent({ text, line }: Written): StepAgent | PlaybookProblem {
	const name = text.replace(/^["'`“]|[*_`"'”]+$/g, "").trim();
	const wrong = (message: string, fix = example): PlaybookProblem => ({ line, message, fix });
	if (name === "") return wrong("“agent:” names nobody");
	if (name.includes("/")) {
		const choice = parseModelRef(name);
		if (!choice || /\s/.test(name)) return wrong(`“${shown(name)}” is no name of an agent`);
		if (!agentKind(choice).takesRoles) return wrong(`“${shown(name)}” runs playbooks and does no step`);
		return { named: name };
	}
	const role = name.toLowerCase();
	if (role === "planner" || role === "reviewer")
		return wrong(`the ${role} does no step of a playbook`, "Name who does the work, such as “agent: implementer”.");
	if (!/^[a-z][a-z0-9-]{0,39}$/.test(role)) return wrong(`“${shown(name)}” is no name of a role`);
	const near = rolesOfSteps.includes(role) ? undefined : nearName(role, rolesOfSteps);
	if (near) return wrong(`there is no role “${role}”`, `Write “agent: ${near}” if that is what is meant.`);
	return { role };
}

/** Of a step that names its agent: a role that is only its own, so that the roster shows it, and can change it. */
export function ownRole(stepId: string, position: number, taken: ReadonlySet<string>): string {
	const isFree = /^[a-z][a-z0-9-]{0,39}$/.test(stepId) && !reserved.has(stepId) && !taken.has(stepId);
	return isFree ? stepId : `step-${position}`;
}

const reserved: ReadonlySet<string> = new Set([...rolesOfSteps, "planner", "reviewer"]);

function shown(text: string): string {
	return text.slice(0, 80);
}
