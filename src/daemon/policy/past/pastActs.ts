import type { EventBody, EventType, RecordedEvent } from "../../../core/events.ts";
import type { GoalId } from "../../../core/ids.ts";
import { readEvent } from "../../../core/upcast.ts";
import type { Autonomy } from "../../../core/values.ts";
import type { EventReader } from "../../store/eventStore.ts";

/** Something that an agent, or a playbook, meant to do, and what came of it, as the log tells. */
export interface PastAct {
	readonly goalId: GoalId;
	readonly workspace: string;
	readonly autonomy: Autonomy;
	/** It ran inside walls. */
	readonly isSandboxed: boolean;
	readonly seq: number;
	readonly at: string;
	readonly call: EventBody<"tool.requested">;
	/** As it was read then; absent where nobody was asked. */
	readonly risk?: EventBody<"approval.requested">["risk"];
	readonly outcome: PastOutcome;
	/** Who answered. */
	readonly by?: EventBody<"approval.answered">["by"];
}

/**
 * `unasked`: it was done, and nobody was asked. `approved` and `denied`: a person answered. `refused`: neither asked about
 * nor done. `unanswered`: it was asked about, and nobody answered.
 */
export type PastOutcome = "unasked" | "approved" | "denied" | "refused" | "unanswered";

const types: readonly EventType[] = [
	"goal.launched",
	"tool.requested",
	"tool.started",
	"tool.completed",
	"approval.requested",
	"approval.answered",
];
const page = 1000;

interface Open {
	readonly event: RecordedEvent<"tool.requested">;
	risk?: PastAct["risk"];
	isAsked: boolean;
	isDone: boolean;
	isSandboxed?: boolean;
	isRefused: boolean;
	/** There was nothing to carry out. */
	isInvalid: boolean;
	answer?: EventBody<"approval.answered">;
}

/** Those of one goal, oldest first. Erased events tell nothing. */
export async function pastActs(store: EventReader, goalId: GoalId): Promise<readonly PastAct[]> {
	const calls = new Map<string, Open>();
	const asked = new Map<string, Open>();
	let launched: EventBody<"goal.launched"> | undefined;
	for (let afterSeq = 0; ; ) {
		const rows = await store.read(goalId, { types, afterSeq, limit: page });
		for (const row of rows) {
			afterSeq = row.seq;
			if (row.body === undefined) continue;
			const event = readEvent(row);
			if (event.type === "goal.launched") launched = event;
			else take(calls, asked, event);
		}
		if (rows.length < page) break;
	}
	if (!launched) return [];
	const { workspace, settings } = launched;
	const meant = [...calls.values()].filter(({ isInvalid }) => !isInvalid);
	return meant.map(({ event, risk, answer, ...open }) => ({
		goalId,
		workspace,
		autonomy: settings.autonomy,
		isSandboxed: open.isSandboxed === true,
		seq: event.seq,
		at: event.at,
		call: event,
		risk,
		outcome: outcomeOf({ ...open, answer }),
		by: answer?.by,
	}));
}

function take(calls: Map<string, Open>, asked: Map<string, Open>, event: RecordedEvent): void {
	switch (event.type) {
		case "tool.requested":
			calls.set(event.toolCallId, {
				event,
				isAsked: false,
				isDone: event.unasked === true,
				isRefused: false,
				isInvalid: false,
			});
			break;
		case "tool.started": {
			const call = calls.get(event.toolCallId);
			if (!call) return;
			call.isDone = true;
			call.isSandboxed = event.sandbox !== undefined;
			break;
		}
		case "tool.completed": {
			const call = calls.get(event.toolCallId);
			if (!call) return;
			call.isRefused = event.refused !== undefined;
			call.isInvalid = event.invalid === true;
			break;
		}
		case "approval.requested": {
			const call = event.toolCallId && calls.get(event.toolCallId);
			// Of a call that was cut off it is asked how it ended, not whether it may happen.
			if (!call || event.kind !== "tool") return;
			call.isAsked = true;
			call.risk = event.risk;
			asked.set(event.approvalId, call);
			break;
		}
		case "approval.answered": {
			const call = asked.get(event.approvalId);
			if (call) call.answer = event;
			break;
		}
		default:
	}
}

function outcomeOf({ isAsked, isDone, isRefused, answer }: Omit<Open, "event" | "risk">): PastOutcome {
	// What only looks has no intent in the log.
	if (answer?.answer === "deny") return "denied";
	if (answer) return "approved";
	if (isAsked) return "unanswered";
	return isRefused && !isDone ? "refused" : "unasked";
}
