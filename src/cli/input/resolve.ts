import type { ApprovalId, CheckId, GoalId, StepId, ThreadId } from "../../core/ids.ts";
import type { ApprovalView, GoalView } from "../../protocol/view.ts";
import { exitCodes, Failure, wrongUsage } from "../terminal/failure.ts";
import type { Context } from "./context.ts";

/** What people type for an id: the id, or as much of its beginning as tells it from the others. */
export function matchId<T>(typed: string, all: readonly T[], idOf: (one: T) => string, noun: string): T | undefined {
	const exact = all.find((one) => idOf(one) === typed);
	if (exact) return exact;
	const matches = typed === "" ? [] : all.filter((one) => idOf(one).startsWith(typed));
	if (matches.length < 2) return matches[0];
	const shown = matches.slice(0, 4).map(idOf).join(", ");
	throw wrongUsage(
		`“${typed}” begins the ids of ${matches.length} ${noun}s: ${shown}${matches.length > 4 ? ", …" : ""}. Type more of it.`,
	);
}

export async function resolveGoal(context: Context, typed: string): Promise<GoalId> {
	const { goals } = await context.ask("goal/list", {});
	const found = matchId(typed, goals, (goal) => goal.goalId, "goal");
	if (!found) throw refused("unknownGoal", `There is no goal ${typed}. \`mission list\` shows the goals.`);
	return found.goalId;
}

/** One that waits; one that waits no more is known to the daemon only, which says what became of it. */
export async function resolveApproval(
	context: Context,
	typed: string,
): Promise<{ readonly approvalId: ApprovalId; readonly approval?: ApprovalView }> {
	const { approvals } = await context.ask("approval/list", {});
	const approval = matchId(typed, approvals, (one) => one.approvalId, "approval");
	if (approval) return { approvalId: approval.approvalId, approval };
	if (!/^[A-Za-z0-9._:-]{1,128}$/.test(typed)) {
		throw refused("unknownApproval", `There is no approval “${typed}”. \`mission approvals\` shows what waits.`);
	}
	return { approvalId: typed as ApprovalId };
}

/** By its id, or by its position in the plan, from 1; a step that is no longer in the plan by its id. */
export function resolveStep(goal: GoalView, typed: string): StepId {
	const { steps } = goal.plan;
	const all = [...steps, ...(goal.plan.dropped ?? [])];
	const exact = all.find((step) => step.stepId === typed);
	const found =
		exact ?? (/^\d+$/.test(typed) ? steps[Number(typed) - 1] : matchId(typed, all, (step) => step.stepId, "step"));
	if (found) return found.stepId;
	const names = steps.map((step, index) => `${index + 1} ${step.stepId}`).join(", ");
	throw refused(
		"unknownStep",
		`There is no step ${typed}. ${names ? `The steps are: ${names}.` : "There is no plan yet."}`,
	);
}

export function resolveThread(goal: GoalView, typed: string): ThreadId {
	const found = matchId(typed, goal.threads, (thread) => thread.threadId, "thread");
	if (found) return found.threadId;
	throw refused("unknownThread", `There is no thread ${typed} in this goal. \`mission show\` lists its threads.`);
}

export function resolveCheck(goal: GoalView, typed: string): CheckId {
	const all = [...goal.checks, ...goal.plan.steps.flatMap((step) => step.checks)];
	const found = matchId(typed, all, (check) => check.checkId, "check");
	if (found) return found.checkId;
	const names = all.map((check) => check.checkId).join(", ");
	throw refused(
		"unknownCheck",
		`There is no check ${typed}. ${names ? `The checks are: ${names}.` : "This goal has none."}`,
	);
}

function refused(code: string, message: string): Failure {
	return new Failure(code, message, exitCodes.refused);
}
