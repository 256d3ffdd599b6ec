import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal } from "../../protocol/goal.ts";
import type { CheckId } from "../../protocol/ids.ts";
import { checks } from "../../protocol/readiness.ts";
import { Refusal } from "./refusal.ts";
import type { Asker } from "./request.ts";

export function runChecks(checkId: CheckId | undefined, goal: Goal, { by }: Asker): GoalEvent[] {
	const named = checkId ? [goal.checks[checkId]].filter((check) => check !== undefined) : checks(goal);
	if (checkId && named.length === 0) throw new Refusal("unknownCheck", `There is no check ${checkId} in this goal.`);
	const settled = named.filter((check) => check.state === "green" || check.state === "red" || check.state === "stale");
	if (settled.length === 0)
		throw new Refusal(
			"notNow",
			named.length === 0 ? "This goal has no checks." : "No check has a result yet; they run when their step is done.",
		);
	if (goal.end && goal.end.state !== "completed")
		throw new Refusal("notNow", `The goal is ${goal.end.state}. Retry a step to go on.`);
	return [
		...(goal.end ? [{ type: "goal.reopened" as const, reason: "Its checks are run again.", by }] : []),
		...settled.map((check) => ({ type: "check.reset" as const, checkId: check.checkId, now: true })),
	];
}
