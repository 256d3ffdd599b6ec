import type { Approval, Goal, SettledApproval, ToolCall } from "../goal.ts";
import { questionOf } from "../questions/questionOf.ts";
import { actorName } from "../values.ts";
import { withCheck, without, withStep } from "./change.ts";
import type { Folds } from "./fold.ts";

/** What a person is asked, what the answer does to its subject, and the standing grants. */
export const approvalFolds: Folds<"approval" | "grant"> = {
	"approval.requested": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		const approval: Approval = { ...body, question: questionOf(goal, body), requestedAt: at };
		return setSubject({ ...goal, approvals: { ...goal.approvals, [e.approvalId]: approval } }, approval, "waiting");
	},
	"approval.answered": (goal, e) => {
		const approval = goal.approvals[e.approvalId];
		if (!approval) return goal;
		const { asked } = approval;
		const settled = settle(goal, {
			approvalId: e.approvalId,
			state: answeredState(e.answer),
			answer: e.answer,
			by: actorName(e.by),
			at: e.at,
			...(asked && { chosen: e.chosen, text: e.reason, key: asked.key }),
		});
		// Whoever asked reads the answer: an agent as its call's result, which follows it.
		if (approval.question === "agent") return settled;
		if (approval.question === "startStep" && approval.stepId && e.answer === "approve")
			return withStep(settled, approval.stepId, (step) => ({ ...step, cleared: true }));
		return applyAnswer(settled, approval, e.answer, e.reason);
	},
	"approval.setAside": (goal, e) => {
		const { setAside: _before, ...approval } = goal.approvals[e.approvalId] ?? {};
		if (!("approvalId" in approval)) return goal;
		const now = e.aside ? { ...approval, setAside: { at: e.at, by: actorName(e.by) } } : approval;
		return { ...goal, approvals: { ...goal.approvals, [e.approvalId]: now as Approval } };
	},
	"approval.expired": (goal, e) => {
		const approval = goal.approvals[e.approvalId];
		if (!approval) return goal;
		return setSubject(settle(goal, unanswered(approval, "expired", e.at)), approval, "requested");
	},
	"approval.superseded": (goal, e) => {
		const approval = goal.approvals[e.approvalId];
		if (!approval) return goal;
		return setSubject(settle(goal, unanswered(approval, "superseded", e.at)), approval, "requested");
	},
	"grant.added": (goal, e) => {
		const { seq: _seq, epoch: _epoch, at, type: _type, ...body } = e;
		return { ...goal, grants: { ...goal.grants, [e.grantId]: { ...body, addedAt: at } } };
	},
	"grant.revoked": (goal, e) => ({ ...goal, grants: without(goal.grants, e.grantId) }),
};

/** Whether an answer was a yes or a no. */
export function answeredState(answer: string): "approved" | "denied" {
	return ["deny", "return", "fail", "decline"].includes(answer) ? "denied" : "approved";
}

/** How many answered approvals a goal remembers. */
const settledKept = 50;

/** What an approval is about moves with it: its call or its check waits, or is asked about anew. */
function setSubject(goal: Goal, approval: Approval, state: "waiting" | "requested"): Goal {
	if (approval.kind === "recovery" || approval.kind === "step") return goal;
	if (approval.toolCallId) {
		const call = goal.calls[approval.toolCallId];
		// A server asks in the middle of a call: that goes on when it was answered, and is no other when it was not.
		if (approval.question === "agent" && (call?.state === "started" || call?.state === "unknown")) return goal;
		return call ? { ...goal, calls: { ...goal.calls, [call.toolCallId]: { ...call, state, ...unapproved } } } : goal;
	}
	if (approval.checkId) {
		return withCheck(goal, approval.checkId, (check) => ({
			...check,
			state: state === "waiting" ? "waiting" : "pending",
			...unapproved,
		}));
	}
	return goal;
}

const unapproved = { approved: undefined, approvedFiles: undefined, approvedUrl: undefined };

function approvedBy({ digest, files, written }: Approval): Pick<ToolCall, "approved" | "approvedFiles"> {
	const approvedFiles = { ...files, ...written };
	return { approved: digest, approvedFiles: Object.keys(approvedFiles).length > 0 ? approvedFiles : undefined };
}

function applyAnswer(goal: Goal, approval: Approval, answer: string, reason: string | undefined): Goal {
	if (approval.checkId) {
		return withCheck(goal, approval.checkId, (check) => {
			if (answer === "approve") return { ...check, state: "pending", ...approvedBy(approval) };
			if (answer === "rerun" || answer === "verify") return { ...check, state: "pending" };
			const settledFor = check.stepId ? goal.steps[check.stepId]?.attempt : 1;
			const diagnosis = reason ? `A person decided not to run it: ${reason}` : "A person decided not to run it.";
			// What an earlier run ended with says nothing any more.
			return { ...check, state: "red", settledFor, exitCode: undefined, diagnosis };
		});
	}
	const call = approval.toolCallId ? goal.calls[approval.toolCallId] : undefined;
	if (!call) return goal;
	return { ...goal, calls: { ...goal.calls, [call.toolCallId]: answeredCall(call, approval, answer, reason) } };
}

function answeredCall(call: ToolCall, approval: Approval, answer: string, reason: string | undefined): ToolCall {
	switch (answer) {
		case "approve":
			return {
				...call,
				state: "approved",
				...approvedBy(approval),
				...(approval.url && { approvedUrl: approval.url }),
			};
		case "rerun":
			return { ...call, state: "approved", ...approvedBy(approval), epoch: 0 };
		case "skip":
		case "verify":
			return { ...call, state: "requested", decided: { answer, reason } };
		default:
			return { ...call, state: "requested", decided: { answer: "deny", reason } };
	}
}

function unanswered({ approvalId, asked }: Approval, state: "expired" | "superseded", at: string): SettledApproval {
	return { approvalId, state, answer: state, by: "the daemon", at, ...(asked?.key && { key: asked.key }) };
}

function settle(goal: Goal, settled: SettledApproval): Goal {
	return {
		...goal,
		approvals: without(goal.approvals, settled.approvalId),
		settled: [...goal.settled, settled].slice(-settledKept),
	};
}
