import * as v from "valibot";
import type { CheckId, StepId } from "../../core/ids.ts";
import type { CheckSpec, PlanStep } from "../../core/values.ts";
import { findCycle } from "../playbook/stepGraph.ts";
import { slug, stepNames } from "../playbook/stepNames.ts";
import { lastJson } from "./jsonInText.ts";

/**
 * A plan out of what a planner wrote. Models put prose and fences around their JSON, call steps by their titles and
 * leave out what can be guessed: all of that is read. What cannot be meant comes back as a sentence for the model.
 */
export interface ParsedPlan {
	readonly title: string;
	readonly summary: string;
	readonly steps: PlanStep[];
	readonly checks: CheckSpec[];
}

export const maxSteps = 50;
const maxChecks = 20;
const maxInstructionChars = 20_000;

/** A step of the plan before: done, or under way and going on if it is named again. It stays as it is. */
export interface KeptStep {
	readonly step: PlanStep;
	readonly isDone: boolean;
}

export function parsePlan(text: string, kept: readonly KeptStep[] = []): ParsedPlan | { readonly problem: string } {
	const found = lastJson(text, "steps", planLike);
	if ("problem" in found) return { problem: `${found.problem} Answer with the plan as one JSON document.` };
	const plan = v.safeParse(Plan, found.value);
	if (!plan.success) {
		const issue = plan.issues[0];
		const where = v.getDotPath(issue as v.BaseIssue<unknown>) ?? "the plan";
		return {
			problem: `“${where}” cannot be read: expected ${issue.expected ?? "another value"}. Answer with the whole plan again.`,
		};
	}
	return build(plan.output, kept);
}

const Text = v.pipe(
	v.union([v.string(), v.number()]),
	v.transform((value) => String(value).trim()),
);
const maybe = <T extends v.GenericSchema>(schema: T) => v.nullish(schema);
const Commands = maybe(v.array(Text));
const Confidence = v.picklist(["high", "medium", "low"]);
const Step = v.object({
	id: maybe(Text),
	title: maybe(Text),
	instructions: maybe(v.string()),
	kind: maybe(v.string()),
	role: maybe(v.string()),
	needs: maybe(v.union([v.array(Text), Text])),
	checks: Commands,
	confidence: v.fallback(maybe(Confidence), undefined),
});
const Plan = v.object({ title: maybe(Text), summary: maybe(Text), steps: v.array(Step), checks: Commands });
type Plan = v.InferOutput<typeof Plan>;

function build(
	{ title, summary, steps, checks }: Plan,
	kept: readonly KeptStep[],
): ParsedPlan | { readonly problem: string } {
	if (steps.length === 0) return { problem: "The plan has no steps. Give it at least one." };
	if (steps.length > maxSteps)
		return { problem: `The plan has ${steps.length} steps; at most ${maxSteps} are possible. Make larger steps.` };
	const ids: string[] = [];
	for (const [at, step] of steps.entries()) {
		const name = step.id || step.title;
		if (!name) return { problem: `Step ${at + 1} has neither id nor title. Name it.` };
		const id = slug(name, `step-${at + 1}`);
		if (ids.includes(id)) return { problem: `Two steps have the id “${id}”. Give each step its own.` };
		ids.push(id);
	}
	const done = kept.filter(({ step, isDone }) => isDone && !ids.includes(step.stepId)).map(({ step }) => step);
	const names = stepNames([
		...steps.map((step, at) => ({ id: ids[at]!, titles: [step.id, step.title].filter((name) => !!name) as string[] })),
		...done.map(({ stepId }) => ({ id: stepId, titles: [] })),
	]);
	const planned: PlanStep[] = done.map(specOf);
	for (const [at, step] of steps.entries()) {
		const id = ids[at]!;
		const same = kept.find((one) => one.step.stepId === id);
		if (same) {
			planned.push(specOf(same.step));
			continue;
		}
		if (!step.title && !step.instructions?.trim())
			return { problem: `Step “${id}” does not say what to do. Give it instructions.` };
		const needs = new Set<string>();
		for (const need of step.needs == null ? ids.slice(Math.max(at - 1, 0), at) : [step.needs].flat()) {
			const [needed, second] = names.find(need);
			if (second) {
				const fitting = names.find(need).join(", ");
				return {
					problem: `Step “${id}” needs “${need}”, which fits more than one step. Name one by its id: ${fitting}.`,
				};
			}
			if (!needed) {
				const others = ids.filter((other) => other !== id).join(", ");
				return {
					problem: `Step “${id}” needs the unknown step “${need}”. The others are: ${others || "none"}.`,
				};
			}
			needs.add(needed);
		}
		planned.push({
			stepId: id as StepId,
			title: (step.title || step.id || id).slice(0, 200),
			instructions: (step.instructions?.trim() || step.title || "").slice(0, maxInstructionChars),
			kind: slug(step.kind ?? "", "work").slice(0, 40),
			role: roleOf(step.role),
			needs: [...needs] as StepId[],
			checks: checkSpecs(id, step.checks),
			confidence: step.confidence ?? "high",
		});
	}
	const cycle = findCycle(new Map(planned.map((step) => [step.stepId as string, step.needs as readonly string[]])));
	if (cycle) return { problem: `These steps need each other in a circle: ${cycle.join(" → ")}. Take one need away.` };
	return {
		title: (title ?? "").slice(0, 200),
		summary: (summary ?? "").slice(0, 4000),
		steps: planned,
		checks: checkSpecs("goal", checks),
	};
}

/** Without what has become of it. */
function specOf({ stepId, title, instructions, kind, role, needs, checks, confidence, actions }: PlanStep): PlanStep {
	return { stepId, title, instructions, kind, role, needs, checks, confidence, actions };
}

/** `<owner>.1`, `<owner>.2`…, as in a playbook. */
function checkSpecs(owner: string, commands: readonly string[] | null | undefined): CheckSpec[] {
	const wanted = [...new Set((commands ?? []).filter((command) => command !== ""))].slice(0, maxChecks);
	return wanted.map((command, at) => ({ checkId: `${owner}.${at + 1}` as CheckId, command }));
}

function roleOf(role: string | null | undefined): string {
	const name = slug(role ?? "", "implementer").slice(0, 40);
	return /^[a-z][a-z0-9-]*$/.test(name) ? name : "implementer";
}

/** An object with steps, or the steps alone; some wrap it once more: { "plan": { … } }. */
function planLike(value: unknown): unknown {
	if (Array.isArray(value)) return value.length > 0 && value.every(isStepLike) ? { steps: value } : undefined;
	return [value, (value as { plan?: unknown } | null)?.plan].find(isPlanLike);
}

function isPlanLike(value: unknown): value is object {
	return typeof value === "object" && value !== null && Array.isArray((value as { steps?: unknown }).steps);
}

function isStepLike(value: unknown): boolean {
	return typeof value === "object" && value !== null && ("title" in value || "instructions" in value);
}
