import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import type { CheckId, MessageId } from "../../core/ids.ts";
import { finalChecks } from "../../core/rules/checks.ts";
import { isDone, planSteps } from "../../core/rules/steps.ts";
import { type KeptStep, parsePlan } from "../agents/parsePlan.ts";
import { parseReflection, parseReview } from "../agents/parseReview.ts";
import { whyEnded } from "../agents/whyEnded.ts";
import { overtakenApprovals, skipReflection } from "../engine/enact.ts";
import type { Answered } from "./answered.ts";
import type { PerformParts } from "./parts.ts";

/**
 * What the answer of a role without tools comes to: a plan, a verdict, a reflection. What cannot be used goes back to
 * the model with the reason, a bounded number of times.
 */
export const roleAnswers = { plan: planEvents, review: reviewEvents, reflect: reflectionEvents } as const;

/** An answer that was ended before the model was done may lack its last word, whatever can be read of it. */
function whole<T extends object>(
	{ text, finish, isOpen }: Answer,
	read: (text: string) => T | { readonly problem: string },
): T | { readonly problem: string } {
	const ended = whyEnded(finish, isOpen);
	return ended === undefined ? read(text) : { problem: `${ended} Nothing of it counts.` };
}

type Answer = Pick<Answered, "text" | "finish" | "isOpen">;

function reviewEvents(_goal: Goal, thread: Thread, answer: Answer, parts: Pick<PerformParts, "newId">): GoalEvent[] {
	// Something was said to it while it answered: it gets a turn to read it before its word counts.
	if (thread.unread > 0) return [];
	const review = whole(answer, parseReview);
	if ("problem" in review) return [correction(thread, `${review.problem} Answer again with the whole review.`, parts)];
	const { threadId, stepId, attempt } = thread;
	return [
		{ type: "review.completed", stepId, attempt, threadId, ...review },
		{ type: "thread.closed", threadId },
	];
}

/** One answer that cannot be used is sent back; a second one is the last. It never keeps a goal from completing. */
function reflectionEvents(goal: Goal, thread: Thread, answer: Answer, parts: Pick<PerformParts, "newId">): GoalEvent[] {
	const reflection = whole(answer, parseReflection);
	if (!("problem" in reflection)) {
		return [
			{ type: "reflection.written", ...reflection },
			{ type: "thread.closed", threadId: thread.threadId },
		];
	}
	if (thread.rejected > 0)
		return skipReflection(goal, "The model answered twice without a reflection that can be read.");
	return [correction(thread, `${reflection.problem} Answer again.`, parts)];
}

function planEvents(goal: Goal, thread: Thread, answer: Answer, parts: Pick<PerformParts, "newId">): GoalEvent[] {
	const plan = whole(answer, (text) => parsePlan(text, keptSteps(goal)));
	if ("problem" in plan) {
		return [correction(thread, `${plan.problem} Answer again with the whole plan.`, parts)];
	}
	const asked = goal.settings.checks.map((command, index) => ({
		checkId: checkId(`goal.asked.${index + 1}`),
		command,
	}));
	return [
		{
			type: "plan.proposed",
			revision: goal.planRevision + 1,
			summary: plan.summary,
			title: plan.title,
			steps: plan.steps,
			// What proves the whole goal stays, unless the new plan names something else.
			checks: [...asked, ...(goal.replan && plan.checks.length === 0 ? plannedChecks(goal) : plan.checks)],
			threadId: thread.threadId,
		},
		{ type: "thread.closed", threadId: thread.threadId },
		...overtakenApprovals(goal, plan.steps),
	];
}

/** Steps that a new plan may build on, and cannot change. */
function keptSteps(goal: Goal): readonly KeptStep[] {
	if (!goal.replan) return [];
	return planSteps(goal).flatMap((step): KeptStep[] => {
		if (isDone(step)) return [{ step, isDone: true }];
		return step.state === "in_progress" || step.state === "verifying" ? [{ step, isDone: false }] : [];
	});
}

function plannedChecks(goal: Goal): { checkId: CheckId; command: string }[] {
	return finalChecks(goal).flatMap(({ checkId: id, command, stepId, origin }) =>
		stepId === undefined && origin === "planner" ? [{ checkId: id, command }] : [],
	);
}

/** What the daemon tells an agent whose answer could not be used. */
export function correction({ threadId }: Thread, text: string, parts: Parts): GoalEvent {
	return { type: "message.added", messageId: parts.newId<MessageId>("m"), threadId, from: "daemon", text };
}

type Parts = Pick<PerformParts, "newId">;

function checkId(id: string): CheckId {
	return id as CheckId;
}
