import type { RecordedEvent } from "../../core/events.ts";
import { outputTail } from "../../core/goal.ts";
import type { CheckId } from "../../core/ids.ts";
import type { Known } from "./account.ts";

/** What became of a check over all its runs. Its state now is the goal's to say. */
export interface CheckRecord {
	readonly runs: number;
	readonly red: number;
	readonly last?: {
		readonly at: string;
		readonly ok: boolean;
		readonly exitCode: number;
		/** The workspace that it ran on; absent when changes are not tracked. */
		readonly tree?: string;
		readonly durationMs: number;
		/** The end of what it said. */
		readonly tail: string;
	};
	/** The first file that changed after it was green. */
	readonly staleSince?: { readonly at: string; readonly path: string };
}

const tailChars = 1000;

export function createCheckProjection() {
	const records = new Map<CheckId, CheckRecord>();
	return {
		add(event: RecordedEvent, { goal }: Known): void {
			if (event.type === "check.completed") {
				const { at, ok, exitCode, tree, durationMs, output } = event;
				const before = records.get(event.checkId);
				records.set(event.checkId, {
					runs: (before?.runs ?? 0) + 1,
					red: (before?.red ?? 0) + (ok ? 0 : 1),
					last: { at, ok, exitCode, tree, durationMs, tail: outputTail(output, tailChars) },
				});
			}
			// What a check writes makes no check stale.
			if (event.type !== "file.changed" || event.by === "check") return;
			for (const [checkId, record] of records) {
				if (record.staleSince || goal.checks[checkId]?.state !== "green") continue;
				records.set(checkId, { ...record, staleSince: { at: event.at, path: event.path } });
			}
		},
		records: (): Readonly<Record<CheckId, CheckRecord>> => Object.fromEntries(records),
	};
}
