import type { RecordedEvent } from "../../core/events.ts";
import type { GoalId } from "../../core/ids.ts";
import { readEvent } from "../../core/upcast.ts";
import { mergeChange } from "../../protocol/changes.ts";
import type { ChangeView } from "../../protocol/view.ts";
import type { EventReader } from "./eventStore.ts";

/**
 * The files that goals changed, each once: a projection of the log. The first answer about a goal reads its changes; from
 * then on only what came since is read.
 */
export interface ChangedFiles {
	/** Of a goal, or of one of its steps; those that changed last come last. */
	list(goalId: GoalId, stepId?: string): Promise<readonly ChangeView[]>;
	/** The goal's events were erased. */
	forget(goalId: GoalId): void;
}

export function openChangedFiles(store: EventReader): ChangedFiles {
	/** By goal and step; the one that was asked for last comes last. */
	const projections = new Map<string, Projection>();

	function projectionOf(goalId: GoalId, stepId = ""): Projection {
		const key = `${goalId} ${stepId}`;
		const known = projections.get(key) ?? { seq: 0, merged: new Map(), ready: Promise.resolve() };
		projections.delete(key);
		projections.set(key, known);
		for (const oldest of projections.keys()) {
			if (projections.size <= maxKept) break;
			projections.delete(oldest);
		}
		return known;
	}

	async function readOn(projection: Projection, goalId: GoalId, stepId?: string): Promise<void> {
		for (;;) {
			const query = { types: ["file.changed"], stepId, afterSeq: projection.seq, limit: page };
			const rows = await store.read(goalId, query);
			for (const row of rows) {
				projection.seq = row.seq;
				if (row.body !== undefined) mergeChange(projection.merged, readEvent(row) as RecordedEvent<"file.changed">);
			}
			if (rows.length < page) return;
		}
	}

	return {
		async list(goalId, stepId) {
			const projection = projectionOf(goalId, stepId);
			// One reading at a time, so that no change is taken in twice.
			projection.ready = projection.ready.catch(() => undefined).then(() => readOn(projection, goalId, stepId));
			await projection.ready;
			return [...projection.merged.values()];
		},
		forget(goalId) {
			for (const key of projections.keys()) if (key.startsWith(`${goalId} `)) projections.delete(key);
		},
	};
}

interface Projection {
	seq: number;
	readonly merged: Map<string, ChangeView>;
	ready: Promise<void>;
}

const page = 1000;
/** Goals and steps whose changes are held in memory. */
const maxKept = 64;
