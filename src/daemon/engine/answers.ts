import type { GoalEvent } from "../../core/events.ts";
import type { Approval, Goal } from "../../core/goal.ts";
import type { ApprovalId, GrantId } from "../../core/ids.ts";
import { finalChecks } from "../../core/rules/checks.ts";
import { answerRefusal } from "../../core/rules/controls.ts";
import { folderHold } from "../../core/rules/holds.ts";
import { choicesOf, meantBy } from "../../core/rules/questions.ts";
import { reviewIsStuck } from "../../core/rules/reviews.ts";
import { answerValues } from "../../core/words/answerValues.ts";
import { Refusal, refuse } from "../platform/refusal.ts";
import { budgetAnswer } from "./raise.ts";
import { replanned } from "./replanning.ts";
import type { Request, RequestContext } from "./request.ts";
import { stepAnswer, stepDecision } from "./stepRequests.ts";

/** A person answers what was asked, and what follows from the answer. The first answer counts. */
export function answer(request: Request & { kind: "answer" }, goal: Goal, context: RequestContext): GoalEvent[] {
	const { by } = context;
	const approval = goal.approvals[request.approvalId];
	if (!approval) throw alreadySettled(request.approvalId, goal);
	refuse(answerRefusal(goal, approval, context.now));
	if (request.digest !== undefined && request.digest !== approval.digest) {
		throw new Refusal("changed", "The action changed after you saw it. Look at the approval again and decide anew.");
	}
	const given = canonicalAnswer(request.answer, goal, approval);
	requireValue(given, request, goal, approval);
	const answered: GoalEvent = {
		type: "approval.answered",
		approvalId: approval.approvalId,
		answer: given,
		scope: request.scope,
		reason: request.reason,
		by,
	};
	return [answered, ...consequences(approval, given, request, goal, context)];
}

function alreadySettled(approvalId: ApprovalId, goal: Goal): Refusal {
	const settled = goal.settled.find((one) => one.approvalId === approvalId);
	if (!settled)
		return new Refusal(
			"unknownApproval",
			`There is no approval ${approvalId}. \`mission approvals\` shows what waits.`,
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
	const answer = meantBy(given, goal, approval);
	if (answer !== undefined) return answer;
	const choices = choicesOf(goal, approval).map((choice) => `${choice.answer} (${choice.label})`);
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

function consequences(
	approval: Approval,
	given: string,
	request: Request & { kind: "answer" },
	goal: Goal,
	{ by, newId }: RequestContext,
): GoalEvent[] {
	switch (approval.kind) {
		case "tool": {
			if (given !== "approve" || request.scope === "once") return [];
			if (!approval.goalScope) throw new Refusal("badScope", "This can only be approved once.");
			if (request.scope === "workspace" && approval.covers === "written") {
				throw new Refusal(
					"badScope",
					"It may load files that nobody can name beforehand, so it can be approved once or for this goal, not for all goals of the folder.",
				);
			}
			const call = approval.toolCallId ? goal.calls[approval.toolCallId] : undefined;
			const isCommand = approval.command !== undefined;
			return [
				{
					type: "grant.added",
					grantId: newId<GrantId>("g"),
					scope: request.scope,
					kind: isCommand ? "command" : "write",
					subject: isCommand ? approval.command! : (call?.name ?? ""),
					files: approval.files,
					covers: approval.covers,
					written: approval.written,
					by,
				},
			];
		}
		case "plan": {
			const revision = goal.plan?.revision ?? 1;
			if (given === "approve") return [{ type: "plan.approved", revision, by }];
			if (goal.playbook)
				return [
					{ type: "goal.failed", reason: "Its playbook was not approved. Edit the playbook and launch it again." },
				];
			return [{ type: "plan.returned", revision, note: request.reason ?? "The person wants another plan.", by }];
		}
		case "step": {
			const step = approval.stepId ? goal.steps[approval.stepId] : undefined;
			if (!step) return [];
			if (given === "replan") return replanned(goal, step, request.reason ?? approval.reasons[0], by);
			return stepAnswer(given, { ...step, reason: approval.reasons[0] }, by, request.reason);
		}
		case "budget":
			return budgetAnswer(approval, given, request.values ?? {}, goal, by);
		case "question":
			if (approval.options.includes("wait")) return folderAnswer(given, goal, by);
			if (approval.stepId) {
				const step = goal.steps[approval.stepId];
				return step && given === "skip" ? stepDecision("skip", step, by) : [];
			}
			if (given === "fail") return [{ type: "goal.failed", reason: approval.summary }];
			if (given === "accept") return [{ type: "review.waived", reason: request.reason, by }];
			if (given === "replan") return replanned(goal, undefined, request.reason ?? approval.reasons[0], by);
			if (reviewIsStuck(goal)) return [{ type: "review.reset", by }];
			return finalChecks(goal)
				.filter((check) => check.state === "red")
				.map(({ checkId }) => ({ type: "check.reset", checkId }));
		default:
			return [];
	}
}

/** To keep waiting leaves the goal held: it goes on by itself when its folder is back. */
function folderAnswer(given: string, goal: Goal, by: RequestContext["by"]): GoalEvent[] {
	const hold = folderHold(goal);
	if (given === "stop") return [{ type: "goal.cancelled", reason: hold?.reason, by }];
	if (given !== "use" || !hold?.found) return [];
	return [
		{ type: "workspace.identified", identity: hold.found, by },
		{ type: "hold.lifted", holdId: hold.holdId, by },
	];
}
