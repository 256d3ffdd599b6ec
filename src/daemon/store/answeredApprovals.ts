import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { GoalId } from "../../core/ids.ts";
import { readEvent } from "../../core/upcast.ts";
import type { AnsweredApproval } from "../../protocol/view.ts";
import type { EventReader } from "./eventStore.ts";

/**
 * What goals asked their person and is no longer open: a goal remembers how the last of them ended, the log what each was
 * about. The first answer about a goal reads its approvals; from then on only what came since is read.
 */
export interface AnsweredApprovals {
	/** Newest first, as many as the goal remembers. */
	list(goal: Goal): Promise<readonly AnsweredApproval[]>;
	/** The goal's events were erased. */
	forget(goalId: GoalId): void;
}

type Asked = RecordedEvent<"approval.requested">;
type Answered = RecordedEvent<"approval.answered">;

interface Known {
	seq: number;
	readonly asked: Map<string, Asked>;
	readonly answers: Map<string, Answered>;
	ready: Promise<void>;
}

const types = ["approval.requested", "approval.answered"];
const page = 1000;
/** Of one goal. More than it remembers, since some stay open for long. */
const maxKept = 200;
const maxGoals = 64;

export function openAnsweredApprovals(store: EventReader): AnsweredApprovals {
	const goals = new Map<GoalId, Known>();

	function knownOf(goalId: GoalId): Known {
		const known = goals.get(goalId) ?? { seq: 0, asked: new Map(), answers: new Map(), ready: Promise.resolve() };
		goals.delete(goalId);
		goals.set(goalId, known);
		for (const oldest of goals.keys()) {
			if (goals.size <= maxGoals) break;
			goals.delete(oldest);
		}
		return known;
	}

	async function readOn(known: Known, goalId: GoalId): Promise<void> {
		for (;;) {
			const rows = await store.read(goalId, { types, afterSeq: known.seq, limit: page });
			for (const row of rows) {
				known.seq = row.seq;
				if (row.body === undefined) continue;
				const event = readEvent(row);
				if (event.type === "approval.requested") keep(known.asked, event.approvalId, event);
				else if (event.type === "approval.answered") keep(known.answers, event.approvalId, event);
			}
			if (rows.length < page) return;
		}
	}

	return {
		async list(goal) {
			if (goal.settled.length === 0) return [];
			const known = knownOf(goal.goalId);
			// One reading at a time, so that nothing is read twice.
			known.ready = known.ready.catch(() => undefined).then(() => readOn(known, goal.goalId));
			await known.ready;
			return [...goal.settled].reverse().flatMap((settled): AnsweredApproval[] => {
				const asked = known.asked.get(settled.approvalId);
				if (!asked) return [];
				const { approvalId, kind, summary, command, risk, reasons, digest, threadId, stepId, at, expiresAt } = asked;
				const { reason, scope, chosen } = known.answers.get(approvalId) ?? {};
				const about = { kind, summary, command, risk, reasons, digest, threadId, stepId };
				const { state, answer, by } = settled;
				const times = { requestedAt: at, expiresAt, answeredAt: settled.at };
				return [{ approvalId, goalId: goal.goalId, state, ...about, ...times, answer, by, chosen, scope, reason }];
			});
		},
		forget: (goalId) => void goals.delete(goalId),
	};
}

function keep<T>(all: Map<string, T>, id: string, one: T): void {
	all.set(id, one);
	for (const oldest of all.keys()) {
		if (all.size <= maxKept) break;
		all.delete(oldest);
	}
}
