import { idsPerGoal, pageSql } from "./eventPage.ts";
import type { EventQuery, ProvenEvent, StoredEvent } from "./eventStore.ts";
import type { GoalState } from "./goalTable.ts";
import type { NameTable } from "./nameTable.ts";
import type { SqlValue } from "./sqliteConnection.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** The rows of events: writing one at the end of a goal's chain, and reading a slice of them. */
export interface EventRows {
	/** Adds the event behind the goal's last one and moves the goal's state on. Inside a transaction. */
	add(goal: GoalState, event: ProvenEvent): void;
	/** The next events of a query, as many as should be read at once. */
	slice(goalId: string, goal: GoalState, query: EventQuery): Slice;
	/** Erases bodies and salts of the events after one seq up to another. Inside a transaction. */
	eraseBodies(goal: GoalState, afterSeq: number, lastSeq: number): void;
}

export interface Slice {
	readonly events: readonly StoredEvent[];
	readonly more: boolean;
}

export function createEventRows(file: SqliteFile, names: NameTable): EventRows {
	const numberOrNull = (name: string | undefined) => (name === undefined ? null : names.store(name));

	function toEvent(goalId: string, row: readonly SqlValue[]): StoredEvent {
		const [id, epoch, at, type, hash, digest, salt, body] = row;
		return {
			goalId: goalId as StoredEvent["goalId"],
			seq: Number(id) % idsPerGoal,
			epoch: Number(epoch),
			at: Number(at),
			type: names.nameOf(Number(type)),
			body: body === null ? undefined : (body as string),
			digest: (digest as Buffer).toString("hex"),
			salt: salt === null ? undefined : (salt as Buffer).toString("hex"),
			hash: (hash as Buffer).toString("hex"),
		};
	}

	return {
		add(goal, { at, type, body, threadId, stepId, ...proof }) {
			const seq = goal.lastSeq + 1;
			const [thread, step] = [numberOrNull(threadId), numberOrNull(stepId)];
			const [hash, digest, salt] = [proof.hash, proof.digest, proof.salt].map((hex) => Buffer.from(hex, "hex"));
			const id = goal.number * idsPerGoal + seq;
			file.run(insertEvent, [
				id,
				goal.epoch,
				at,
				names.store(type),
				thread,
				step,
				hash!,
				digest!,
				salt!,
				Buffer.from(body),
			]);
			goal.lastSeq = seq;
			goal.lastHash = hash!;
			goal.updatedAt = at;
		},
		slice(goalId, goal, query) {
			const limit = Math.min(query.limit, maxSliceEvents);
			const page = pageSql(goal.number, { ...query, limit }, names.find);
			if (page === undefined) return { events: [], more: false };
			const events: StoredEvent[] = [];
			let length = 0;
			file.rows(page.sql, page.values, (row) => {
				const event = toEvent(goalId, row);
				events.push(event);
				length += event.body?.length ?? 0;
				return length < maxSliceLength;
			});
			return { events, more: length >= maxSliceLength || events.length === limit };
		},
		eraseBodies: ({ number }, afterSeq, lastSeq) =>
			file.run("UPDATE events SET body=NULL, salt=NULL WHERE id>? AND id<=? AND body IS NOT NULL", [
				number * idsPerGoal + afterSeq,
				number * idsPerGoal + lastSeq,
			]),
	};
}

const insertEvent =
	"INSERT INTO events (id, epoch, at, type, thread, step, hash, digest, salt, body) VALUES (?,?,?,?,?,?,?,?,?,CAST(? AS TEXT))";

/** A slice is what an append may have to wait for: some milliseconds. */
const maxSliceEvents = 250;
const maxSliceLength = 1024 * 1024;
