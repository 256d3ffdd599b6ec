import { digestOf, genesisHash, hashOf, newSalt } from "../../chain/chain.ts";
import type { GoalId } from "../../core/ids.ts";
import { type NewEvent, type ProvenEvent, type RowStore, type Store, StoreError } from "./eventStore.ts";

/**
 * Makes any store of rows one whose log is tamper-evident: each event is given its salt, its digest and the hash that ties
 * it to the one before. What is asked of one goal is done in its order, so that the end of its chain is always known.
 */
export function withChain(rows: RowStore): Store {
	const ends = new Map<GoalId, ChainEnd>();
	const lines = new Map<GoalId, Promise<unknown>>();
	let closing: Promise<void> | undefined;

	/** Runs `work` behind everything else that was asked of the goal, at once where there is nothing. */
	function inLine<Value>(goalId: GoalId, work: () => Promise<Value>): Promise<Value> {
		const before = lines.get(goalId);
		const mine = before ? before.then(work) : work();
		const line = mine.then(
			() => undefined,
			() => undefined,
		);
		lines.set(goalId, line);
		void line.then(() => lines.get(goalId) === line && lines.delete(goalId));
		return mine;
	}

	/** Runs `work` when what was asked of the goal before is done; nothing waits for it. */
	function afterLine<Value>(goalId: GoalId, work: () => Promise<Value>): Promise<Value> {
		return lines.get(goalId)?.then(work) ?? work();
	}

	async function append(
		goalId: GoalId,
		expectedSeq: number,
		epoch: number,
		events: readonly NewEvent[],
		summary: string,
	): Promise<number> {
		const end = ends.get(goalId) ?? (await readEnd(goalId));
		// Where the end is elsewhere, the adapter refuses these rows: it compares the seq in the transaction.
		const proven = prove(goalId, expectedSeq, epoch, events, end.hash);
		ends.delete(goalId);
		const lastSeq = await rows.append(goalId, expectedSeq, epoch, proven, summary);
		const last = proven.at(-1);
		ends.set(goalId, last ? { hash: Buffer.from(last.hash, "hex") } : end);
		return lastSeq;
	}

	async function readEnd(goalId: GoalId): Promise<ChainEnd> {
		const [last] = await rows.read(goalId, { limit: 1, descending: true });
		return { hash: last ? Buffer.from(last.hash, "hex") : genesisHash };
	}

	/** Once it is closing, only what was asked before is still done. */
	const whileOpen =
		<Given extends readonly unknown[], Value>(work: (...given: Given) => Promise<Value>) =>
		(...given: Given): Promise<Value> =>
			closing
				? Promise.reject(new StoreError("closed", "The event store is closed; start the daemon again."))
				: work(...given);

	return {
		append: whileOpen((goalId, ...given) => inLine(goalId, () => append(goalId, ...given))),
		claim: whileOpen((goalId) =>
			inLine(goalId, () => {
				// Whoever held the goal before may have appended.
				ends.delete(goalId);
				return rows.claim(goalId);
			}),
		),
		saveCheckpoint: whileOpen((goalId, checkpoint) => inLine(goalId, () => rows.saveCheckpoint(goalId, checkpoint))),
		read: whileOpen((goalId, query) => afterLine(goalId, () => rows.read(goalId, query))),
		goals: whileOpen(rows.goals),
		checkpoint: whileOpen((goalId) => afterLine(goalId, () => rows.checkpoint(goalId))),
		requestOnce: whileOpen(rows.requestOnce),
		search: whileOpen((goalId, ...given) => afterLine(goalId, () => rows.search(goalId, ...given))),
		erase: whileOpen((goalId) => afterLine(goalId, () => rows.erase(goalId))),
		close() {
			closing ??= Promise.all(lines.values()).then(rows.close);
			return closing;
		},
	};
}

interface ChainEnd {
	readonly hash: Buffer;
}

function prove(
	goalId: GoalId,
	expectedSeq: number,
	epoch: number,
	events: readonly NewEvent[],
	lastHash: Buffer,
): readonly ProvenEvent[] {
	let previous = lastHash;
	return events.map((event, index) => {
		const { at, type } = event;
		const salt = newSalt();
		const digest = digestOf(salt, event.body);
		previous = hashOf(previous, { goalId, seq: expectedSeq + index + 1, epoch, at, type }, digest);
		return {
			...event,
			salt: salt.toString("hex"),
			digest: digest.toString("hex"),
			hash: previous.toString("hex"),
		};
	});
}
