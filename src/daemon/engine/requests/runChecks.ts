import type { GoalEvent } from "../../../core/events.ts";
import type { Goal } from "../../../core/goal.ts";
import type { CheckId } from "../../../core/ids.ts";
import { Refusal, refuse } from "../../../core/refusal.ts";
import { checks } from "../../../core/rules/checks.ts";
import { checkRefusal, goalRefusal, isSettledCheck } from "../../../core/rules/controls.ts";
import type { RequestContext } from "./request.ts";

export function runChecks(checkId: CheckId | undefined, goal: Goal, { by }: RequestContext): GoalEvent[] {
	const named = checkId ? [goal.checks[checkId]].filter((check) => check !== undefined) : checks(goal);
	if (checkId && named.length === 0) throw new Refusal("unknownCheck", `There is no check ${checkId} in this goal.`);
	refuse(checkId ? checkRefusal(goal, named[0]!) : goalRefusal("runChecks", goal));
	const settled = named.filter(isSettledCheck);
	return [
		...(goal.end ? [{ type: "goal.reopened" as const, reason: "Its checks are run again.", by }] : []),
		...settled.map((check) => ({ type: "check.reset" as const, checkId: check.checkId, now: true })),
	];
}
