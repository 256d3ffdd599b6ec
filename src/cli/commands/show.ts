import { verdictWords } from "../../core/words/answers.ts";
import { type AnswerValueKind, answerValues } from "../../core/words/answerValues.ts";
import { elapsed } from "../../core/words/duration.ts";
import { notRunLines } from "../../core/words/notRun.ts";
import { withLocalTimes } from "../../core/words/waiting.ts";
import type { AnsweredApproval, ApprovalView, CheckView, GoalView, ReviewView, StepView } from "../../protocol/view.ts";
import type { Context } from "../context.ts";
import { ago, clock, count, indent, money, oneLine, table } from "../layout.ts";
import { paint } from "../output.ts";
import { resolveGoal } from "../resolve.ts";
import { checkSign, stateText, stepSign } from "../states.ts";
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
		`${paint.bold(goal.title)}  ${stateText(goal.state)}\n${withLocalTimes(goal.stateReason, clock, now)}`,
		facts(goal, now),
		section("Plan", goal.plan.steps.length > 0 ? stepBoard(goal.plan.steps) : ""),
		section("Not run, before the first step", notRunLines(goal.plan.notRun ?? [], 5).join("\n")),
		section("No longer in the plan", (goal.plan.dropped ?? []).map((step) => stepLine(step, "-")).join("\n")),
		section("Checks of the goal", goal.checks.map(checkLine).join("\n")),
		section("Final review", goal.review ? reviewLine(goal.review) : ""),
		section("Waits for you", goal.approvals.map((approval) => approvalText(approval)).join("\n\n")),
		section("Answered", answeredTable(goal.answered ?? [], now)),
		section("Agents", rosterText(goal.roster.assignments)),
		section("Sub-agents", subAgents(goal)),
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
			[paint.dim("workspace"), goal.workspace],
			[paint.dim("playbook"), goal.playbook ?? ""],
			[paint.dim("autonomy"), goal.autonomy],
			[paint.dim("changed"), changed],
			[paint.dim("launched"), `${ago(goal.launchedAt, now)}, last event ${ago(goal.updatedAt, now)}`],
		].filter(([, value]) => value),
	);
}

export function stepBoard(steps: readonly StepView[]): string {
	const width = String(steps.length).length;
	return steps.flatMap((step, index) => [stepLine(step, String(index + 1).padStart(width)), ...under(step)]).join("\n");
}

function stepLine(step: StepView, position: string): string {
	const attempts = step.attempts.length > 1 ? `, attempt ${step.attempts.length}` : "";
	const unverified = step.state === "completed" && step.verified === false ? ", unverified" : "";
	const word = step.undone ? "undone" : step.state.replace("_", " ");
	const state = paint.dim(`${word}${unverified}${attempts}`);
	return `${stepSign(step.state)} ${position} ${step.title}  ${state}  ${paint.dim(step.stepId)}`;
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
	if (!verdict) return paint.dim(waived ? "accepted without a review" : "in review");
	if (verdict !== "pass") {
		const said = oneLine(diagnosis || summary || "", 200);
		return `${paint.red(`review: ${verdictWords[verdict]}`)}  ${said}${waived ? paint.dim("  accepted as it is") : ""}`;
	}
	return `${paint.green(`review: ${verdictWords.pass}`)}  ${oneLine(`by ${verifier}; covers ${coverage}`, 200)}`;
}

export function checkLine(check: CheckView): string {
	const activity = check.activity ? paint.dim(`  ${check.activity}`) : "";
	const failed = check.state === "red" && check.exitCode !== undefined ? paint.red(`  exit ${check.exitCode}`) : "";
	return `${checkSign(check.state)} ${oneLine(check.command, 160)}${activity}${failed}  ${paint.dim(check.checkId)}`;
}

/** All a person needs to decide, the exact command included, however long it is. */
export function approvalText(approval: ApprovalView): string {
	const lines = [
		`${paint.yellow("?")} ${paint.bold(approval.summary)}  ${riskText(approval.risk)}  ${paint.dim(approval.approvalId)}`,
	];
	if (approval.command && approval.command !== approval.summary) lines.push(indent(approval.command, "    "));
	for (const reason of approval.reasons) lines.push(paint.dim(`    ${reason}`));
	const commands = approval.choices.map((choice) => [choiceCommand(approval.approvalId, choice), choice.effect]);
	lines.push(paint.dim(indent(table(commands), "    ")));
	return lines.join("\n");
}

/** Commands for what the goal and its steps allow now. */
function possible({ goalId, allows, plan }: GoalView): string {
	const ofGoal = ["pause", "resume", "cancel", "delete", "raise"].filter((request) => allows.includes(request));
	const ofSteps = ["retry", "rerun", "skip", "undo"].flatMap((request) => {
		const steps = plan.steps.flatMap((step, index) => (step.allows.includes(request) ? [index + 1] : []));
		return steps.length > 0 ? [[`mission ${request} ${goalId} <step>`, paint.dim(`step ${steps.join(", ")}`)]] : [];
	});
	return table([...ofGoal.map((request) => [`mission ${request} ${goalId}`]), ...ofSteps]);
}

/** What to type for one way to answer. */
function choiceCommand(approvalId: string, { answer, scope, reason, value }: ApprovalView["choices"][number]): string {
	const isPlain = answer === "approve" || answer === "deny";
	const command = isPlain ? `mission ${answer} ${approvalId}` : `mission answer ${approvalId} --option ${answer}`;
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
			answerPaint[state](state),
			oneLine(command ?? summary, 80),
			paint.dim(`${state === "expired" || state === "superseded" ? "" : `by ${by}, `}${ago(answeredAt, now)}`),
			paint.dim(oneLine(reason ?? "", 60)),
		]);
	const more = answered.length - answeredShown;
	return [table(rows), ...(more > 0 ? [paint.dim(`and ${more} earlier; --json has them`)] : [])]
		.filter(Boolean)
		.join("\n");
}

const answerPaint: Readonly<Record<AnsweredApproval["state"], (text: string) => string>> = {
	approved: paint.green,
	denied: paint.red,
	expired: paint.dim,
	superseded: paint.dim,
};

function riskText(risk: ApprovalView["risk"]): string {
	return risk === "dangerous" ? paint.red(risk) : risk === "read" ? paint.dim(risk) : paint.yellow(risk);
}

/** Threads that were opened by others, under them. */
function subAgents({ threads }: GoalView): string {
	const under = (parentThreadId: string | undefined, depth: number): string[] =>
		threads
			.filter((thread) => thread.parentThreadId === parentThreadId)
			.flatMap((thread) => {
				const below = under(thread.threadId, depth + 1);
				if (depth === 0 && below.length === 0) return [];
				const state = paint.dim(`${thread.state === "active" ? "at work" : "closed"}  ${thread.threadId}`);
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
	const estimated = used.estimatedTokens ? ` (${count(used.estimatedTokens, "token")} of them estimated)` : "";
	const total = [
		count(used.turns, "turn"),
		count(used.toolCalls, "action"),
		...(tokens > 0 ? [`${count(tokens, "token")}${estimated}`, money(used.costUsd)] : []),
	];
	return [total.join(", "), ...(meters.length > 0 ? [`budget: ${meters.join(", ")}`] : [])].join("\n");
}

function section(title: string, text: string): string {
	return text ? `${paint.dim(title)}\n${indent(text)}` : "";
}
