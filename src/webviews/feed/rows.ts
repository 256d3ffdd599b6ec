import type { EventType } from "../../core/events.ts";
import { goalRows } from "./goalRows.ts";
import { proofRows } from "./proofRows.ts";
import type { Rule } from "./row.ts";
import { workRows } from "./workRows.ts";

/**
 * What each event is in the feed. An event makes a row, or changes the row of an earlier one (a call that completed),
 * or is not shown; adding an event is adding a row to one of these tables, and the compiler asks for it.
 */
export const eventRows: { readonly [T in EventType]: Rule<T> } = { ...goalRows, ...workRows, ...proofRows };

/** The events that rows are made of, for asking the daemon for no others. An opened thread tells where rows belong. */
export const shownTypes = (Object.keys(eventRows) as EventType[]).filter(
	(type) => eventRows[type] !== "hidden" || type === "thread.opened",
);
