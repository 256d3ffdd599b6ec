import type { GoalId } from "../../core/ids.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import type { EventReader } from "../store/eventStore.ts";
import { createDossierProjection, type DossierData, type DossierProjection } from "./dossierData.ts";
import { exportLog } from "./exportLog.ts";
import { htmlDossier } from "./html.ts";
import { markdownDossier } from "./markdown.ts";
import { type Redaction, redactTexts } from "./redact.ts";

/**
 * The readable account of a goal, derived from its log and from nothing else: the same log gives the same bytes, now
 * or as it stood after any event.
 */
export interface Dossiers {
	write(params: Params<Methods, "dossier/get">): Promise<Result<Methods, "dossier/get">>;
}

/** An account that is open in an editor is asked for again and again: only what is new is read then. */
const projectionsKept = 4;
const page = 1000;

export function openDossiers(store: EventReader, redaction: Redaction): Dossiers {
	const projections = new Map<GoalId, Promise<DossierProjection>>();

	/** One at a time for each goal: what is gathered is shared. */
	async function gather(goalId: GoalId, seq: number): Promise<DossierData> {
		const before = projections.get(goalId) ?? Promise.resolve(createDossierProjection(goalId));
		let data: DossierData | undefined;
		const projection = before.then(async (known) => {
			const at = known.seq <= seq ? known : createDossierProjection(goalId);
			await readOn(store, goalId, at, seq);
			data = at.data();
			return at.seq >= known.seq ? at : known;
		});
		projections.delete(goalId);
		projections.set(goalId, projection);
		for (const oldest of [...projections.keys()].slice(0, -projectionsKept)) projections.delete(oldest);
		try {
			await projection;
		} catch (cause) {
			if (projections.get(goalId) === projection) projections.delete(goalId);
			throw cause;
		}
		return data as DossierData;
	}

	return {
		async write({ goalId, format, atSeq, afterSeq, redact }) {
			const [newest] = await store.read(goalId, { limit: 1, descending: true });
			const lastSeq = newest?.seq ?? 0;
			// What was gathered before the goal was erased is not told any more.
			if (newest?.body === undefined) projections.delete(goalId);
			const seq = Math.min(atSeq ?? lastSeq, lastSeq);
			const clean = redact ? redaction.all : redaction.keys;
			if (format === "jsonl") {
				const { text, lastSeq: end, more } = await exportLog(store, goalId, { afterSeq, toSeq: seq }, clean);
				return { text, seq, next: more ? end : undefined };
			}
			const data = redactTexts(await gather(goalId, seq), clean);
			return { text: format === "html" ? htmlDossier(data) : markdownDossier(data), seq };
		},
	};
}

async function readOn(store: EventReader, goalId: GoalId, projection: DossierProjection, toSeq: number): Promise<void> {
	while (projection.seq < toSeq) {
		const rows = await store.read(goalId, { afterSeq: projection.seq, beforeSeq: toSeq + 1, limit: page });
		if (rows.length === 0) return;
		for (const row of rows) projection.add(row);
	}
}
