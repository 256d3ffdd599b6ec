import type { GoalEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import { goneRefusal, refuse } from "../../core/refusal.ts";
import { answer, setAside } from "./answers.ts";
import { control } from "./requests/controls.ts";
import { raise } from "./requests/raise.ts";
import { planEdited, replanNow } from "./requests/replanning.ts";
import type { Request, RequestContext } from "./requests/request.ts";
import { runChecks } from "./requests/runChecks.ts";
import { send } from "./requests/send.ts";
import { stepRequest } from "./requests/stepRequests.ts";
import { stopBackground } from "./requests/stopBackground.ts";

/**
 * What a person may do to a goal now. Pure: a request and the goal give the events that carry it out, or a refusal that
 * says why not and what would work.
 */
export function decide(request: Request, goal: Goal, context: RequestContext): GoalEvent[] {
	refuse(goneRefusal(goal));
	switch (request.kind) {
		case "answer":
			return answer(request, goal, context);
		case "setAside":
			return setAside(request, goal, context);
		case "retry":
		case "rerun":
		case "skip":
			return stepRequest(request.kind, request.stepId, goal, context);
		case "raise":
			return raise(request.by, goal, context);
		case "send":
			return send(request, goal, context);
		case "revoke":
			if (!goal.grants[request.grantId]) return [];
			return [{ type: "grant.revoked", grantId: request.grantId, reason: "Revoked by the person.", by: context.by }];
		case "editPlan":
			return planEdited(request.markdown, goal, context);
		case "replan":
			return replanNow(request.reason, goal, context);
		case "runChecks":
			return runChecks(request.checkId, goal, context);
		case "stopBackground":
			return stopBackground(request.toolCallId, goal, context);
		default:
			return control(request, goal, context);
	}
}
