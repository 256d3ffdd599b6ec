import { genesisHash } from "../../chain/chain.ts";
import type { GoalRow } from "./eventStore.ts";
import type { SqliteFile } from "./sqliteFile.ts";
import { storeError } from "./storeFailure.ts";

/**
 * The row of each goal: where its log ends and what lists show of it. An append changes it in memory, and the rows that
 * changed are written once a transaction, however many appends it holds. This is the rows' only writer, so what is
 * remembered stays true until a transaction is undone.
 */
export interface GoalTable {
	find(goalId: string): GoalState | undefined;
	/** Throws "unknownGoal". */
	demand(goalId: string): GoalState;
	create(goalId: string): void;
	/** To be called for a goal whose state was changed. */
	changed(goal: GoalState): void;
	writeChanged(): void;
	/** Full-text search has to index all goals anew. */
	resetIndexed(): void;
	list(): readonly GoalRow[];
	/** Forgets what is remembered, not what is stored. */
	forget(): void;
	/** Keeps the memory bounded; between transactions. */
	trim(): void;
}

export interface GoalState {
	readonly number: number;
	epoch: number;
	lastSeq: number;
	lastHash: Buffer;
	updatedAt: number;
	/** Full-text search knows the events up to this one. */
	indexedSeq: number;
	/** A new summary, until it is written. */
	summary: string | undefined;
}

export function createGoalTable(file: SqliteFile): GoalTable {
	const goals = new Map<string, GoalState>();
	const unwritten = new Set<GoalState>();

	function find(goalId: string): GoalState | undefined {
		const known = goals.get(goalId);
		if (known !== undefined) return known;
		const row = file.row(selectGoal, [goalId]);
		if (row === undefined) return undefined;
		const goal: GoalState = {
			number: Number(row[0]),
			epoch: Number(row[1]),
			lastSeq: Number(row[2]),
			lastHash: row[3] as Buffer,
			updatedAt: Number(row[4]),
			indexedSeq: Number(row[5]),
			summary: undefined,
		};
		goals.set(goalId, goal);
		return goal;
	}

	function forget(): void {
		goals.clear();
		unwritten.clear();
	}

	return {
		find,
		demand(goalId) {
			const goal = find(goalId);
			if (goal === undefined) throw storeError("unknownGoal", goalId);
			return goal;
		},
		create: (goalId) => file.run(insertGoal, [goalId, genesisHash]),
		changed: (goal) => void unwritten.add(goal),
		writeChanged() {
			for (const goal of unwritten) {
				const { epoch, lastSeq, lastHash, updatedAt, indexedSeq, summary = null, number } = goal;
				file.run(updateGoal, [epoch, lastSeq, lastHash, updatedAt, indexedSeq, summary, number]);
				goal.summary = undefined;
			}
			unwritten.clear();
		},
		resetIndexed() {
			file.run("UPDATE goals SET indexed_seq=0 WHERE indexed_seq>0");
			for (const goal of goals.values()) goal.indexedSeq = 0;
		},
		list() {
			const rows: GoalRow[] = [];
			file.rows(listGoals, [], ([goal, lastSeq, epoch, summary, updatedAt]) => {
				rows.push({
					goalId: String(goal) as GoalRow["goalId"],
					lastSeq: Number(lastSeq),
					epoch: Number(epoch),
					summary: String(summary),
					updatedAt: Number(updatedAt),
				});
				return true;
			});
			return rows;
		},
		forget,
		trim() {
			if (goals.size > maxRemembered) forget();
		},
	};
}

const selectGoal = "SELECT id, epoch, last_seq, last_hash, updated_at, indexed_seq FROM goals WHERE goal=?";
const insertGoal =
	"INSERT INTO goals (goal, epoch, last_seq, last_hash, updated_at, indexed_seq, summary) VALUES (?,0,0,?,0,0,'')";
const updateGoal =
	"UPDATE goals SET epoch=?, last_seq=?, last_hash=?, updated_at=?, indexed_seq=?, summary=coalesce(?,summary) WHERE id=?";
const listGoals =
	"SELECT goal, last_seq, epoch, summary, updated_at FROM goals WHERE last_seq>0 ORDER BY updated_at DESC, id DESC";
const maxRemembered = 5_000;
