import type { Goal, Step } from "../../core/goal.ts";
import { imageText } from "../../core/image.ts";
import { inputWords } from "../../core/inputs.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { progress } from "../../core/rules/progress.ts";
import { planSteps } from "../../core/rules/steps.ts";
import { actorName, budgetResources, type NotRun } from "../../core/values.ts";
import { capital } from "../../core/words/capital.ts";
import { markOfGoal, markOfStep } from "../../core/words/markOf.ts";
import { checkMarks, goalMarks, riskMarks, stepMarks } from "../../core/words/marks.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { stateReason } from "../../core/words/stateReason.ts";
import { stepWorker } from "../../core/words/stepWorker.ts";
import { viewCheck } from "../../protocol/view.ts";
import { cell, code, inline, quote } from "./agentText.ts";
import type { DossierData } from "./dossierData.ts";
import { changes, decisions, instructions, problems, reports } from "./listSections.ts";
import { evidence } from "./proofSection.ts";
import { usage } from "./usageSection.ts";
import { count, folded, number, signOf, span, time } from "./words.ts";

/**
 * The dossier as Markdown: state and why, what waits, the step board, the proof, what was reported, decided and changed,
 * what went wrong, what it cost, and when. A section that has nothing to say is left out.
 */
export function markdownDossier(data: DossierData): string {
	if (data.goal.deleted) return deleted(data);
	const sections = [
		head,
		waits,
		board,
		notRun,
		evidence,
		reports,
		decisions,
		instructions,
		changes,
		problems,
		usage,
		reflection,
		timeline,
	];
	return `${[...sections.map((section) => section(data)), foot(data)].filter((text) => text !== "").join("\n\n")}\n`;
}

function deleted({ goal, erased, lastHash }: DossierData): string {
	return `# A deleted goal

The goal ${code(goal.goalId)} was deleted, and what it said and did was erased. Its ${count(erased, "event")} left their
headers in the chain of hashes, which ends with ${code(lastHash)}.
`;
}

const promptChars = 4000;

function head(data: DossierData): string {
	const { goal, launchedBy, endedAt } = data;
	const { done, total } = progress(goal);
	const { settings, playbook } = goal;
	const budget = budgetResources
		.filter((resource) => goal.budget[resource] !== undefined)
		.map((resource) => `${number(goal.budget[resource] ?? 0)} ${resource}`);
	const facts: readonly (readonly [name: string, value: string | undefined])[] = [
		["Steps", total === 0 ? undefined : `${done} of ${total} done`],
		["Launched", `${time(goal.launchedAt)}${launchedBy ? `, by ${inline(actorName(launchedBy))}` : ""}`],
		endedAt
			? ["Ended", `${time(endedAt)}, after ${span(goal.launchedAt, endedAt)}`]
			: ["Last event", `${time(goal.updatedAt)}, ${span(goal.launchedAt, goal.updatedAt)} after the launch`],
		["Workspace", code(goal.workspace)],
		["Agent", code(formatModelRef(settings.agent))],
		["Autonomy", `${settings.autonomy}; plan approval ${settings.planApproval}`],
		["Sandbox", sandboxText(data)],
		["Budget", budget.length > 0 ? budget.join(", ") : undefined],
		["Images", goal.images?.map((image) => inline(imageText(image))).join(", ")],
		["Playbook", playbook && `${code(playbook.path)}, SHA-256 ${code(playbook.sha256.slice(0, 16))}`],
		["Inputs", playbook?.inputs?.map((input) => code(inputWords(input))).join(", ")],
	];
	const over = goal.prompt.length - promptChars;
	const prompt =
		over > 0 ? `${goal.prompt.slice(0, promptChars)}\n\n… and ${number(over)} characters more.` : goal.prompt;
	return [
		`# ${inline(goal.title) || "A goal"}`,
		prompt.trim() === goal.title.trim() ? "" : quote(prompt),
		verdict(data),
		facts.flatMap(([name, value]) => (value ? [`- ${name}: ${value}`] : [])).join("\n"),
	]
		.filter((part) => part !== "")
		.join("\n\n");
}

function verdict({ goal }: DossierData): string {
	const mark = markOfGoal(goal);
	const word = capital(mark.word);
	const proof = mark === goalMarks.completed ? ", verified" : "";
	const reason = stateReason(goal).replace(`${word}: `, "");
	return `**${signOf(mark)}${word}${proof}.** ${inline(reason, 1000)}`;
}

function waits({ goal }: DossierData): string {
	const lines = Object.values(goal.approvals).map(({ summary, command, risk, requestedAt, expiresAt, approvalId }) => {
		const until = expiresAt ? `, until ${time(expiresAt)}` : "";
		return `- ${inline(command ? "Run" : summary)}${command ? ` ${code(command)}` : ""} (${riskMarks[risk].word}, asked ${time(requestedAt)}${until}, ${code(approvalId)})`;
	});
	return lines.length === 0 ? "" : `## Waits for a decision\n\n${lines.join("\n")}`;
}

function board({ goal }: DossierData): string {
	const steps = planSteps(goal);
	if (steps.length === 0) return "## Steps\n\nThere is no plan yet.";
	const roles = new Set(steps.map(({ role }) => role));
	const isMixed = steps.some((step) => stepWorker(goal, step));
	const by = isMixed ? ["By"] : roles.size > 1 ? ["Role"] : [];
	const head = ["", "Step", ...by, "State", "Attempts", "Needs", "Checks"];
	const rows = steps.map((step, index) => {
		const needs = step.needs.map((need) => (goal.plan?.order.indexOf(need) ?? -1) + 1);
		const cells = [
			String(index + 1),
			inline(step.title),
			...by.map(() => inline(stepWorker(goal, step) ?? step.role)),
			stateWord(goal, step),
			String(step.attempts.length),
			needs.join(", "),
			checksOf(goal, step),
		];
		return `| ${cells.map(cell).join(" | ")} |`;
	});
	const { summary = "", revision = 1 } = goal.plan ?? {};
	const news = [goal.prompt, goal.title].includes(summary.trim()) ? "" : inline(summary, 2000);
	const note = revision > 1 ? `Plan ${revision}. ${news}`.trim() : news;
	return ["## Steps", note, [`| ${head.join(" | ")} |`, `|${"---|".repeat(head.length)}`, ...rows].join("\n")]
		.filter(Boolean)
		.join("\n\n");
}

/** What a reader of the playbook might take for done. */
function notRun({ goal }: DossierData): string {
	const of = (name: string, items: readonly NotRun[] = []) =>
		notRunLines(items, 50).map((line) => `| ${cell(inline(name))} | ${cell(inline(line))} |`);
	const rows = [
		...of("before the first step", goal.plan?.notRun),
		...planSteps(goal).flatMap((step, index) => of(`${index + 1} ${step.title}`, step.notRun)),
	];
	if (rows.length === 0) return "";
	return ["## Not run", ["| Step | Code of the playbook |", "|---|---|", ...rows].join("\n")].join("\n\n");
}

/** Of a step that is done the account says what that stands on. */
function stateWord(goal: Goal, step: Step): string {
	const mark = markOfStep(goal, step);
	if (mark === stepMarks.completed) return `${signOf(mark)}done, verified`;
	if (mark === stepMarks.unverified) return `done, ${mark.word}`;
	return `${signOf(mark)}${mark.word}`;
}

/** `2 green, 1 stale`. */
function checksOf(goal: DossierData["goal"], step: Step): string {
	const counts = new Map<string, number>();
	for (const { checkId } of step.checks) {
		const check = goal.checks[checkId];
		const { word } = checkMarks[check ? viewCheck(check).state : "pending"];
		counts.set(word, (counts.get(word) ?? 0) + 1);
	}
	return [...counts].map(([word, times]) => `${times} ${word}`).join(", ") || "none";
}

function reflection({ reflection: last, noReflection }: DossierData): string {
	if (noReflection) return `## Reflection\n\nLeft out. ${inline(noReflection, 1000)}`;
	if (!last) return "";
	const memory = last.memory?.trim() ? [`To know next time:\n\n${quote(last.memory)}`] : [];
	const parts = [quote(last.summary), quote(last.reflection), ...memory].filter((text) => text !== ">");
	return ["## Reflection", ...parts].join("\n\n");
}

/** Each moment with its event, from which on one can look at the account again. */
function timeline({ goal, moments }: DossierData): string {
	const rows = moments.entries.map(({ seq, at, what, about }) => {
		return `| ${seq} | ${time(at)} | ${cell(inline(what))} | ${cell(inline(about ?? ""))} |`;
	});
	if (rows.length === 0) return "";
	return [
		"## Timeline",
		`How it stood after an event: \`mission dossier ${goal.goalId} --at EVENT\`.`,
		folded([moments], "moment").join("\n"),
		["| Event | When | What | |", "|---|---|---|---|", ...rows].join("\n"),
	]
		.filter(Boolean)
		.join("\n\n");
}

function foot({ goal, lastHash }: DossierData): string {
	return `---

Times are UTC. Derived from events 1 to ${goal.seq} of goal ${code(goal.goalId)}; the hash of the last one is
${code(lastHash)}. \`mission dossier ${goal.goalId} --format jsonl --at ${goal.seq}\` exports those events, and
\`mission verify\` checks them.`;
}

/** Where commands, checks and agents ran; nothing where none was to run inside and none did. */
function sandboxText({ goal, sandbox }: DossierData): string | undefined {
	const isNone = [sandbox, sandbox.agents].every(({ inside }) => Object.keys(inside).length === 0);
	if (isNone && (goal.settings.sandbox ?? "off") === "off") return undefined;
	const ran = [...wherever(sandbox, "command"), ...wherever(sandbox.agents, "agent")];
	return [goal.settings.sandbox, ran.join(", ")].filter(Boolean).join("; ");
}

function wherever(
	{ inside, outside }: Pick<DossierData["sandbox"], "inside" | "outside">,
	noun: string,
): readonly string[] {
	const ran = Object.entries(inside).map(([name, times]) => `${count(times, noun)} in ${inline(name)}`);
	return outside > 0 ? [...ran, `${count(outside, noun)} outside`] : ran;
}
