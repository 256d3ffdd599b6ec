import type { GoalEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import { goneRefusal } from "../../core/refused.ts";
import { refuse } from "../platform/refusal.ts";
import { answer } from "./answers.ts";
import { control } from "./controls.ts";
import { raise } from "./raise.ts";
import { planEdited, replanNow } from "./replanning.ts";
import type { Asker, Request } from "./request.ts";
import { runChecks } from "./runChecks.ts";
import { send } from "./send.ts";
import { stepRequest } from "./stepRequests.ts";

/**
 * What a person may do to a goal now. Pure: a request and the goal give the events that carry it out, or a refusal that
 * says why not and what would work.
 */
export function decide(request: Request, goal: Goal, asker: Asker): GoalEvent[] {
	refuse(goneRefusal(goal));
	switch (request.kind) {
		case "answer":
			return answer(request, goal, asker);
		case "retry":
		case "rerun":
		case "skip":
			return stepRequest(request.kind, request.stepId, goal, asker);
		case "raise":
			return raise(request.by, goal, asker);
		case "send":
			return send(request, goal, asker);
		case "revoke":
			if (!goal.grants[request.grantId]) return [];
			return [{ type: "grant.revoked", grantId: request.grantId, reason: "Revoked by the person.", by: asker.by }];
		case "editPlan":
			return planEdited(request.markdown, goal, asker);
		case "replan":
			return replanNow(request.reason, goal, asker);
		case "runChecks":
			return runChecks(request.checkId, goal, asker);
		default:
			return control(request, goal, asker);
	}
}
