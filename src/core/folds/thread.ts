import { adaptedKey } from "../adapted.ts";
import type { EventOf } from "../events.ts";
import type { Goal, Thread } from "../goal.ts";
import type { ThreadId } from "../ids.ts";
import { charsPerToken, firstPromptTokens, imageChars } from "../rules/budget.ts";
import { mayCompact, modelName } from "../rules/contextWindow.ts";
import { latinLength } from "../textTokens.ts";
import type { ModelChoice, Usage } from "../values.ts";
import { withStep, withThread } from "./change.ts";
import type { Folds } from "./fold.ts";
import { addUsage } from "./usage.ts";

/** Threads, what is said in them, and their turns with what they used. */
export const threadFolds: Folds<"thread" | "guidance" | "message" | "turn" | "model" | "provider" | "todo"> = {
	"thread.opened": (goal, e) => {
		const isChild = e.parentThreadId !== undefined;
		const call = e.parentCallId ? goal.calls[e.parentCallId] : undefined;
		return {
			...withOpening(goal, e),
			threads: {
				...goal.threads,
				[e.threadId]: {
					threadId: e.threadId,
					role: e.role,
					purpose: e.purpose ?? (e.stepId ? "work" : "plan"),
					stepId: e.stepId,
					attempt: e.attempt,
					assignment: e.assignment,
					...(isChild && {
						parentThreadId: e.parentThreadId,
						parentCallId: e.parentCallId,
						title: e.title,
						openedAt: e.at,
					}),
					state: "active",
					turns: 0,
					done: 0,
					failures: 0,
					unread: 0,
					rejected: 0,
					newChars: 0,
				},
			},
			calls: call ? { ...goal.calls, [call.toolCallId]: { ...call, child: e.threadId } } : goal.calls,
		};
	},
	"thread.closed": (goal, e) => withThread(goal, e.threadId, (thread) => ({ ...thread, state: "closed", ended: true })),
	"thread.compacted": (goal, e) =>
		withThread(goal, e.threadId, (thread) => ({
			...thread,
			compactedAtTurn: thread.turns,
			tooLong: thread.tooLong && "compacted",
			last: { inputTokens: firstPromptTokens + Math.ceil(e.chars / charsPerToken), outputTokens: 0 },
			newChars: 0,
		})),
	"guidance.given": (goal, e) =>
		withThread(goal, e.threadId, (thread) => ({ ...thread, newChars: thread.newChars + latinLength(e.text) })),
	"message.added": (goal, e) =>
		withThread(goal, e.threadId, (thread) => ({
			...thread,
			unread: thread.unread + (e.from === "person" ? 1 : 0),
			// What the model itself said is counted in its turn.
			newChars: e.from === thread.role ? thread.newChars : thread.newChars + latinLength(e.text) + imageChars(e.images),
			rejected: e.from === "daemon" && !e.about ? thread.rejected + 1 : thread.rejected,
			...repeated(thread, e),
		})),
	"turn.started": (goal, e) =>
		withThread(goal, e.threadId, (thread) => ({
			...thread,
			turn: { turnId: e.turnId, epoch: e.epoch, reserved: e.reserved, purpose: e.purpose },
			unread: e.purpose === undefined ? 0 : thread.unread,
			retryAt: undefined,
		})),
	"turn.completed": (goal, e) =>
		endTurn(goal, e.threadId, e.usage, e.asked, (thread) => ({
			...thread,
			turns: thread.turns + 1,
			substitute: thread.substitute === e.answered ? thread.substitute : undefined,
			failures: 0,
			last: { inputTokens: e.usage.inputTokens, outputTokens: e.usage.outputTokens },
			newChars: 0,
			tooLong: thread.turn?.purpose === undefined ? undefined : thread.tooLong,
		})),
	"model.substituted": (goal, e) => withThread(goal, e.threadId, (thread) => ({ ...thread, substitute: e.answered })),
	"turn.interrupted": (goal, e) =>
		endTurn(goal, e.threadId, e.charged, undefined, (thread) =>
			e.promptTokens === undefined
				? thread
				: { ...thread, last: { inputTokens: e.promptTokens, outputTokens: 0 }, newChars: 0 },
		),
	"provider.adapted": (goal, e) => ({ ...goal, adapted: [...(goal.adapted ?? []), adaptedKey(e)] }),
	"provider.failed": (goal, e) => {
		const ended = endTurn(goal, e.threadId, e.charged, undefined, (thread) => ({
			...thread,
			failures: thread.failures + 1,
			retryAt: e.retryAt,
			tooLong: e.code === "contextLength" && mayCompact(thread) ? "refused" : thread.tooLong,
		}));
		const model = goal.threads[e.threadId]?.assignment;
		const windows =
			e.contextWindow === undefined || !model ? goal.windows : { ...goal.windows, [modelName(model)]: e.contextWindow };
		return { ...ended, windows, counts: { ...ended.counts, errors: ended.counts.errors + 1 } };
	},
	"todo.updated": (goal, e) => ({ ...goal, todos: { ...goal.todos, [e.threadId]: e.todos } }),
};

/** What the thread is opened for knows it. */
function withOpening(goal: Goal, { threadId, purpose, stepId, attempt }: EventOf<"thread.opened">): Goal {
	if (purpose === "reflect") return { ...goal, reflection: { threadId, state: "asked" } };
	if (purpose !== "review") return goal;
	if (stepId === undefined) return { ...goal, review: { threadId } };
	return withStep(goal, stepId, (step) => ({
		...step,
		attempts: step.attempts.map((one) => (one.attempt === attempt ? { ...one, review: { threadId } } : one)),
	}));
}

/** An agent that was told that it repeats itself may show what it makes of it; what a person says begins a new count. */
function repeated(thread: Thread, e: EventOf<"message.added">): Pick<Thread, "same" | "told"> {
	if (e.from === "person") return { same: undefined, told: undefined };
	if (e.about !== "stagnation") return { same: thread.same, told: thread.told };
	return { same: thread.same && { ...thread.same, told: true }, told: (thread.told ?? 0) + 1 };
}

function endTurn(
	goal: Goal,
	threadId: ThreadId,
	usage: Usage,
	asked: ModelChoice | undefined,
	change: (thread: Thread) => Thread,
): Goal {
	const thread = goal.threads[threadId];
	if (!thread) return goal;
	const model = asked ?? thread.assignment;
	const totals = addUsage(goal.usage, usage, thread.role, `${model.provider}/${model.model}`, asked ? 1 : 0);
	return withThread({ ...goal, usage: totals }, threadId, (one) => {
		const ended = change({ ...one, turn: undefined });
		return ended.next ? { ...ended, assignment: ended.next, next: undefined } : ended;
	});
}
