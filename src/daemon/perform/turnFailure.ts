import type { GoalEvent } from "../../core/events.ts";
import type { Goal, Thread } from "../../core/goal.ts";
import type { HoldId } from "../../core/ids.ts";
import { formatModelRef } from "../../core/modelRef.ts";
import { mayCompact } from "../../core/rules/contextWindow.ts";
import type { Usage } from "../../core/values.ts";
import type { TurnOutcome } from "../agents/agent.ts";
import { consentNeeded, windowNeeded } from "../editor/editorFailure.ts";
import { nothingUsed, reservedUsage } from "../engine/turnUsage.ts";
import { seemingWindow } from "./compaction.ts";
import { childEnded } from "./delegation.ts";
import { liftOf } from "./lift.ts";
import type { PerformParts } from "./parts.ts";

/** What becomes of a turn that failed: what it is charged, whether it is asked again, and when. */

/** The provider refused, or was never reached: nothing was used. An answer that broke off may have been paid for whole. */
export function chargedFor(thread: Thread, { code, used }: TurnOutcome & { kind: "failed" }): Usage {
	return code === "cutOff" ? reservedUsage(thread.turn!, used) : (used ?? nothingUsed);
}

/** A short wait, once. */
export function isWorthWaiting(thread: Thread, outcome: TurnOutcome & { kind: "failed" }): boolean {
	const isShort = (outcome.retryAfterMs ?? 0) <= reflectionWaitMs;
	return outcome.retryable && outcome.code !== "unreachable" && thread.failures === 0 && isShort;
}

const reflectionWaitMs = 5000;

/** Failures in a row that a turn bears with short waits; from then on the thread is held, ever longer. */
const shortRetries = 3;
/** A wait of this length that the provider asks for is shown from the first on, and can be cut short. */
const shownWaitMs = 2000;
const longestWaitMs = 15 * 60_000;

function neededKey(provider: string, code: string): { provider: string; refused?: boolean } | undefined {
	if (code === "keyNeeded") return { provider };
	return code === "unauthorized" ? { provider, refused: true } : undefined;
}

/** A window of VS Code that has it, and may use it, lets the thread go on. */
function neededModel({ assignment }: Thread, code: string): { model: string } | undefined {
	const { provider, model } = assignment;
	return code === windowNeeded || code === consentNeeded ? { model: formatModelRef({ provider, model }) } : undefined;
}

export function failureEvents(
	_goal: Goal,
	thread: Thread,
	outcome: TurnOutcome & { kind: "failed" },
	parts: Pick<PerformParts, "clock" | "newId">,
): GoalEvent[] {
	const now = parts.clock.now();
	const failures = thread.failures + 1;
	const backoff = Math.min(longestWaitMs, 1000 * 2 ** (failures - 1));
	const waitMs = Math.max(outcome.retryAfterMs ?? 0, backoff);
	const at = new Date(now + waitMs).toISOString();
	const isTooLong = outcome.code === "contextLength";
	// A prompt that is refused for its length is met with a compaction, once.
	const isAskedToWait = (outcome.retryAfterMs ?? 0) >= shownWaitMs;
	const holds = isTooLong ? !mayCompact(thread) : !outcome.retryable || isAskedToWait || failures > shortRetries;
	const failed: GoalEvent = {
		type: "provider.failed",
		turnId: thread.turn!.turnId,
		threadId: thread.threadId,
		provider: thread.assignment.provider,
		code: outcome.code,
		reason: outcome.reason,
		status: outcome.status,
		retryAt: outcome.retryable ? at : undefined,
		contextWindow: isTooLong ? (outcome.contextWindow ?? seemingWindow(thread)) : undefined,
		charged: chargedFor(thread, outcome),
	};
	if (!holds) return [failed];
	// Whoever asked for a sub-agent learns why there is no report, and decides what to do without it.
	const needsModel = neededModel(thread, outcome.code);
	if (thread.parentCallId && !outcome.retryable && !needsModel)
		return [failed, ...childEnded(thread, false, outcome.reason, now)];
	return [
		failed,
		{
			type: "hold.placed",
			holdId: parts.newId<HoldId>("h"),
			cause: outcome.code === "rateLimited" ? "quota" : "provider",
			reason: `${formatModelRef(thread.assignment)}: ${outcome.reason} ${liftOf(outcome.code, outcome.retryable, thread.role)}`,
			wakeAt: outcome.retryable ? at : undefined,
			threadId: thread.threadId,
			needsKey: neededKey(thread.assignment.provider, outcome.code),
			needsModel,
			now: false,
		},
	];
}
