import type { Goal } from "../../core/goal.ts";
import { checkRefusal } from "../../core/rules/controls.ts";
import { elapsed } from "../../core/words/duration.ts";
import { callMarks, checkMarks } from "../../core/words/marks.ts";
import { t, tLabel } from "../shared/words.ts";
import { callKey, iconOf, type Row } from "./row.ts";

/** A check's verdict may have gone stale since; the row of its last run says so. */
export function asItStands(goal: Goal, row: Row): Row & { readonly rerun?: boolean } {
	const check = row.checkId ? goal.checks[row.checkId] : undefined;
	if (!check || row.category !== "checks" || check.run?.runId !== row.runId) return row;
	if (check.state === "stale") {
		return {
			...row,
			...iconOf(checkMarks.stale),
			note: t("{0}: files changed since", tLabel(checkMarks.stale.word)),
			rerun: checkRefusal(goal, check) === undefined,
		};
	}
	return row;
}

/** How it ended, or how long it has been under way. */
export function resultOf(goal: Goal, row: Row, now: number): string | undefined {
	if (row.result !== undefined) return row.result;
	const call = row.toolCallId ? goal.calls[row.toolCallId] : undefined;
	if (row.key === callKey(row.toolCallId ?? "") && !call) return undefined;
	if (call?.state === "waiting") return tLabel(callMarks.waiting.word);
	if (row.startedAt) return `${tLabel(callMarks.started.word)} · ${elapsed(now - Date.parse(row.startedAt))}`;
	return undefined;
}
