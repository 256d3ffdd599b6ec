import { withChain } from "./chainedStore.ts";
import type { Checkpoint, NewEvent, ProvenEvent, RowStore, Store, StoredEvent } from "./eventStore.ts";
import { matchesAll, searchText, searchWords } from "./searchText.ts";
import { storeError } from "./storeFailure.ts";

/** The event store in memory: the SQLite adapter's twin for tests of everything above it. */
export function createMemoryStore(): Store {
	return withChain(memoryRows());
}

function memoryRows(): RowStore {
	const goals = new Map<string, MemoryGoal>();
	const requests = new Map<string, string>();
	let closed = false;

	/** Runs `work` at once, but answers as late as a store with a disk would. */
	async function answer<Value>(work: () => Value): Promise<Value> {
		if (closed) throw storeError("closed", "it was closed");
		return work();
	}

	function demand(goalId: string): MemoryGoal {
		const goal = goals.get(goalId);
		if (goal === undefined) throw storeError("unknownGoal", goalId);
		return goal;
	}

	return {
		append: (goalId, expectedSeq, epoch, events, summary) =>
			answer(() => {
				const goal = demand(goalId);
				const lastSeq = goal.rows.length;
				if (goal.epoch !== epoch) throw storeError("fenced", `epoch ${epoch} is over, ${goal.epoch} is current`);
				if (lastSeq !== expectedSeq) throw storeError("conflict", `its last event is ${lastSeq}, not ${expectedSeq}`);
				for (const event of events) goal.rows.push({ ...event, stored: stored(goalId, goal, event) });
				goal.summary = summary;
				goal.updatedAt = events.at(-1)?.at ?? goal.updatedAt;
				return goal.rows.length;
			}),
		read: (
			goalId,
			{ afterSeq = 0, beforeSeq = Number.POSITIVE_INFINITY, limit, types, threadId, stepId, descending },
		) =>
			answer(() => {
				const found = (goals.get(goalId)?.rows ?? []).filter(
					({ stored, ...event }) =>
						stored.seq > afterSeq &&
						stored.seq < beforeSeq &&
						(types === undefined || types.includes(event.type)) &&
						(threadId === undefined || event.threadId === threadId) &&
						(stepId === undefined || event.stepId === stepId),
				);
				if (descending) found.reverse();
				return found.slice(0, Math.min(Math.max(Math.trunc(limit), 1), 10_000)).map(({ stored }) => stored);
			}),
		search: (goalId, text, limit) =>
			answer(() => {
				const words = searchWords(text);
				const found = (goals.get(goalId)?.rows ?? []).filter(
					({ stored }) => stored.body !== undefined && matchesAll(searchText(stored.body), words),
				);
				return found
					.map(({ stored }) => stored.seq)
					.reverse()
					.slice(0, limit);
			}),
		goals: () =>
			answer(() =>
				[...goals]
					.filter(([, goal]) => goal.rows.length > 0)
					.reverse()
					.sort(([, a], [, b]) => b.updatedAt - a.updatedAt)
					.map(([goalId, { rows, epoch, summary, updatedAt }]) => ({
						goalId: goalId as StoredEvent["goalId"],
						lastSeq: rows.length,
						epoch,
						summary,
						updatedAt,
					})),
			),
		claim: (goalId) =>
			answer(() => {
				const goal = goals.get(goalId) ?? { epoch: 0, rows: [], summary: "", updatedAt: 0, checkpoint: undefined };
				goals.set(goalId, goal);
				goal.epoch++;
				return { epoch: goal.epoch, lastSeq: goal.rows.length };
			}),
		checkpoint: (goalId) => answer(() => goals.get(goalId)?.checkpoint),
		saveCheckpoint: (goalId, checkpoint) =>
			answer(() => {
				demand(goalId).checkpoint = checkpoint;
			}),
		erase: (goalId) =>
			answer(() => {
				const goal = demand(goalId);
				goal.rows = goal.rows.map((row) => ({ ...row, stored: { ...row.stored, body: undefined, salt: undefined } }));
				goal.checkpoint = undefined;
			}),
		requestOnce: (requestId, goalId) =>
			answer(() => {
				const known = requests.get(requestId) ?? goalId;
				requests.set(requestId, known);
				return known as typeof goalId;
			}),
		close: async () => {
			closed = true;
		},
	};
}

interface MemoryGoal {
	epoch: number;
	rows: MemoryRow[];
	summary: string;
	updatedAt: number;
	checkpoint: Checkpoint | undefined;
}

interface MemoryRow extends NewEvent {
	readonly stored: StoredEvent;
}

function stored(goalId: string, { epoch, rows }: MemoryGoal, event: ProvenEvent): StoredEvent {
	const { at, type, body, digest, salt, hash } = event;
	return {
		goalId: goalId as StoredEvent["goalId"],
		seq: rows.length + 1,
		epoch,
		at,
		type,
		body: Buffer.from(body).toString(), // as UTF-8 keeps it
		digest,
		salt,
		hash,
	};
}
