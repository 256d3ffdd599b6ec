import { endLine, eventLine } from "../../chain/logFile.ts";
import type { GoalId } from "../../core/ids.ts";
import type { EventReader } from "../store/eventStore.ts";
import { redactBody } from "./redact.ts";

/**
 * The log as it is kept, one event a line, with everything that verifying its chain of hashes needs. A body that may
 * not leave as it is stays here: its place in the chain leaves, and what may be shown of it. Long logs leave in pages,
 * each small enough for a message; the last one ends with the line that proves the whole is there.
 */
export interface LogPage {
	readonly text: string;
	/** The last event on the page. */
	readonly lastSeq: number;
	/** More events follow. */
	readonly more: boolean;
}

/** Written as JSON once more on its way, a page grows. */
const maxPageChars = 4 * 1024 * 1024;
const rowsAtOnce = 500;

export async function exportLog(
	store: EventReader,
	goalId: GoalId,
	{ afterSeq, toSeq }: { readonly afterSeq: number; readonly toSeq: number },
	redact: (text: string) => string,
): Promise<LogPage> {
	const lines: string[] = [];
	let length = 0;
	let lastSeq = afterSeq;
	while (lastSeq < toSeq) {
		const rows = await store.read(goalId, { afterSeq: lastSeq, beforeSeq: toSeq + 1, limit: rowsAtOnce });
		for (const row of rows) {
			const line = eventLine(row, row.body === undefined ? undefined : redactBody(row.body, redact));
			lines.push(line);
			length += line.length;
			lastSeq = row.seq;
			if (lastSeq === toSeq) lines.push(endLine(goalId, lastSeq, row.hash));
			else if (length >= maxPageChars) return { text: `${lines.join("\n")}\n`, lastSeq, more: true };
		}
		if (rows.length === 0) break;
	}
	return { text: `${lines.join("\n")}\n`, lastSeq, more: false };
}
