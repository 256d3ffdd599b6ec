import { stringify } from "yaml";
import type { Goal, Step } from "../../core/goal.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { escapeProse } from "./planProse.ts";

/**
 * The plan as a document that a person reads and edits: Markdown, close to a playbook. A `##` heading is a step, the
 * lines under it say what it is called and needs, prose is its instructions, a `check` fence is a check of it; checks of
 * the whole goal stand at the head. `state:` is there to be read, and is passed over when the document comes back.
 */
export function writePlan(goal: Goal): string {
	const { plan } = goal;
	if (!plan) return "";
	const checks = Object.values(goal.checks).filter((check) => check.stepId === undefined);
	const head = stringify(
		{ revision: plan.revision, ...(checks.length > 0 && { checks: checks.map(({ command }) => command) }) },
		{ lineWidth: 0 },
	);
	const intro = [`# ${oneLine(goal.title)}`, escapeProse(plan.summary.trim(), true)].filter(Boolean);
	return `${[`---\n${head}---`, ...intro, ...planSteps(goal).map(stepText)].join("\n\n")}\n`;
}

function stepText(step: Step): string {
	const lines = [
		`## ${oneLine(step.title)}`,
		`id: ${step.stepId}`,
		`needs: ${step.needs.join(", ") || "none"}`,
		`role: ${step.role}`,
		...(step.kind === "work" ? [] : [`kind: ${oneLine(step.kind)}`]),
		`state: ${step.state.replace("_", " ")}`,
	];
	const instructions = escapeProse(step.instructions.trim());
	const checks = step.checks.map(({ command }) => fenced(command));
	return [lines.join("\n"), instructions, ...checks].filter(Boolean).join("\n\n");
}

/** A longer fence than any in the command. */
function fenced(command: string): string {
	const longest = Math.max(2, ...(command.match(/`+/g) ?? []).map((run) => run.length));
	const fence = "`".repeat(longest + 1);
	return `${fence}check\n${command}\n${fence}`;
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}
