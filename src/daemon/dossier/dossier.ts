import type { RecordedEvent } from "../../protocol/events.ts";
import { evolve, newGoal } from "../../protocol/evolve.ts";
import type { GoalId } from "../../protocol/ids.ts";
import type { Methods, Params, Result } from "../../protocol/methods.ts";
import { readEvent } from "../../protocol/upcast.ts";
import type { EventStore, StoredEvent } from "../store/eventStore.ts";
import { type DossierData, told } from "./dossierData.ts";
import { exportLog } from "./exportLog.ts";
import { htmlDossier } from "./html.ts";
import { markdownDossier } from "./markdown.ts";
import { type Redaction, redactTexts } from "./redact.ts";

/**
 * The readable account of a goal, derived from its log and from nothing else: the same log gives the same bytes, now
 * or as it stood after any event.
 */
export interface Dossiers {
	/** `lastSeq` is the goal's last event: what a request without `atSeq` means. */
	write(params: Params<Methods, "dossier/get">, lastSeq: number): Promise<Result<Methods, "dossier/get">>;
}

export function openDossiers(store: EventStore, redaction: Redaction): Dossiers {
	return {
		async write({ goalId, format, atSeq, afterSeq, redact }, lastSeq) {
			const seq = Math.min(atSeq ?? lastSeq, lastSeq);
			const clean = redact ? redaction.all : redaction.keys;
			if (format === "jsonl") {
				const page = await exportLog(store, goalId, { afterSeq, toSeq: seq }, clean);
				return { text: page.text, seq, next: page.more ? page.lastSeq : undefined };
			}
			const data = redactTexts(await gather(store, goalId, seq), clean);
			return { text: format === "html" ? htmlDossier(data) : markdownDossier(data), seq };
		},
	};
}

async function gather(store: EventStore, goalId: GoalId, toSeq: number): Promise<DossierData> {
	let goal = newGoal(goalId);
	const events: RecordedEvent[] = [];
	for await (const row of rows(store, goalId, toSeq)) {
		if (row.body === undefined) continue;
		const event = readEvent(row);
		goal = evolve(goal, event);
		if (told.has(event.type)) events.push(event);
	}
	return { goal, events };
}

const page = 1000;

async function* rows(store: EventStore, goalId: GoalId, toSeq: number): AsyncGenerator<StoredEvent> {
	for (let afterSeq = 0; afterSeq < toSeq; ) {
		const found = await store.read(goalId, { afterSeq, beforeSeq: toSeq + 1, limit: page });
		yield* found;
		const last = found.at(-1);
		if (!last) return;
		afterSeq = last.seq;
	}
}
