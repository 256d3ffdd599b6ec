import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Approval, Goal } from "../../../src/core/goal.ts";
import type { ApprovalId, CheckId, GoalId, StepId, ThreadId, ToolCallId, TurnId } from "../../../src/core/ids.ts";
import { defaultSettings } from "../../../src/core/settings.ts";
import type { PlanStep } from "../../../src/core/values.ts";
import { type GoalSummary, summarize } from "../../../src/protocol/view.ts";

/** Goals as the daemon would tell of them: made of events, by the fold that everybody uses. */
export const goalId = "goal-1" as GoalId;
export const at = "2026-11-22T14:30:00.000Z";
const person = { client: "test" };

export function goalOf(...events: readonly GoalEvent[]): Goal {
	const all: readonly GoalEvent[] = [launched(), ...events];
	return evolveAll(newGoal(goalId), record(newGoal(goalId), 1, at, all));
}

/** The same goal with more having happened. */
export function withMore(goal: Goal, ...events: readonly GoalEvent[]): Goal {
	return evolveAll(goal, record(goal, 1, at, events));
}

export function summaryOf(goal: Goal, more: Partial<GoalSummary> = {}): GoalSummary {
	return { ...summarize(goal), ...more };
}

export function launched(): GoalEvent {
	return {
		type: "goal.launched",
		goalId,
		title: "Express 4 to 5",
		prompt: "Upgrade express",
		workspace: "/home/mara/payments",
		settings: defaultSettings,
		by: person,
	};
}

export function planned(...steps: readonly Partial<PlanStep>[]): GoalEvent[] {
	const whole = steps.map(
		(step, index): PlanStep => ({
			stepId: `step-${index + 1}` as StepId,
			title: `Step number ${index + 1}`,
			instructions: "",
			kind: "work",
			role: "implementer",
			needs: [],
			checks: [],
			confidence: "high",
			...step,
		}),
	);
	return [
		{ type: "plan.proposed", revision: 1, summary: "", steps: whole, checks: [], threadId: threadId("planner") },
		{ type: "plan.approved", revision: 1 },
	];
}

export function started(stepId: string, thread: string, attempt = 1, role = "implementer"): GoalEvent[] {
	const assignment = { provider: "local", model: "qwen3" };
	const ids = { stepId: stepId as StepId, attempt, threadId: threadId(thread) };
	return [
		{ type: "thread.opened", role, assignment, ...ids },
		{ type: "step.started", ...ids },
	];
}

export function turnStarted(thread: string): GoalEvent {
	const asked = { provider: "local", model: "qwen3" };
	return {
		type: "turn.started",
		turnId: "turn-1" as TurnId,
		threadId: threadId(thread),
		asked,
		reserved: { tokens: 1, usd: 0 },
	};
}

export function asked(more: Partial<Approval> = {}): GoalEvent {
	return {
		type: "approval.requested",
		approvalId: "approval-1" as ApprovalId,
		kind: "tool",
		summary: "Run a command",
		command: "npm install express@5",
		risk: "network",
		reasons: ["the routes compile only with express 5"],
		digest: "d".repeat(64),
		options: ["approve", "deny"],
		...more,
	} as GoalEvent;
}

export function answered(answer: string, by = { client: "CLI", user: "mara", pid: 4711 }): GoalEvent {
	return { type: "approval.answered", approvalId: "approval-1" as ApprovalId, answer, by };
}

export const threadId = (name: string) => name as ThreadId;
export const stepId = (name: string) => name as StepId;
export const checkId = (name: string) => name as CheckId;
export const toolCallId = (name: string) => name as ToolCallId;
