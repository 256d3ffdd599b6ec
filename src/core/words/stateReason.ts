import type { Goal, Hold } from "../goal.ts";
import { checks } from "../rules/checks.ts";
import { goalState } from "../rules/goalState.ts";
import { personHold, standingHolds, turnHolds } from "../rules/holds.ts";
import { stalls } from "../rules/movement.ts";
import { planSteps } from "../rules/steps.ts";

/** One sentence a state: why the goal is in it, and what would change it. */

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
			const [silent] = stalls(goal);
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

function holdText({ reason, wakeAt }: Hold): string {
	return wakeAt ? `${reason} Tries again at ${wakeAt}.` : reason;
}
