import type { Goal, Step } from "../goal.ts";
import type { StepId } from "../ids.ts";
import { actorName } from "../values.ts";
import { closeThreads, withChecks, withStep, withThreads } from "./change.ts";
import type { Folds } from "./fold.ts";
import { withoutLastWord } from "./review.ts";

/** Steps, with their attempts. */
export const stepFolds: Folds<"step" | "attempt"> = {
	"step.started": (goal, e) =>
		withStep(withoutLastWord(goal), e.stepId, (step) => ({
			...step,
			state: "in_progress",
			reason: undefined,
			undone: undefined,
			advice: undefined,
			attempt: e.attempt,
			attempts: [...step.attempts, { attempt: e.attempt, state: "in_progress", threadId: e.threadId, changes: 0 }],
		})),
	"step.reported": (goal, e) =>
		resetStepChecks(
			withAttempt(
				goal,
				e.stepId,
				e.attempt,
				{ state: "verifying", review: undefined, diagnosis: undefined },
				(step) => ({
					...step,
					state: "verifying",
					reason: undefined,
				}),
			),
			e.stepId,
		),
	"step.completed": (goal, e) =>
		withAttempt(goal, e.stepId, e.attempt, { state: "completed" }, (step) => ({
			...step,
			state: "completed",
			verified: e.verified,
		})),
	"attempt.failed": (goal, e) =>
		closeThreads(
			withAttempt(goal, e.stepId, e.attempt, { state: "failed", diagnosis: e.diagnosis }, (step) => ({
				...step,
				state: "pending",
				reason: e.diagnosis,
			})),
			(thread) => thread.stepId === e.stepId,
		),
	"step.failed": (goal, e) =>
		closeThreads(
			withAttempt(goal, e.stepId, e.attempt, { state: "failed", diagnosis: e.reason }, (step) => ({
				...step,
				state: "failed",
				reason: e.reason,
			})),
			(thread) => thread.stepId === e.stepId,
		),
	"step.skipped": (goal, e) =>
		closeThreads(
			withAttempt(goal, e.stepId, e.attempt, { state: "skipped" }, (step) => ({
				...step,
				state: "skipped",
				reason: undefined,
			})),
			(thread) => thread.stepId === e.stepId,
		),
	"step.retried": (before, e) => {
		// What was red is run again on what the step makes now, before the person is asked about it.
		const goal = withChecks(before, (check) =>
			check.stepId === undefined && check.state === "red"
				? { ...check, state: "pending", settledFor: undefined }
				: check,
		);
		if (e.how === "continue") {
			const continued = withAttempt(
				goal,
				e.stepId,
				e.attempt,
				{ state: "in_progress", diagnosis: undefined },
				(step) => ({
					...step,
					state: "in_progress",
					reason: undefined,
				}),
			);
			return withThreads(continued, (thread) =>
				thread.stepId === e.stepId && thread.attempt === e.attempt
					? { ...thread, state: "active", failed: undefined }
					: thread,
			);
		}
		const again = withStep(goal, e.stepId, (step) => ({
			...step,
			state: "pending",
			reason: undefined,
			undone: undefined,
			advice: e.advice,
			limit: Math.max(step.limit, e.attempt + 1),
			attempts: step.attempts.map((attempt) =>
				attempt.attempt === e.attempt && attempt.state !== "completed" ? { ...attempt, state: "failed" } : attempt,
			),
		}));
		return resetStepChecks(
			closeThreads(again, (thread) => thread.stepId === e.stepId),
			e.stepId,
		);
	},
	"step.undone": (goal, e) => {
		const left = e.files.filter((file) => file.action === "conflict").length;
		const except = left === 0 ? "" : `, except ${left === 1 ? "one file" : `${left} files`} that had changed since`;
		const reason = `Undone by ${actorName(e.by)}${except}.`;
		const undone = withStep(goal, e.stepId, (step) => ({
			...step,
			state: "skipped",
			verified: undefined,
			undone: true,
			reason,
			// What an attempt came to stays on record; only one that was still open ends here.
			attempts: step.attempts.map((one) => (isOpen(one) ? { ...one, state: "skipped" } : one)),
		}));
		const closed = closeThreads(undone, (thread) => thread.stepId === e.stepId);
		return notVerifiedAnyMore(resetStepChecks(closed, e.stepId), e.stepId);
	},
};

function withAttempt(
	goal: Goal,
	stepId: StepId,
	attempt: number,
	fields: Partial<Step["attempts"][number]>,
	change: (step: Step) => Step,
): Goal {
	return withStep(goal, stepId, (step) => ({
		...change(step),
		attempts: step.attempts.map((one) => (one.attempt === attempt ? { ...one, ...fields } : one)),
	}));
}

function isOpen({ state }: Step["attempts"][number]): boolean {
	return state === "in_progress" || state === "verifying";
}

/** A goal that is done stays done when a step of it is undone, but what it said about its result no longer holds. */
function notVerifiedAnyMore(goal: Goal, stepId: StepId): Goal {
	if (goal.end?.state !== "completed") return goal;
	const reason = `Done, but step “${goal.steps[stepId]?.title ?? stepId}” was undone afterwards.`;
	return { ...goal, end: { ...goal.end, verified: false, reason } };
}

/** A step that reports, or begins again, has its checks before it. */
export function resetStepChecks(goal: Goal, stepId: StepId): Goal {
	return withChecks(goal, (check) =>
		check.stepId === stepId && check.state !== "running"
			? { ...check, state: "pending", settledFor: undefined }
			: check,
	);
}
