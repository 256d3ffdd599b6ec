import type { GoalEvent } from "../../core/events.ts";
import type { Approval, Goal } from "../../core/goal.ts";
import type { ApprovalId } from "../../core/ids.ts";
import { choicesOf, meantBy, reachOf } from "../../core/questions/questions.ts";
import { Refusal, refuse } from "../../core/refusal.ts";
import { answerRefusal } from "../../core/rules/controls.ts";
import { stepRefusal } from "../../core/rules/stepControls.ts";
import { bothWays, ways } from "../../core/ways.ts";
import { answerValues } from "../../core/words/answerValues.ts";
import { chosenBy } from "./questions/agent.ts";
import { consequences } from "./questions/consequences.ts";
import type { Request, RequestContext } from "./requests/request.ts";
import { stepRequest } from "./requests/stepRequests.ts";

/** A person answers what was asked, and what follows from the answer. The first answer counts. */
export function answer(request: Request & { kind: "answer" }, goal: Goal, context: RequestContext): GoalEvent[] {
	const approval = goal.approvals[request.approvalId];
	if (!approval) throw alreadySettled(request.approvalId, goal);
	refuse(answerRefusal(goal, approval, context.now));
	if (request.digest !== undefined && request.digest !== approval.digest) {
		throw new Refusal("changed", "The action changed after you saw it. Look at the approval again and decide anew.");
	}
	const { approvalId, question } = approval;
	const { reason, values } = request;
	const given = canonicalAnswer(request.answer, goal, approval);
	const scope = reachOf(choicesOf(goal, approval), given, request.scope);
	requireValue(given, request, goal, approval);
	const labels = approval.asked && chosenBy(given, { chosen: request.chosen, text: reason }, approval.asked);
	const chosen = labels?.length ? [...labels] : undefined;
	const follows = question
		? consequences[question](approval, { answer: given, scope, reason, values, chosen }, goal, context)
		: [];
	return [{ type: "approval.answered", approvalId, answer: given, chosen, scope, reason, by: context.by }, ...follows];
}

/** It is for later, or not any more. Nothing of it is decided. */
export function setAside(
	{ approvalId, aside }: Request & { kind: "setAside" },
	goal: Goal,
	{ by }: RequestContext,
): GoalEvent[] {
	const approval = goal.approvals[approvalId];
	if (!approval) throw alreadySettled(approvalId, goal);
	return (approval.setAside !== undefined) === aside ? [] : [{ type: "approval.setAside", approvalId, aside, by }];
}

/** Nobody answered in time: what the person's settings want then, which is never a yes. */
export function unansweredInTime(
	{ approvalId, stepId, deadline, question }: Approval,
	goal: Goal,
	{ newId }: Pick<RequestContext, "newId">,
): GoalEvent[] {
	const context: RequestContext = { by: { client: "the deadline" }, newId };
	const step = stepId === undefined ? undefined : goal.steps[stepId];
	if (deadline?.act === "skip" && step && stepRefusal("skip", goal, step) === undefined)
		return stepRequest("skip", step.stepId, goal, context);
	const given = { answer: "deny", scope: "once", reason: "Nobody answered in time." } as const;
	const follows = question ? consequences[question](goal.approvals[approvalId]!, given, goal, context) : [];
	const { answer: denied, reason } = given;
	return [{ type: "approval.answered", approvalId, answer: denied, reason, by: context.by }, ...follows];
}

function alreadySettled(approvalId: ApprovalId, goal: Goal): Refusal {
	const settled = goal.settled.find((one) => one.approvalId === approvalId);
	if (!settled)
		return new Refusal(
			"unknownApproval",
			`There is no approval ${approvalId}. ${bothWays(ways.waiting)} show what waits.`,
		);
	if (settled.state === "superseded") {
		return new Refusal(
			"changed",
			"The action changed after you were asked, so this approval no longer counts. A new one asks about the new action.",
		);
	}
	if (settled.state === "expired") return new Refusal("expired", "This approval expired. It is asked anew.");
	return new Refusal("alreadyAnswered", `Already answered: ${settled.answer}, by ${settled.by}, at ${settled.at}.`);
}

function canonicalAnswer(given: string, goal: Goal, approval: Approval): string {
	const answer = meantBy(given, approval);
	if (answer !== undefined) return answer;
	const choices = choicesOf(goal, approval)
		.filter(({ chooses }) => !chooses)
		.map(({ answer, label }) => (answer === label ? answer : `${answer} (${label})`));
	throw new Refusal(
		"badAnswer",
		`“${given}” is no answer to this. Choose one of: ${[...new Set(choices)].join(", ")}.`,
	);
}

function requireValue(given: string, request: Request & { kind: "answer" }, goal: Goal, approval: Approval): void {
	const value = choicesOf(goal, approval).find((choice) => choice.answer === given)?.value;
	if (value && request.values?.[value] === undefined)
		throw new Refusal("badAnswer", `This answer needs a value. ${answerValues[value].problem}`);
}
