import type { Goal, Hold, Step } from "./goal.ts";
import {
	canMove,
	checks,
	isDone,
	personHold,
	planSteps,
	silences,
	standingHolds,
	threads,
	turnHolds,
} from "./readiness.ts";

export const goalStates = [
	"queued",
	"planning",
	"running",
	"awaiting_approval",
	"paused",
	"blocked",
	"completed",
	"failed",
	"cancelled",
] as const;
export type GoalState = (typeof goalStates)[number];

export const endStates: readonly GoalState[] = ["completed", "failed", "cancelled"];

/** The state that people see, derived from what holds the goal. */
export function goalState(goal: Goal): GoalState {
	if (goal.end) return goal.end.state;
	if (personHold(goal)) return "paused";
	if (canMove(goal)) return goal.plan?.approved ? "running" : threads(goal).length === 0 ? "queued" : "planning";
	if (Object.keys(goal.approvals).length > 0) return "awaiting_approval";
	if (turnHolds(goal).length > 0) return "queued";
	return "blocked";
}

/** One sentence: why the goal is in its state, and what would change it. */
export function stateReason(goal: Goal): string {
	const state = goalState(goal);
	const waiting = Object.values(goal.approvals);
	switch (state) {
		case "queued":
			return turnHolds(goal).at(-1)?.reason ?? "Waits for its turn.";
		case "planning":
			return goal.replan ? "What remains is planned anew." : "The planner is writing the plan.";
		case "running": {
			const open = planSteps(goal).filter((step) => step.state === "in_progress" || step.state === "verifying");
			const names = open.map((step) => step.title).join(", ");
			const [silent] = silences(goal);
			const silence = silent ? ` \`${brief(silent.what)}\` has said nothing since ${silent.since}.` : "";
			const held = standingHolds(goal).find(({ cause }) => cause === "provider" || cause === "quota");
			const waits = held ? ` ${holdText(held)}` : "";
			if (names) return `Works on ${names}.${silence}${waits}`;
			if (goal.reflection?.state === "asked") return `All is done; the reflection is being written.${silence}`;
			return goal.review && !goal.review.verdict
				? `All steps are done; the result is being reviewed.${silence}`
				: `Works.${silence}`;
		}
		case "awaiting_approval":
			return waiting.length === 1
				? `Waits for you: ${waiting[0]!.summary}`
				: `Waits for ${waiting.length} decisions of yours.`;
		case "paused":
			return pausedReason(goal);
		case "blocked": {
			const [hold] = standingHolds(goal);
			if (hold) return holdText(hold);
			return "Nothing can move.";
		}
		case "completed":
			return goal.end?.reason ?? (goal.end?.verified ? verifiedReason(goal) : unverifiedReason(goal));
		default:
			return goal.end?.reason ?? "";
	}
}

/** What still runs ends first; once it has, nothing is said of it. */
function pausedReason(goal: Goal): string {
	const held = personHold(goal);
	// Earlier versions wrote it into the reason, where it stayed.
	const reason = (held?.reason ?? "Paused.").replace(
		/ (?:One command|\d+ commands) still under way will end first\.$/,
		"",
	);
	const running = held?.now ? 0 : goal.files.writers.length;
	if (running === 0) return reason;
	return `${reason} ${running === 1 ? "One command" : `${running} commands`} still under way will end first.`;
}

function verifiedReason(goal: Goal): string {
	if (goal.review?.verdict !== "pass") return "Done, and its checks are green.";
	return checks(goal).length > 0
		? "Done: its checks are green, and an independent reviewer passed it."
		: "Done, and an independent reviewer passed it.";
}

function unverifiedReason({ review }: Goal): string {
	return review?.waived
		? "Done, unverified: a person took the result as it is, without a review that passed."
		: "Done, unverified: no check covers all of it.";
}

function brief(text: string): string {
	const line = text.split("\n", 1)[0] ?? "";
	return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

/** When what a provider keeps waiting is tried again, the first of it; undefined when nothing waits for a clock. */
export function triesAgainAt(goal: Goal): string | undefined {
	if (goal.end || personHold(goal)) return undefined;
	return standingHolds(goal)
		.flatMap(({ wakeAt }) => wakeAt ?? [])
		.sort()[0];
}

function holdText({ reason, wakeAt }: Hold): string {
	return wakeAt ? `${reason} Tries again at ${wakeAt}.` : reason;
}

/** Steps that are done, of all. */
export function progress(goal: Goal): { readonly done: number; readonly total: number } {
	const steps = planSteps(goal);
	return { done: steps.filter(isDone).length, total: steps.length };
}

/** 1 for the first step of the plan. */
export function stepPosition(goal: Goal, step: Pick<Step, "stepId">): number {
	return (goal.plan?.order.indexOf(step.stepId) ?? -1) + 1;
}
