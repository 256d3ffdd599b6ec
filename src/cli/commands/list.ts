import { goalMark } from "../../core/words/markOf.ts";
import type { GoalSummary } from "../../protocol/view.ts";
import type { Context } from "../input/context.ts";
import { ago, shortIds, table } from "../terminal/layout.ts";
import { stateText } from "../terminal/states.ts";

export async function list(context: Context): Promise<void> {
	const { goals } = await context.ask("goal/list", {});
	const shown = goals
		.filter((goal) => !goal.deleted)
		.sort((a, b) => (a.launchedAt < b.launchedAt ? 1 : a.launchedAt > b.launchedAt ? -1 : 0));
	context.output.result(shown, () => goalTable(shown, Date.now()));
}

function goalTable(goals: readonly GoalSummary[], now: number): string {
	if (goals.length === 0) return "No goals yet. `mission launch` begins one.";
	const short = shortIds(goals.map((goal) => goal.goalId));
	return table(
		goals.map((goal) => [
			short(goal.goalId),
			stateText(goalMark(goal)),
			goal.stepsTotal > 0 ? `${goal.stepsDone}/${goal.stepsTotal}` : "",
			goal.pendingApprovals > 0 ? String(goal.pendingApprovals) : "",
			ago(goal.updatedAt, now),
			goal.title,
		]),
		["goal", "state", "steps", "waits for you", "changed", "title"],
	);
}
