import { checkRefusal, goalRefusal, isSettledCheck } from "../../protocol/allowed.ts";
import type { GoalEvent } from "../../protocol/events.ts";
import type { Goal } from "../../protocol/goal.ts";
import type { CheckId } from "../../protocol/ids.ts";
import { checks } from "../../protocol/readiness.ts";
import { Refusal, refuse } from "./refusal.ts";
import type { Asker } from "./request.ts";

export function runChecks(checkId: CheckId | undefined, goal: Goal, { by }: Asker): GoalEvent[] {
	const named = checkId ? [goal.checks[checkId]].filter((check) => check !== undefined) : checks(goal);
	if (checkId && named.length === 0) throw new Refusal("unknownCheck", `There is no check ${checkId} in this goal.`);
	refuse(checkId ? checkRefusal(goal, named[0]!) : goalRefusal("runChecks", goal));
	const settled = named.filter(isSettledCheck);
	return [
		...(goal.end ? [{ type: "goal.reopened" as const, reason: "Its checks are run again.", by }] : []),
		...settled.map((check) => ({ type: "check.reset" as const, checkId: check.checkId, now: true })),
	];
}
