import { playbookAgent } from "../../core/agentKinds.ts";
import type { EventOf, GoalEvent } from "../../core/events.ts";
import type { Goal, Review, ToolCall } from "../../core/goal.ts";
import type { ApprovalId, HoldId, MessageId, StepId, ThreadId, TurnId } from "../../core/ids.ts";
import { greenAgain } from "../../core/questions/question.ts";
import { endOfQuestion } from "../../core/questions/questions.ts";
import { priceIn, reserve } from "../../core/rules/budget.ts";
import { isAgentOwned } from "../../core/rules/calls.ts";
import { stepChecks } from "../../core/rules/checks.ts";
import { windowOf } from "../../core/rules/contextWindow.ts";
import { budgetHold } from "../../core/rules/holds.ts";
import { reviewOf } from "../../core/rules/reviews.ts";
import { assignmentFor } from "../../core/rules/roster.ts";
import { stagnationMessage } from "../../core/rules/stagnation.ts";
import { threads } from "../../core/rules/threads.ts";
import type { ModelChoice, NotRun, PlanStep } from "../../core/values.ts";
import { notRunMessage } from "../../core/words/notRun.ts";
import type { NewId } from "../platform/ports.ts";
import { unansweredInTime } from "./answers.ts";
import type { AutomaticEvent, Limits } from "./next.ts";
import { answeredByDefault } from "./questions/agent.ts";
import { askBudget } from "./questions/budget.ts";
import { askAboutReview } from "./questions/finalReview.ts";
import { askPlan } from "./questions/plan.ts";
import { askRecovery } from "./questions/recovery.ts";
import { askAboutChecks, whyRed } from "./questions/redChecks.ts";
import { askStart } from "./questions/startStep.ts";
import { askStep } from "./questions/stuckStep.ts";
import { planningBrief, reflectionBrief } from "./texts/briefs.ts";
import { textOutput } from "./texts/textOutput.ts";
import { reservedUsage } from "./turnUsage.ts";

/** The events of an effect that is nothing but events. */
export function enact(goal: Goal, effect: AutomaticEvent, newId: NewId, now: number, limits: Limits): GoalEvent[] {
	switch (effect.kind) {
		case "openPlanner": {
			const threadId = newId<ThreadId>("t");
			const assignment = assignmentFor(goal, "planner");
			return [
				{ type: "thread.opened", threadId, role: "planner", assignment, purpose: "plan" },
				{ ...message(newId, threadId, planningBrief(goal)), ...goalImages(goal) },
			];
		}
		case "approvePlan":
			return [{ type: "plan.approved", revision: goal.plan?.revision ?? 1 }];
		case "askPlan":
			return [askPlan(goal, newId, now)];
		case "startStep":
			return startStep(goal, effect.stepId, newId);
		case "askStart":
			return askStart(goal, effect.stepId, newId, now);
		case "askStep":
			return [askStep(goal, effect, newId, now)];
		case "replan":
			return replan(goal, effect);
		case "askAboutReview":
			return [askAboutReview(goal, newId, now)];
		case "reflect": {
			const threadId = newId<ThreadId>("t");
			const assignment = assignmentFor(goal, "planner");
			return [
				{ type: "thread.opened", threadId, role: "planner", assignment, purpose: "reflect" },
				message(newId, threadId, reflectionBrief(goal)),
			];
		}
		case "skipReflection":
			return skipReflection(goal, effect.reason);
		case "settleStep":
			return settleStep(goal, effect.stepId);
		case "verifyAgain": {
			const step = goal.steps[effect.stepId];
			if (!step) return [];
			const { stepId, attempt } = step;
			const asked = Object.values(goal.approvals).filter((approval) => approval.stepId === stepId);
			const report = "Its checks are green again, so they decide once more.";
			return [
				...asked.map(({ approvalId }) => ({ type: "approval.superseded" as const, approvalId, reason: greenAgain })),
				{ type: "step.reported", stepId, attempt, report },
			];
		}
		case "tellRepeats": {
			const thread = goal.threads[effect.threadId];
			if (!thread) return [];
			const text = stagnationMessage(thread);
			return [{ ...message(newId, effect.threadId, text), from: "daemon", about: "stagnation" }];
		}
		case "startTurn": {
			const thread = goal.threads[effect.threadId];
			if (!thread) return [];
			const window = windowOf(goal, thread.assignment, limits.windowOf(thread.assignment));
			const price = priceIn(goal, thread.assignment, limits.priceOf(thread.assignment));
			const { tokens, usd, outputTokens } = reserve(goal, thread, price, window);
			const held = goal.budget.tokens !== undefined || goal.budget.usd !== undefined;
			return [
				{
					type: "turn.started",
					turnId: newId<TurnId>("u"),
					threadId: effect.threadId,
					asked: thread.assignment,
					reserved: { tokens, usd, outputTokens: held ? outputTokens : undefined },
					purpose: effect.purpose,
				},
			];
		}
		case "interruptTurn": {
			const turn = goal.threads[effect.threadId]?.turn;
			if (!turn) return [];
			return [
				{
					type: "turn.interrupted",
					turnId: turn.turnId,
					threadId: effect.threadId,
					reason: "The daemon ended while the model was answering. It is asked again.",
					charged: reservedUsage(turn),
				},
			];
		}
		case "askRecovery":
			return askRecovery(goal, effect, newId, now);
		case "askAboutChecks":
			return [askAboutChecks(goal, effect.checkIds, newId, now)];
		case "askBudget":
			return askBudget(goal, effect, limits, newId, now);
		case "endAtLimit": {
			const hold: GoalEvent = {
				type: "hold.placed",
				holdId: newId<HoldId>("h"),
				cause: "budget",
				reason: `${effect.broken.reason} What ran was ended. Raise the limit, and the goal goes on.`,
				now: true,
			};
			return [...(budgetHold(goal) ? [] : [hold]), ...askBudget(goal, effect, limits, newId, now)];
		}
		case "noteWork":
			return [{ type: "work.noted" }];
		case "liftHold":
			return [{ type: "hold.lifted", holdId: effect.holdId }];
		case "expire": {
			const approval = goal.approvals[effect.approvalId];
			if (approval?.question === "agent") return answeredByDefault(approval, now);
			return [{ type: "approval.expired", approvalId: effect.approvalId }];
		}
		case "overdue": {
			const approval = goal.approvals[effect.approvalId];
			return approval ? unansweredInTime(approval, goal, { newId }) : [];
		}
		case "supersede":
			return superseded(goal, effect.approvalId);
		case "dropCall": {
			const { toolCallId } = effect;
			const call = goal.calls[toolCallId];
			const reason = `It was not carried out: ${whyGone(goal, call)}`;
			const child = call?.child ? goal.threads[call.child] : undefined;
			return [
				...(child && !child.ended ? [{ type: "thread.closed" as const, threadId: child.threadId }] : []),
				{ type: "tool.completed", toolCallId, ok: false, durationMs: 0, output: textOutput(reason), refused: reason },
			];
		}
		case "loseCall": {
			const reason = "The agent's turn ended before it told how this went.";
			return [{ type: "tool.interrupted", toolCallId: effect.toolCallId, outcome: "unknown", reason }];
		}
		case "failGoal":
			return [{ type: "goal.failed", reason: effect.reason }];
	}
}

function superseded(goal: Goal, approvalId: ApprovalId): GoalEvent[] {
	const approval = goal.approvals[approvalId];
	const reason = approval && endOfQuestion(goal, approval);
	return [{ type: "approval.superseded", approvalId, reason: reason ?? whyGone(goal) }];
}

/** Why something that waited has become pointless. */
function whyGone(goal: Goal, call?: ToolCall): string {
	if (goal.end) return `The goal is ${goal.end.state}.`;
	if (call && isAgentOwned(call) && !goal.threads[call.threadId]?.turn)
		return "The agent's turn ended before it was allowed.";
	const step = call?.stepId ? goal.steps[call.stepId] : undefined;
	if (step && step.state !== "pending" && step.attempt === call?.attempt) return `Its step is ${step.state}.`;
	return "What it was about has been decided otherwise.";
}

function message(newId: NewId, threadId: ThreadId, text: string): EventOf<"message.added"> {
	return { type: "message.added", messageId: newId<MessageId>("m"), threadId, from: "goal", text };
}

/** Whoever is told what the goal is, is shown what was given with it. */
export function goalImages({ images }: Goal): Pick<EventOf<"message.added">, "images"> {
	return images ? { images: [...images] } : {};
}

function startStep(goal: Goal, stepId: keyof Goal["steps"], newId: NewId): GoalEvent[] {
	const step = goal.steps[stepId];
	if (!step) return [];
	const attempt = step.attempt + 1;
	const threadId = newId<ThreadId>("t");
	const assignment: ModelChoice = step.actions ? playbookAgent : assignmentFor(goal, step.role);
	const last = step.attempts.at(-1);
	const known = last?.diagnosis || last?.review?.diagnosis;
	const diagnosis = known ? `\n\nThe last attempt failed. What is known about it:\n${known}` : "";
	const advice = step.advice ? `\n\nThe person's advice for this attempt:\n${step.advice}` : "";
	return [
		{ type: "step.started", stepId, attempt, threadId },
		{ type: "thread.opened", threadId, role: step.role, stepId, attempt, assignment, purpose: "work" },
		{
			...message(newId, threadId, `${step.instructions || step.title}${diagnosis}${advice}`),
			...(step.actions ? {} : goalImages(goal)),
		},
		...(step.notRun?.length ? [notRun(newId, threadId, step.notRun)] : []),
	];
}

/** A person who sees only the feed should know that code which they read in the playbook does nothing. */
function notRun(newId: NewId, threadId: ThreadId, items: readonly NotRun[]): GoalEvent {
	return { ...message(newId, threadId, notRunMessage(items)), from: "daemon", about: "notRun" };
}

function settleStep(goal: Goal, stepId: keyof Goal["steps"]): GoalEvent[] {
	const step = goal.steps[stepId];
	if (!step) return [];
	const checks = stepChecks(goal, stepId);
	const red = checks.filter((check) => check.diagnosis !== undefined && check.state === "red");
	const review = reviewOf(step);
	if (red.length === 0 && (review?.verdict === "soft" || review?.verdict === "hard")) {
		return [{ type: "attempt.failed", stepId, attempt: step.attempt, diagnosis: reviewDiagnosis(review) }];
	}
	if (red.length === 0) {
		const verified = checks.length > 0 || review?.verdict === "pass";
		const open = threads(goal).filter((thread) => thread.stepId === stepId && thread.state === "active");
		return [
			{ type: "step.completed", stepId, attempt: step.attempt, verified },
			...open.map(({ threadId }) => ({ type: "thread.closed" as const, threadId })),
		];
	}
	const diagnosis = red.map((check) => `The check ${whyRed(check)}`);
	return [{ type: "attempt.failed", stepId, attempt: step.attempt, diagnosis: diagnosis.join("\n") }];
}

function reviewDiagnosis({ diagnosis, summary, gaps }: Review): string {
	const said = diagnosis || summary || "It gave no reason.";
	return `The review did not pass it: ${said}${gaps ? `\nNot covered: ${gaps}` : ""}`;
}

/** What remains is planned anew; the attempt that led to it has failed. */
function replan(goal: Goal, { stepId, reason }: AutomaticEvent & { kind: "replan" }): GoalEvent[] {
	const step = stepId ? goal.steps[stepId] : undefined;
	const review = step ? reviewOf(step) : goal.review;
	const failed: GoalEvent[] =
		step && review
			? [{ type: "attempt.failed", stepId: step.stepId, attempt: step.attempt, diagnosis: reviewDiagnosis(review) }]
			: [];
	return [...failed, { type: "plan.reopened", reason, stepId }];
}

/** Questions about steps that another plan replaced: nothing waits for their answers. */
export function overtakenApprovals(goal: Goal, steps: readonly Pick<PlanStep, "stepId">[]): GoalEvent[] {
	const goesOn = (stepId: StepId) =>
		steps.some((step) => step.stepId === stepId) &&
		["in_progress", "verifying", "completed"].includes(goal.steps[stepId]?.state ?? "");
	return Object.values(goal.approvals).flatMap(({ approvalId, stepId }): GoalEvent[] =>
		stepId === undefined || goesOn(stepId)
			? []
			: [{ type: "approval.superseded", approvalId, reason: "There is another plan." }],
	);
}

/** Also of the goal's own account, so that it says why there is none. */
export function skipReflection(goal: Goal, reason: string): GoalEvent[] {
	const threadId = goal.reflection?.threadId;
	return [{ type: "reflection.skipped", reason }, ...(threadId ? [{ type: "thread.closed" as const, threadId }] : [])];
}
