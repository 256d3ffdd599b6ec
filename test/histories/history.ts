import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { verifyLog } from "../../src/chain/logFile.ts";
import { evolve, newGoal } from "../../src/core/folds/evolve.ts";
import type { Goal } from "../../src/core/goal.ts";
import { readEvent } from "../../src/core/upcast.ts";
import { createDossierProjection } from "../../src/daemon/dossier/dossierData.ts";
import { markdownDossier } from "../../src/daemon/dossier/markdown.ts";
import type { StoredEvent } from "../../src/daemon/store/eventStore.ts";
import { type GoalSummary, summarize } from "../../src/protocol/view.ts";

/**
 * The log of a goal that really ran, as it was exported at the time, and what was made of it then. Logs are never
 * written again: whatever the code becomes, it must read them and come to the same result.
 */
export interface History {
	readonly name: string;
	readonly rows: readonly StoredEvent[];
	readonly expected: Expected;
	readonly dossier: string;
}

export interface Expected {
	/** What the recording is about. */
	readonly about: string;
	readonly summary: GoalSummary;
	/** What the goal adds up to, beside what lists show. */
	readonly totals: Totals;
}

interface Totals extends Pick<Goal, "usage" | "counts" | "budget"> {
	readonly rosterRevision: number;
	readonly grants: number;
	readonly threads: number;
	readonly steps: readonly object[];
	readonly checks: readonly object[];
}

export const folder = import.meta.dirname;

export function histories(): readonly History[] {
	const names = readdirSync(folder)
		.filter((file) => file.endsWith(".jsonl"))
		.map((file) => file.slice(0, -".jsonl".length));
	return names.sort().map((name) => {
		const read = (extension: string) => readFileSync(path.join(folder, `${name}.${extension}`), "utf8");
		return { name, rows: readLog(read("jsonl")), expected: JSON.parse(read("json")), dossier: read("md") };
	});
}

/** The events of an exported log, whose chain must hold. */
export function readLog(text: string): readonly StoredEvent[] {
	const lines = text.split("\n");
	const verdict = verifyLog(lines.map((line) => Buffer.from(line)));
	if (!verdict.ok) throw new Error(`the log is broken at line ${verdict.line}: ${verdict.reason}`);
	return lines.slice(0, -2).map((line) => ({ body: undefined, salt: undefined, ...JSON.parse(line) }));
}

export function foldRows(rows: readonly StoredEvent[], from?: Goal): Goal {
	const first = rows[0];
	if (!first) throw new Error("there are no events");
	let goal = from ?? newGoal(first.goalId);
	for (const row of rows) {
		const event = readEvent(row);
		if (row.body !== undefined) goal = evolve(goal, event);
		else goal = { ...goal, deleted: goal.deleted || event.type === "goal.deleted", seq: row.seq, updatedAt: event.at };
	}
	return goal;
}

export function dossierOf(rows: readonly StoredEvent[]): string {
	const projection = createDossierProjection(rows[0]!.goalId);
	for (const row of rows) projection.add(row);
	return markdownDossier(projection.data());
}

export function expectedOf(about: string, rows: readonly StoredEvent[]): Expected {
	const goal = foldRows(rows);
	return { about, summary: plain(summarize(goal)), totals: plain(totalsOf(goal)) };
}

function totalsOf(goal: Goal): Totals {
	const { usage, counts, roster, budget, grants, threads } = goal;
	return {
		usage,
		counts,
		budget,
		rosterRevision: roster.revision,
		grants: Object.keys(grants).length,
		threads: Object.keys(threads).length,
		steps: Object.values(goal.steps).map(({ stepId, state, verified, attempts }) => ({
			stepId,
			state,
			verified,
			attempts: attempts.map((attempt) => attempt.state),
		})),
		checks: Object.values(goal.checks).map(({ command, state, runs }) => ({ command, state, runs })),
	};
}

/** As it is after it was written down: without fields that are not there. */
export function plain<T>(value: T): T {
	return JSON.parse(JSON.stringify(value)) as T;
}
