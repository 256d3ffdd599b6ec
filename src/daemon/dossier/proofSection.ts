import type { Check, Goal } from "../../core/goal.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { checkMarks, reviewMarks } from "../../core/words/marks.ts";
import { viewCheck } from "../../protocol/view.ts";
import { code, fence, inline, quote } from "./agentText.ts";
import type { CheckRecord } from "./checkProjection.ts";
import type { DossierData, Review } from "./dossierData.ts";
import { count, folded, sentence, signOf, time } from "./words.ts";

/** What supports the claim that it is done, and what does not. */
export function evidence(data: DossierData): string {
	const { goal, checks } = data;
	const ofGoal = Object.values(goal.checks).filter((check) => check.stepId === undefined);
	const steps = planSteps(goal).flatMap((step, index) => {
		const own = step.checks.flatMap(({ checkId }) => goal.checks[checkId] ?? []);
		return own.length === 0 ? [] : [group(`Step ${index + 1}, ${inline(step.title)}`, own, goal, checks)];
	});
	const parts = [
		...(ofGoal.length > 0 ? [group("The goal", ofGoal, goal, checks)] : []),
		...steps,
		reviews(data),
		others(data),
		gaps(data),
	];
	const body = parts.filter((part) => part !== "").join("\n\n");
	return body === "" ? "" : `## Evidence\n\n${body}`;
}

function group(name: string, own: readonly Check[], goal: Goal, records: DossierData["checks"]): string {
	return `### ${name}\n\n${own.map((check) => checkLine(check, goal, records[check.checkId])).join("\n")}`;
}

function checkLine(check: Check, goal: Goal, record: CheckRecord | undefined): string {
	const { state, activity } = viewCheck(check);
	const last = record?.last;
	const where = !last?.tree
		? "files not tracked"
		: last.tree === goal.files.tree
			? `on the files as they are now (tree ${code(last.tree.slice(0, 10))})`
			: `on tree ${code(last.tree.slice(0, 10))}`;
	const ran = last ? ` Ran ${time(last.at)} ${where}.` : "";
	const runs = record && record.runs > 1 ? ` ${count(record.runs, "run")}, ${record.red} red.` : "";
	const mark = checkMarks[activity ?? state];
	const pending = last ? "to be run again" : "not run";
	const exit = mark === checkMarks.red && last ? `, exit ${last.exitCode}` : "";
	const word = mark === checkMarks.pending ? pending : `${signOf(mark)}${mark.word}${exit}`;
	const since = state === "stale" && record?.staleSince;
	const why = since ? ` ${code(since.path)} changed at ${time(since.at)}, after it was green.` : "";
	const tail = state === "red" && last?.tail.trim() ? `\n${indented(fence(last.tail))}` : "";
	return `- **${word}** ${code(check.command)}.${ran}${why}${runs}${tail}`;
}

function reviews({ reviews: found }: DossierData): string {
	if (found.entries.length + found.days.length === 0) return "";
	return ["### Reviews", ...folded([found], "review"), ...found.entries.map(review)].join("\n\n");
}

function review({ at, verdict, step, verifier, coverage, gaps: missing, summary, diagnosis }: Review): string {
	const mark = reviewMarks[verdict];
	const facts = [
		["Verified with", verifier],
		["Covered", coverage],
		["Not covered", missing],
		["Diagnosis", diagnosis],
	].flatMap(([name, value]) => (value?.trim() ? [`- ${name}: ${inline(value, 1500)}`] : []));
	return [
		`**${signOf(mark)}${mark.word}**: ${inline(step)}, ${time(at)}. ${inline(summary, 1500)}`,
		facts.join("\n"),
	].join("\n\n");
}

function others({ reports: { evidence: found } }: DossierData): string {
	const lines = found.map(({ at, kind, step, text }) => {
		const short = text.length <= 200 && !text.includes("\n");
		const head = `- ${time(at)} ${kind}${step ? `, ${inline(step)}` : ""}`;
		return short ? `${head}: ${inline(text)}` : `${head}:\n\n${indented(quote(text))}`;
	});
	return lines.length === 0 ? "" : `### Other evidence\n\n${lines.join("\n")}`;
}

/** What is not proved. It is said as plainly as what was. */
function gaps({ goal }: DossierData): string {
	const steps = planSteps(goal);
	const onWord = steps.filter((step) => step.state === "completed" && !step.verified);
	const open = Object.values(goal.checks).filter((check) => check.state !== "green");
	const { untracked, skipped } = goal.files;
	const named = skipped.slice(0, skippedNamed).map(({ path, reason }) => `${code(path)} (${inline(reason)})`);
	const more = skipped.length - named.length;
	const lines = [
		Object.keys(goal.checks).length === 0 && steps.length > 0
			? "No check was named: nothing here was run to prove it."
			: "",
		onWord.length > 0 ? `Done on the agent's word: ${onWord.map((step) => inline(step.title)).join(", ")}.` : "",
		open.length > 0 ? `Not green now: ${open.map((check) => code(check.command)).join(", ")}.` : "",
		untracked ? sentence(`Changes of files are not tracked: ${inline(untracked)}`) : "",
		named.length > 0 ? `Files that are not tracked: ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}.` : "",
	].filter((line) => line !== "");
	return lines.length === 0 ? "" : `### Not proven\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
}

const skippedNamed = 20;

function indented(text: string): string {
	return text
		.split("\n")
		.map((line) => (line === "" ? "" : `  ${line}`))
		.join("\n");
}
