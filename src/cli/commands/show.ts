import { imageText } from "../../core/image.ts";
import { inputWords } from "../../core/inputs.ts";
import { isOpen } from "../../core/rules/reviews.ts";
import { type AnswerValueKind, answerValues } from "../../core/words/answerValues.ts";
import { elapsed } from "../../core/words/duration.ts";
import { goalMark, reviewMark, stepMark } from "../../core/words/markOf.ts";
import {
	approvalMarks,
	checkMarks,
	type Mark,
	reviewMarks,
	riskMarks,
	stepMarks,
	threadMarks,
} from "../../core/words/marks.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { tokenParts } from "../../core/words/tokenParts.ts";
import { withLocalTimes } from "../../core/words/waiting.ts";
import type { AnsweredApproval, ApprovalView, CheckView, GoalView, ReviewView, StepView } from "../../protocol/view.ts";
import type { Context } from "../input/context.ts";
import { resolveGoal } from "../input/resolve.ts";
import { backgroundText } from "../terminal/backgroundText.ts";
import { ago, clock, count, indent, money, oneLine, table } from "../terminal/layout.ts";
import { paint } from "../terminal/output.ts";
import { coloured, sign, stateText } from "../terminal/states.ts";
import { rosterText } from "./roster.ts";

export async function show(context: Context, typed: string): Promise<void> {
	const goalId = await resolveGoal(context, typed);
	showGoal(context, await context.ask("goal/get", { goalId }));
}

/** What every command that acts on a goal answers with. */
export function showGoal(context: Context, goal: GoalView): void {
	context.output.result(shown(goal), () => goalText(goal, Date.now()));
}

/** All that was ever asked in one list, as far as it is known: what waits first, then what was answered, newest first. */
export function shown({ answered = [], ...goal }: GoalView): object {
	return { ...goal, approvals: [...goal.approvals, ...answered] };
}

export function goalText(goal: GoalView, now: number): string {
	const parts = [
		`${paint.bold(goal.title)}  ${stateText(goalMark(goal))}\n${withLocalTimes(goal.stateReason, clock, now)}`,
		facts(goal, now),
		section("Plan", stepBoard(goal)),
		section("Not run, before the first step", notRunLines(goal.plan.notRun ?? [], 5).join("\n")),
		section("No longer in the plan", (goal.plan.dropped ?? []).map(droppedLine).join("\n")),
		section("Checks of the goal", goal.checks.map(checkLine).join("\n")),
		section("Final review", goal.review ? reviewLine(goal.review) : ""),
		section("Waits for you", goal.approvals.map((approval) => approvalText(approval)).join("\n\n")),
		section("Answered", answeredTable(goal.answered ?? [], now)),
		section("Agents", rosterText(goal.roster.assignments)),
		section("Sub-agents", subAgents(goal)),
		section("In the background", backgroundText(goal.background ?? [], now)),
		section("Used", usage(goal)),
		section("You can", possible(goal)),
	];
	return parts.filter(Boolean).join("\n\n");
}

function facts(goal: GoalView, now: number): string {
	const changed = goal.untracked ? `not tracked: ${goal.untracked}` : count(goal.changes.length, "file");
	return table(
		[
			[paint.dim("goal"), goal.goalId],
			[paint.dim("objective"), oneLine(goal.prompt, 200)],
			[paint.dim("images"), (goal.images ?? []).map(imageText).join(", ")],
			[paint.dim("workspace"), goal.workspace],
			[paint.dim("playbook"), goal.playbook ?? ""],
			[paint.dim("inputs"), (goal.inputs ?? []).map(inputWords).join(", ")],
			[paint.dim("autonomy"), goal.autonomy],
			[paint.dim("changed"), changed],
			[paint.dim("launched"), `${ago(goal.launchedAt, now)}, last event ${ago(goal.updatedAt, now)}`],
		].filter(([, value]) => value),
	);
}

function stepBoard({ plan: { steps }, approvals }: GoalView): string {
	const width = String(steps.length).length;
	const asked = new Set(approvals.map((approval) => approval.stepId));
	return steps
		.flatMap((step, index) => {
			const review = step.attempts.at(-1)?.review;
			const mark = stepMark(step, {
				isAsked: asked.has(step.stepId),
				isInReview: review !== undefined && isOpen(review),
			});
			return [stepLine(step, mark, mark.word, String(index + 1).padStart(width)), ...under(step)];
		})
		.join("\n");
}

/** The heading says that it left the plan. */
function droppedLine(step: StepView): string {
	return stepLine(step, stepMarks.dropped, step.undone ? stepMarks.undone.word : "", "-");
}

function stepLine(step: StepView, mark: Mark, word: string, position: string): string {
	const attempts = step.attempts.length > 1 ? `attempt ${step.attempts.length}` : "";
	const about = paint.dim([word, attempts, step.worker && `by ${step.worker}`].filter(Boolean).join(", "));
	return [`${sign(mark)} ${position} ${step.title}`, about, paint.dim(step.stepId)].filter(Boolean).join("  ");
}

function under(step: StepView): string[] {
	const { diagnosis, review } = step.attempts.at(-1) ?? {};
	const isBad = step.state === "failed" || step.state === "pending";
	return [
		...(diagnosis && isBad ? [indent(paint.red(oneLine(diagnosis, 200)), "    ")] : []),
		...step.checks.map((check) => indent(checkLine(check), "    ")),
		...notRunLines(step.notRun ?? [], 5).map((line) => indent(paint.dim(`not run: ${line}`), "    ")),
		...(review ? [indent(reviewLine(review), "    ")] : []),
	];
}

function reviewLine({ verdict, summary, diagnosis, verifier, coverage, waived }: ReviewView): string {
	const mark = reviewMark({ verdict, waived });
	if (!verdict) return paint.dim(waived ? `${mark.word}, without a review` : mark.word);
	const word = coloured(mark, `review: ${mark.word}`);
	if (verdict === "pass") return `${word}  ${oneLine(`by ${verifier}; covers ${coverage}`, 200)}`;
	const said = oneLine(diagnosis || summary || "", 200);
	return `${word}  ${said}${waived ? paint.dim(`  ${reviewMarks.waived.word}`) : ""}`;
}

export function checkLine(check: CheckView): string {
	const mark = checkMarks[check.activity ?? check.state];
	const activity = check.activity ? paint.dim(`  ${mark.word}`) : "";
	const failed = check.state === "red" && check.exitCode !== undefined ? paint.red(`  exit ${check.exitCode}`) : "";
	return `${sign(mark)} ${oneLine(check.command, 160)}${activity}${failed}  ${paint.dim(check.checkId)}`;
}

/** All a person needs to decide, the exact command included, however long it is. */
export function approvalText(approval: ApprovalView): string {
	const lines = [
		`${sign(approval.setAside ? approvalMarks.setAside : approvalMarks.pending)} ${paint.bold(approval.summary)}  ${stateText(riskMarks[approval.risk])}  ${paint.dim(approval.approvalId)}`,
	];
	if (approval.command && approval.command !== approval.summary) lines.push(indent(approval.command, "    "));
	for (const reason of approval.reasons) lines.push(paint.dim(`    ${reason}`));
	const { deadline, setAside } = approval;
	if (setAside) lines.push(paint.dim(`    set aside by ${setAside.by}`));
	if (deadline) {
		const what = deadline.act === "skip" ? "its step is skipped" : "it is denied";
		lines.push(paint.yellow(`    ${what} at ${clock(deadline.at)} unless you answer`));
	}
	const commands = approval.choices
		.filter(({ chooses }) => !chooses)
		.map((choice) => [choiceCommand(approval.approvalId, choice), choice.effect]);
	lines.push(paint.dim(indent(table(commands), "    ")));
	if (approval.asked?.several) lines.push(paint.dim("    Several: give --option more than once."));
	return lines.join("\n");
}

/** Commands for what the goal and its steps allow now. */
function possible({ goalId, allows, plan, background = [] }: GoalView): string {
	const ofGoal = ["pause", "resume", "cancel", "delete", "raise"].filter((request) => allows.includes(request));
	const ofSteps = ["retry", "rerun", "skip", "undo"].flatMap((request) => {
		const steps = plan.steps.flatMap((step, index) => (step.allows.includes(request) ? [index + 1] : []));
		return steps.length > 0 ? [[`mission ${request} ${goalId} <step>`, paint.dim(`step ${steps.join(", ")}`)]] : [];
	});
	const running = background.filter((one) => one.state === "running");
	const stop =
		running.length > 0 ? [[`mission background ${goalId} stop <id>`, paint.dim(count(running.length, "command"))]] : [];
	return table([...ofGoal.map((request) => [`mission ${request} ${goalId}`]), ...ofSteps, ...stop]);
}

/** What to type for one way to answer. */
function choiceCommand(approvalId: string, { answer, scope, reason, value }: ApprovalView["choices"][number]): string {
	const isPlain = answer === "approve" || answer === "deny";
	if (answer === "text" && reason) return `mission answer ${approvalId} --text TEXT`;
	const option = /^[\w-]+$/.test(answer) ? answer : `'${answer.replaceAll("'", "'\\''")}'`;
	const command = isPlain ? `mission ${answer} ${approvalId}` : `mission answer ${approvalId} --option ${option}`;
	return [
		command,
		scope === "once" ? "" : `--scope ${scope}`,
		value ? valueFlag(value) : "",
		reason ? "[--reason TEXT]" : "",
	]
		.filter(Boolean)
		.join(" ");
}

function valueFlag(kind: AnswerValueKind): string {
	return `--${kind} ${answerValues[kind].example.replaceAll(" ", "")}`;
}

const answeredShown = 5;

function answeredTable(answered: readonly AnsweredApproval[], now: number): string {
	const rows = answered
		.slice(0, answeredShown)
		.map(({ state, command, summary, by, answeredAt, reason }) => [
			stateText(approvalMarks[state]),
			oneLine(command ?? summary, 80),
			paint.dim(`${state === "expired" || state === "superseded" ? "" : `by ${by}, `}${ago(answeredAt, now)}`),
			paint.dim(oneLine(reason ?? "", 60)),
		]);
	const more = answered.length - answeredShown;
	return [table(rows), ...(more > 0 ? [paint.dim(`and ${more} earlier; --json has them`)] : [])]
		.filter(Boolean)
		.join("\n");
}

/** Threads that were opened by others, under them. */
function subAgents({ threads }: GoalView): string {
	const under = (parentThreadId: string | undefined, depth: number): string[] =>
		threads
			.filter((thread) => thread.parentThreadId === parentThreadId)
			.flatMap((thread) => {
				const below = under(thread.threadId, depth + 1);
				if (depth === 0 && below.length === 0) return [];
				const state = paint.dim(`${threadMarks[thread.state].word}  ${thread.threadId}`);
				return [indent(`${thread.name}  ${paint.dim(thread.model)}  ${state}`, "  ".repeat(depth)), ...below];
			});
	return under(undefined, 0).join("\n");
}

function usage({ usage: used, budget }: GoalView): string {
	const meters = Object.entries(budget)
		.filter(([, meter]) => meter.limit !== null)
		.map(([resource, { used: spent, limit, estimated: guessed }]) =>
			resource === "minutes" && spent !== null && limit !== null
				? `${elapsed(spent * 60_000)} of ${elapsed(limit * 60_000)}`
				: `${spent ?? "unknown"} of ${limit} ${resource}${guessed ? " (estimated)" : ""}`,
		);
	const tokens = used.inputTokens + used.outputTokens;
	const total = [
		count(used.turns, "turn"),
		count(used.toolCalls, "action"),
		...(tokens > 0 ? [tokensOf(used), money(used.costUsd)] : []),
	];
	return [
		total.join(", "),
		...(meters.length > 0 ? [`budget: ${meters.join(", ")}`] : []),
		...partsOf(used.byModel),
		...partsOf(used.byRole),
	].join("\n");
}

type UsedPart = GoalView["usage"]["byModel"][string];

function tokensOf(used: UsedPart): string {
	const parts = tokenParts(used);
	const of = parts.length > 0 ? ` (of them ${parts.join(", ")})` : "";
	return `${count(used.inputTokens + used.outputTokens, "token")}${of}`;
}

/** One part would say again what the line above says. */
function partsOf(parts: Readonly<Record<string, UsedPart>>): readonly string[] {
	const asked = Object.entries(parts).filter(([, part]) => part.inputTokens + part.outputTokens > 0);
	if (asked.length < 2) return [];
	return asked.map(
		([name, part]) =>
			`${paint.dim(`${name}:`)} ${count(part.turns, "turn")}, ${tokensOf(part)}, ${money(part.costUsd)}`,
	);
}

function section(title: string, text: string): string {
	return text ? `${paint.dim(title)}\n${indent(text)}` : "";
}
