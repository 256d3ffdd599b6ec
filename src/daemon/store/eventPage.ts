import type { EventQuery } from "./eventStore.ts";
import type { SqlValue } from "./sqliteConnection.ts";

/**
 * The SQL of one page of a goal's events. Every shape walks an index in the goal's own order and stops at the limit, so
 * that a page costs the same in a goal of 100 events and in one of a million. Several types are one walk each, merged:
 * a list of types in one condition would have to sort everything that matches.
 */
export interface PageSql {
	readonly sql: string;
	readonly values: readonly SqlValue[];
}

/** A goal's row ids: its number times this, plus the seq. */
export const idsPerGoal = 2 ** 32;

export const eventColumns = "id, epoch, at, type, hash, digest, salt, body";

/** `undefined` when nothing can match, because a name of the query was never stored. */
export function pageSql(
	goalNumber: number,
	query: EventQuery,
	idOf: (name: string) => number | undefined,
): PageSql | undefined {
	const from = goalNumber * idsPerGoal + (query.afterSeq ?? 0);
	const to = goalNumber * idsPerGoal + Math.min(query.beforeSeq ?? idsPerGoal, idsPerGoal);
	const order = query.descending ? "DESC" : "ASC";
	const types = query.types && [...new Set(query.types)].map(idOf).filter((id) => id !== undefined);
	const thread = query.threadId === undefined ? undefined : idOf(query.threadId);
	const step = query.stepId === undefined ? undefined : idOf(query.stepId);
	if (types?.length === 0) return undefined;
	if (query.threadId !== undefined && thread === undefined) return undefined;
	if (query.stepId !== undefined && step === undefined) return undefined;

	const range = "id > ? AND id < ?";
	if (thread !== undefined || step !== undefined || (types !== undefined && types.length > maxMergedTypes)) {
		// The unary plus keeps a condition from choosing the index.
		const conditions = [
			thread !== undefined ? "thread = ?" : undefined,
			step !== undefined ? (thread !== undefined ? "+step = ?" : "step = ?") : undefined,
			types !== undefined ? `+type IN (${types.map(() => "?").join(",")})` : undefined,
		].filter((condition) => condition !== undefined);
		return {
			sql: `SELECT ${eventColumns} FROM events WHERE ${[...conditions, range].join(" AND ")} ORDER BY id ${order} LIMIT ?`,
			values: [thread, step, ...(types ?? []), from, to, query.limit].filter((value) => value !== undefined),
		};
	}
	if (types !== undefined) {
		const walk = `SELECT id FROM events WHERE type = ? AND ${range}`;
		const merged = `${types.map(() => walk).join(" UNION ALL ")} ORDER BY id ${order} LIMIT ?`;
		return {
			sql: `SELECT ${eventColumns} FROM events WHERE id IN (${merged}) ORDER BY id ${order}`,
			values: [...types.flatMap((type) => [type, from, to]), query.limit],
		};
	}
	return {
		sql: `SELECT ${eventColumns} FROM events WHERE ${range} ORDER BY id ${order} LIMIT ?`,
		values: [from, to, query.limit],
	};
}

/** Each walk costs a seek, so beyond this a filter over the goal's rows is the better plan. */
const maxMergedTypes = 64;
