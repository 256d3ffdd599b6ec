import type { Approval, Goal } from "../../core/goal.ts";
import { stepPosition } from "../../core/rules/progress.ts";
import { planSteps } from "../../core/rules/steps.ts";
import type { Asked } from "../../core/values.ts";
import { t } from "../words/words.ts";
import { riskWord, settledSentence } from "./approvalText.ts";
import { plainLine } from "./visibleText.ts";

/**
 * The exact action that waits, in plain text: what a toast has no room for. The command, or what would be written, stands
 * by itself between two rules, exactly as it is; characters that cannot be seen are named below it.
 */
export function approvalDocument(approval: Approval, goal: Goal): string {
	const step = approval.stepId ? goal.steps[approval.stepId] : undefined;
	const settled = goal.settled.find((one) => one.approvalId === approval.approvalId);
	const lines = [settled ? settledSentence(settled) : t("Waits for you: {0}", plainLine(approval.summary, 100)), ""];
	if (approval.asked) lines.push(...questionLines(approval, approval.asked), "");
	const content = approval.asked ? undefined : writtenContent(approval, goal);
	if (content !== undefined) lines.push(rule, ...content.split("\n"), rule, "");
	if (approval.command !== undefined) {
		lines.push(rule, ...approval.command.split("\n"), rule, "");
		lines.push(...unseenLines(approval.command));
	}
	if (approval.kind === "plan") lines.push(...planLines(goal), "");
	if (approval.kind === "plan" || approval.command !== undefined) lines.push(...inputLines(goal));
	lines.push(t("Goal: {0}", goal.title));
	if (step) lines.push(t("Step {0}: {1}", stepPosition(goal, step), step.title));
	lines.push(t("Folder: {0}", goal.workspace), t("Risk: {0}", riskWord(approval.risk)));
	if (approval.reasons.length > 0) lines.push(t("Why:"), ...approval.reasons.map((reason) => `  - ${reason}`));
	if (approval.goalScope) lines.push(t("Approve for Goal covers: {0}", approval.goalScope));
	const bound = Object.keys({ ...approval.files, ...approval.written }).sort();
	if (bound.length > 0) {
		const more = bound.length > maxFiles ? [t("and {0} more", bound.length - maxFiles)] : [];
		const names = [...bound.slice(0, maxFiles).map((name) => plainLine(name, 200)), ...more];
		lines.push(t("What you approve is bound to these files as they are now:"), ...names.map((name) => `  ${name}`));
	}
	lines.push(t("Digest: {0}", approval.digest), t("Asked: {0}", approval.requestedAt));
	if (approval.deadline)
		lines.push(
			approval.deadline.act === "skip"
				? t("Its step is skipped unless you answer until: {0}", approval.deadline.at)
				: t("Denied unless you answer until: {0}", approval.deadline.at),
		);
	else if (approval.expiresAt) lines.push(t("Expires: {0}", approval.expiresAt));
	if (approval.setAside) lines.push(t("Set aside: {0}", approval.setAside.at));
	return `${lines.join("\n")}\n`;
}

const rule = "─".repeat(60);

/** What a tool without a command would be given: the text of a file as it is, anything else as JSON. */
function writtenContent(approval: Approval, goal: Goal): string | undefined {
	const call = approval.toolCallId && goal.calls[approval.toolCallId];
	if (!call || approval.command !== undefined) return undefined;
	const { content, path, ...rest } = call.args;
	const isWrite = typeof content === "string" && typeof path === "string" && Object.keys(rest).length === 0;
	return isWrite ? `${path}\n\n${content}` : JSON.stringify(call.args, undefined, 2);
}

/** The question as it is, and what its answers mean. */
function questionLines({ summary }: Approval, { options, default: taken = [] }: Asked): readonly string[] {
	const offered = options.flatMap(({ label, description }) => [
		`  - ${plainLine(label, 100)}${taken.includes(label) ? ` (${t("what the agent would choose")})` : ""}`,
		...(description ? [`    ${plainLine(description, 500)}`] : []),
	]);
	const words = options.length === 0 && taken.length > 0 ? [t("The agent would answer: {0}", taken.join(", "))] : [];
	return [...summary.split("\n"), ...(offered.length > 0 ? ["", ...offered] : words)];
}

/** A plan is approved as a whole, so all of it stands there. */
function planLines(goal: Goal): readonly string[] {
	return planSteps(goal).flatMap((step, index) => {
		const needs = step.needs.flatMap((stepId) => goal.steps[stepId]?.title ?? []);
		return [
			`${index + 1}. ${step.title}${needs.length > 0 ? ` (${t("needs {0}", needs.join(", "))})` : ""}`,
			...step.instructions.split("\n").map((line) => `   ${line}`),
			...step.checks.map((check) => `   ${t("check")}: ${check.command}`),
		];
	});
}

/** What commands get for a playbook's inputs, whole: what they do depends on it. */
function inputLines({ playbook }: Goal): readonly string[] {
	const given = (playbook?.inputs ?? []).filter(({ value }) => value !== "");
	return given.flatMap(({ variable, value }) => [
		t("Input {0}:", variable),
		...value.split("\n").map((line) => `    ${line}`),
		...unseenLines(value),
		"",
	]);
}

function unseenLines(text: string): readonly string[] {
	const unseen = unseenCharacters(text);
	return unseen.length > 0 ? [t("Contains characters that cannot be seen: {0}", unseen.join(", ")), ""] : [];
}

/** `U+202E at 14`: where a character is invisible or changes the direction of writing. Tabs and line breaks show. */
export function unseenCharacters(command: string): readonly string[] {
	return [...command.matchAll(/(?! )[\p{Cc}\p{Cf}\p{Z}\u115f\u1160\u3164\uffa0]/gu)]
		.filter(([character]) => character !== "\n" && character !== "\t")
		.slice(0, 20)
		.map((match) => {
			const point = match[0].codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
			return t("U+{0} at {1}", point, match.index + 1);
		});
}

const maxFiles = 100;
