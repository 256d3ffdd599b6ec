import type { GoalSummary } from "../../protocol/view.ts";
import { t } from "../words/words.ts";

/** What the status bar says: what waits for the person, and what runs. An entry with nothing to say is absent. */
export function statusText(goals: readonly GoalSummary[]): { readonly waiting?: string; readonly running?: string } {
	const waiting = waitingApprovals(goals);
	const running = goals.filter((goal) => goal.state === "running" || goal.state === "planning").length;
	const silent = goals.filter((goal) => goal.silentSince !== undefined).length;
	return {
		waiting: waiting === 0 ? undefined : waiting === 1 ? t("1 waits for you") : t("{0} wait for you", waiting),
		running:
			running === 0
				? undefined
				: silent === 0
					? t("{0} running", running)
					: t("{0} running, {1} silent", running, silent),
	};
}

/** The number on the activity bar's icon. What a person set aside is not counted. */
export function waitingApprovals(goals: readonly GoalSummary[]): number {
	return goals.reduce((sum, goal) => sum + goal.pendingApprovals - (goal.setAside ?? 0), 0);
}
