import { itemAt, type Layout } from "./layout.ts";

/** Height of what lies before and after the window, estimated. */
export interface Pads {
	readonly top: number;
	readonly bottom: number;
}

/** Where the reader is: pixels from the top of a list whose whole length is estimated. */
export interface Place {
	readonly pads: Pads;
	readonly scrollTop: number;
}

/** What stays where it is when the list is drawn anew: the row at the top edge, the end, or the row of an event. */
export type Anchor = "keep" | "end" | { readonly seq: number; readonly at: "scroll" | "middle" | "top" };

/** The stretch of the log that is drawn. */
export interface Stretch {
	readonly layout: Layout;
	readonly first: number;
	readonly last: number;
	/** The newest event that there is. */
	readonly newest: number;
	readonly fromStart: boolean;
	readonly toEnd: boolean;
}

/** A row, and where its top edge stands. */
export interface Standing {
	readonly key: string;
	readonly y: number;
}

/** The first row at or below the top edge. */
export function topRow(layout: Layout, { pads, scrollTop }: Place): Standing | undefined {
	if (layout.items.length === 0) return undefined;
	for (let index = itemAt(layout, scrollTop - pads.top); index < layout.items.length; index++) {
		const item = layout.items[index]!;
		const y = pads.top + layout.tops[index]!;
		if (item.kind === "row" && y >= scrollTop - rowPx) return { key: item.key, y };
	}
	return undefined;
}

/** A row may reach this far above the edge and still be the one that is read. */
const rowPx = 40;

/** Where the reader is after the list was drawn anew. `kept` is the row at the top edge before. */
export function anchored(
	anchor: Anchor,
	stretch: Stretch,
	before: Place,
	kept: Standing | undefined,
	viewHeight: number,
): Place {
	const { layout, first, last, newest, fromStart, toEnd } = stretch;
	const perEvent = Math.min(40, Math.max(0.05, layout.height / Math.max(1, last - first + 1)));
	const bottom = toEnd ? 0 : Math.max(viewHeight, (newest - last) * perEvent);
	const estimate = fromStart ? 0 : Math.max(viewHeight, (first - 1) * perEvent);
	const { pads, scrollTop } = wished();
	const limit = Math.max(0, pads.top + layout.height + pads.bottom - viewHeight);
	return { pads, scrollTop: Math.min(Math.max(0, scrollTop), limit) };

	function wished(): Place {
		if (anchor === "end")
			return { pads: { top: estimate, bottom }, scrollTop: estimate + layout.height + bottom - viewHeight };
		if (anchor === "keep") return keptInPlace();
		const y = layout.tops[indexOf(layout, anchor.seq)] ?? layout.height;
		if (anchor.at === "scroll") {
			const top = fromStart ? estimate : Math.max(viewHeight, before.scrollTop - y);
			return { pads: { top, bottom }, scrollTop: top + y };
		}
		const above = anchor.at === "middle" ? viewHeight / 3 : 0;
		return { pads: { top: estimate, bottom }, scrollTop: estimate + y - above };
	}

	/** The row at the top edge keeps its place on the screen; the estimate before it gives way. */
	function keptInPlace(): Place {
		const index = kept ? layout.items.findIndex((item) => item.key === kept.key) : -1;
		const wish = kept && index >= 0 ? kept.y - layout.tops[index]! : before.pads.top;
		const top = fromStart ? 0 : wish < viewHeight ? estimate : wish;
		return { pads: { top, bottom }, scrollTop: before.scrollTop + top - wish };
	}
}

/** Of the item that stands for this event, or else for the next one; -1 where there is none. */
export function indexOf(layout: Layout, seq: number): number {
	return layout.items.findIndex((item) => "row" in item && item.row.seq >= seq);
}
