import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { ApprovalId, ThreadId } from "../../core/ids.ts";
import type { GoalWatch } from "../shared/goalWatch.ts";
import type { Host } from "../shared/host.ts";
import { sentence } from "../shared/sentence.ts";
import { t } from "../shared/words.ts";
import { type Anchor, anchored, indexOf, type Pads, type Place, topRow } from "./anchor.ts";
import {
	emptyWindow,
	type FeedWindow,
	maxRows,
	pageSize,
	type Reading,
	windowAround,
	windowAtEnd,
	windowOfSearch,
} from "./feedWindow.ts";
import { type Filter, matches, parseQuery } from "./filter.ts";
import { groupOf } from "./groups.ts";
import { type Layout, type LiveRow, layOut } from "./layout.ts";
import { approvalKey, type Row } from "./row.ts";

/**
 * What the feed shows of a goal's log: a window of rows around the place of reading, of a list whose whole length is
 * estimated. Pages are fetched at both ends as the reader nears them, and dropped at the far end, so that a goal with
 * 100,000 events needs no more than one with some thousands. Whatever changes, the row at the top edge stays where it
 * is; only a reader who is at the end is taken along.
 *
 * This file holds what the reader wants (place, filter, folds, following) and when pages are fetched; what is in memory
 * is the window's (feedWindow.ts), and where the reader ends up is reckoned in anchor.ts. Long, because
 * all of it is one state.
 */
export interface Feed {
	readonly layout: () => Layout;
	readonly pads: () => Pads;
	readonly scrollTop: () => number;
	readonly status: () => FeedStatus;
	/** The row that was asked for last. */
	readonly target: () => string | undefined;
	subscribe(listen: () => void): () => void;
	/** The reader scrolled. */
	scrolled(top: number): void;
	resized(view: View): void;
	setFilter(filter: Filter): void;
	toggleFold(key: string, open: boolean): void;
	toggleGroup(key: string): void;
	/** To the end, and along with it. */
	follow(): void;
	/** To the beginning of the log. */
	goHome(): void;
	goTo(seq: number): void;
	goToApproval(approvalId: ApprovalId): void;
	/** Looks further back for what the filter wants. */
	lookFurther(): void;
	/** Rows and errors that came since the last call: for those who hear the feed. */
	takeNews(): { readonly rows: number; readonly errors: number };
	close(): void;
}

export interface FeedStatus {
	readonly following: boolean;
	/** Rows that came while the reader was elsewhere. */
	readonly unseen: number;
	readonly loading: boolean;
	/** The daemon's sentence. */
	readonly problem?: string;
	/** Nothing more lies before the first row, or after the last. */
	readonly fromStart: boolean;
	readonly toEnd: boolean;
	/** Looking for what the filter wants has stopped for now. */
	readonly pausedAt?: number;
	/** The search found more than it shows. */
	readonly cutSearch: boolean;
}

export interface View {
	readonly height: number;
	readonly narrow: boolean;
	readonly columns: number;
}

/** Events in a page, where few of them are shown. */
const sparsePageSize = 1000;
/** Pages fetched in a row without the reader asking again. */
const pagesAtOnce = 12;
/** How near an end may come, in pixels, before its next page is fetched. */
const nearPx = 2000;
/** So far from the end, in pixels, a reader is still at it. */
const atEndPx = 4;

export function newFeed(host: Host, watch: GoalWatch, firstFilter: Filter): Feed {
	const listeners = new Set<() => void>();
	let filter = firstFilter;
	let query = parseQuery(filter.text);
	const reading: Reading = { host, goal: watch.goal, filter: () => filter };
	/** Another one takes its place whenever the reader goes elsewhere: what is read for an older one is dropped. */
	let shown: FeedWindow = emptyWindow(reading);
	/** The one that is being opened. */
	let opening: object | undefined;
	let layout: Layout = { items: [], tops: [0], height: 0 };
	let place: Place = { pads: { top: 0, bottom: 0 }, scrollTop: 0 };
	let view: View = { height: 0, narrow: false, columns: 80 };
	let following = true;
	let unseen = 0;
	let news = { rows: 0, errors: 0 };
	let loading = false;
	let problem: string | undefined;
	let ready = false;
	let pages = 0;
	/** A place that was asked for before there was anything to show, and the row that was found there. */
	let asked: number | undefined;
	let target: string | undefined;
	let frame = 0;
	let isClosed = false;
	const folds = new Map<string, boolean>();
	const closedGroups = new Set<string>();

	const stop = watch.subscribe((events) => {
		const goal = watch.goal();
		if (!goal) {
			problem = watch.problem();
			draw("keep");
			return;
		}
		if (events === undefined) {
			if (asked !== undefined) void open({ at: "middle", seq: asked });
			else if (!ready || following) void open("end");
			else void fill();
			return;
		}
		if (events.length > 0) take(events, goal);
		soon();
	});
	if (watch.goal()) void open("end");

	function take(all: readonly RecordedEvent[], goal: Goal): void {
		// A page may have brought some of them already.
		const events = all.filter((event) => event.seq > shown.last());
		if (events.length === 0) return;
		const before = shown.rows().length;
		if (ready && shown.last() === events[0]!.seq - 1 && (following || before < maxRows * 1.5)) {
			shown.append(events, goal.seq);
			const came = shown.rows().slice(before).filter(wanted);
			count(came.length, came.filter((row) => row.isError).length);
			for (const event of events) {
				if (event.type === "tool.completed" && !event.ok) news = { ...news, errors: news.errors + 1 };
			}
			if (following && shown.rows().length > maxRows + pageSize) shown.cutStart(wanted);
		} else if (ready) count(events.length, 0);
	}

	function count(rows: number, errors: number): void {
		news = { rows: news.rows + rows, errors: news.errors + errors };
		if (!following) unseen += rows;
	}

	/** At most one layout a frame. */
	function soon(): void {
		frame ||= requestAnimationFrame(() => {
			frame = 0;
			draw(following ? "end" : "keep");
		});
	}

	function wanted(row: Row): boolean {
		const goal = watch.goal();
		return goal !== undefined && matches(filter, query, goal, row, shown.found?.has(row.key) ?? false);
	}

	function draw(anchor: Anchor): void {
		const goal = watch.goal();
		const kept = anchor === "keep" ? topRow(layout, place) : undefined;
		if (goal) {
			layout = layOut(shown.rows().filter(wanted), toEnd() ? liveRows(goal) : [], goal, {
				folds,
				closedGroups,
				isWaiting: (row) => row.approvalId !== undefined && goal.approvals[row.approvalId] !== undefined,
				narrow: view.narrow,
				columns: view.columns,
			});
		}
		const [first, last] = [shown.first(), shown.last()];
		const stretch = { layout, first, last, newest: goal?.seq ?? last, fromStart: fromStart(), toEnd: toEnd() };
		place = anchored(anchor, stretch, place, kept, view.height);
		if (typeof anchor === "object" && anchor.at === "middle") target = layout.items[indexOf(layout, anchor.seq)]?.key;
		notify();
		void fill();
	}

	function liveRows(goal: Goal): readonly LiveRow[] {
		if (shown.found || filter.off.includes("messages")) return [];
		return [...watch.live().values()].map((text) => {
			const thread = goal.threads[text.threadId as ThreadId];
			const row = { threadId: text.threadId as ThreadId } as Row;
			return {
				threadId: text.threadId,
				word: thread?.role ?? t("agent"),
				text: text.text,
				reasoning: text.reasoning,
				since: text.since,
				group: groupOf(goal, row),
			};
		});
	}

	function fromStart(): boolean {
		return shown.first() <= 1;
	}

	function toEnd(): boolean {
		return shown.last() >= (watch.goal()?.seq ?? 0);
	}

	/** Begins a new window, at the end or around a place. */
	async function open(anchor: Exclude<Anchor, "keep">): Promise<void> {
		const mine = {};
		opening = mine;
		loading = true;
		problem = undefined;
		following = anchor === "end";
		if (following) unseen = 0;
		notify();
		try {
			const fresh =
				query.words.length > 0
					? await windowOfSearch(reading, query.words)
					: anchor === "end"
						? await windowAtEnd(reading)
						: await windowAround(reading, anchor.seq);
			if (opening !== mine) return;
			shown = fresh;
			ready = true;
			asked = undefined;
			loading = false;
			// What was appended while the page was under way.
			if (anchor === "end") while (opening === mine && !toEnd()) await readOn(mine, shown.readLater(pageSize));
			if (opening === mine) draw(anchor);
		} catch (cause) {
			if (opening === mine) failed(cause);
		}
	}

	/** False when another window has been asked for meanwhile. */
	async function readOn(mine: object | undefined, page: Promise<() => void>): Promise<boolean> {
		const add = await page;
		if (opening !== mine || isClosed) return false;
		add();
		return true;
	}

	/** Fetches what the reader is near to, one page at a time. */
	async function fill(): Promise<void> {
		if (!ready || loading || view.height === 0 || shown.found || pages >= pagesAtOnce) return;
		const { pads, scrollTop } = place;
		const end = pads.top + layout.height;
		const bottom = scrollTop + view.height;
		const goal = watch.goal();
		if (!goal) return;
		if (layout.height > 0 && !fromStart() && bottom < pads.top - nearPx)
			return jump(1 + (scrollTop / pads.top) * (shown.first() - 1));
		if (layout.height > 0 && !toEnd() && scrollTop > end + nearPx)
			return jump(shown.last() + ((scrollTop - end) / Math.max(1, pads.bottom)) * (goal.seq - shown.last()));
		const later = !toEnd() && bottom > end - nearPx;
		const earlier = !fromStart() && scrollTop < pads.top + nearPx;
		if (!later && !earlier) return;
		const mine = opening;
		loading = true;
		pages++;
		notify();
		try {
			const limit = layout.height < view.height ? sparsePageSize : pageSize;
			if (!(await readOn(mine, later ? shown.readLater(limit) : shown.readEarlier(limit)))) return;
			if (shown.rows().length > maxRows) {
				if (later) shown.cutStart(wanted);
				else shown.cutEnd(wanted);
			}
			loading = false;
			draw(following ? "end" : "keep");
		} catch (cause) {
			if (opening === mine) failed(cause);
		}
	}

	function jump(seq: number): void {
		pages++;
		void open({ at: "scroll", seq: Math.max(1, Math.round(seq)) });
	}

	function failed(cause: unknown): void {
		loading = false;
		problem = sentence(cause);
		notify();
	}

	function notify(): void {
		for (const listen of [...listeners]) listen();
	}

	return {
		layout: () => layout,
		pads: () => place.pads,
		scrollTop: () => place.scrollTop,
		target: () => target,
		status: () => ({
			following,
			unseen,
			loading,
			problem,
			fromStart: fromStart(),
			toEnd: toEnd(),
			pausedAt:
				!loading && pages >= pagesAtOnce && !fromStart() && layout.height < view.height ? shown.first() : undefined,
			cutSearch: shown.cut,
		}),
		subscribe(listen) {
			listeners.add(listen);
			return () => listeners.delete(listen);
		},
		scrolled(top) {
			const { pads, scrollTop } = place;
			if (Math.abs(top - scrollTop) < 1) return;
			place = { pads, scrollTop: top };
			pages = 0;
			following = toEnd() && top + view.height >= pads.top + layout.height + pads.bottom - atEndPx;
			if (following) unseen = 0;
			notify();
			void fill();
		},
		resized(next) {
			if (next.height === view.height && next.narrow === view.narrow && next.columns === view.columns) return;
			view = next;
			if (ready) draw(following ? "end" : "keep");
		},
		setFilter(next) {
			const words = query.words.join(" ");
			filter = next;
			query = parseQuery(next.text);
			pages = 0;
			const isSearch = query.words.length > 0;
			if (!ready || (isSearch && query.words.join(" ") === words)) draw("keep");
			else {
				const at = topRow(layout, place);
				const seq = at ? shown.row(at.key)?.seq : undefined;
				void open(following || isSearch || seq === undefined ? "end" : { at: "top", seq });
			}
		},
		toggleFold(key, isOpen) {
			folds.set(key, isOpen);
			following = false;
			draw("keep");
			following = toEnd() && place.scrollTop + view.height >= place.pads.top + layout.height - atEndPx;
			notify();
		},
		toggleGroup(key) {
			if (!closedGroups.delete(key)) closedGroups.add(key);
			draw("keep");
		},
		follow() {
			following = true;
			target = undefined;
			unseen = 0;
			pages = 0;
			if (toEnd()) draw("end");
			else void open("end");
		},
		goHome() {
			pages = 0;
			if (fromStart()) {
				following = false;
				place = { ...place, scrollTop: 0 };
				notify();
			} else void open({ at: "top", seq: 1 });
		},
		goTo(seq) {
			pages = 0;
			following = false;
			asked = ready ? undefined : seq;
			if (!watch.goal()) return;
			if (ready && seq >= shown.first() && seq <= shown.last()) draw({ seq, at: "middle" });
			else void open({ at: "middle", seq });
		},
		goToApproval(approvalId) {
			const row = shown.row(approvalKey(approvalId));
			if (row) {
				this.goTo(row.seq);
				return;
			}
			const ask = { goalId: watch.goalId, types: ["approval.requested"], limit: 200, descending: true };
			void host
				.request("goal/events", ask)
				.then(({ events }) => {
					const event = events.find((one) => one.type === "approval.requested" && one.approvalId === approvalId);
					if (event) this.goTo(event.seq);
				})
				.catch((cause) => {
					problem = sentence(cause);
					notify();
				});
		},
		lookFurther() {
			pages = 0;
			void fill();
		},
		takeNews() {
			const taken = news;
			news = { rows: 0, errors: 0 };
			return taken;
		},
		close() {
			stop();
			isClosed = true;
			opening = undefined;
			cancelAnimationFrame(frame);
			listeners.clear();
		},
	};
}
