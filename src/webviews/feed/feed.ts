import type { RecordedEvent } from "../../core/events.ts";
import type { Goal } from "../../core/goal.ts";
import type { ApprovalId, ThreadId } from "../../core/ids.ts";
import type { GoalWatch } from "../shared/goalWatch.ts";
import type { Host } from "../shared/host.ts";
import { sentence } from "../shared/sentence.ts";
import { type Filter, matches, parseQuery } from "./filter.ts";
import { groupOf } from "./groups.ts";
import { itemAt, type Layout, type LiveRow, layOut } from "./layout.ts";
import { approvalKey, type Row } from "./row.ts";
import { newRowProjection, type RowProjection } from "./rowProjection.ts";
import { shownTypes } from "./rows.ts";
import { searchEvents } from "./search.ts";

/**
 * What the feed shows of a goal's log: a window of rows around the place of reading, of a list whose whole length is
 * estimated. Pages are fetched at both ends as the reader nears them, and dropped at the far end, so that a goal with
 * 100,000 events needs no more than one with some thousands. Whatever changes, the row at the top edge stays where it
 * is; only a reader who is at the end is taken along.
 */
export interface Feed {
	readonly layout: () => Layout;
	/** Height of what lies before and after the window, estimated. */
	readonly pads: () => { readonly top: number; readonly bottom: number };
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

/** Rows in memory, and events in a page. */
const maxRows = 4000;
const pageSize = 500;
const sparsePageSize = 1000;
/** Pages fetched in a row without the reader asking again. */
const pagesAtOnce = 12;
/** How near an end may come, in pixels, before its next page is fetched. */
const nearPx = 2000;

export function newFeed(host: Host, watch: GoalWatch, firstFilter: Filter): Feed {
	const { goalId } = watch;
	const listeners = new Set<() => void>();
	let filter = firstFilter;
	let query = parseQuery(filter.text);
	let projection: RowProjection = newRowProjection();
	/** All events from `first` to `last` are in the projection. */
	let first = 1;
	let last = 0;
	let layout: Layout = { items: [], tops: [0], height: 0 };
	let pads = { top: 0, bottom: 0 };
	let view: View = { height: 0, narrow: false, columns: 80 };
	let scrollTop = 0;
	let following = true;
	let unseen = 0;
	let news = { rows: 0, errors: 0 };
	let found: { readonly keys: ReadonlySet<string>; readonly cut: boolean } | undefined;
	let loading = false;
	let problem: string | undefined;
	let ready = false;
	let pages = 0;
	/** A place that was asked for before there was anything to show, and the row that was found there. */
	let asked: number | undefined;
	let target: string | undefined;
	/** Grows with each new window: answers for an older one are dropped. */
	let window_ = 0;
	let frame = 0;
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
			if (asked !== undefined) void openWindow({ at: "middle", seq: asked });
			else if (!ready || following) void openWindow({ at: "end" });
			else void fill();
			return;
		}
		if (events.length > 0) take(events, goal);
		soon();
	});
	if (watch.goal()) void openWindow({ at: "end" });

	function take(all: readonly RecordedEvent[], goal: Goal): void {
		// A page may have brought some of them already.
		const events = all.filter((event) => event.seq > last);
		if (events.length === 0) return;
		const before = projection.rows().length;
		if (ready && last === events[0]!.seq - 1 && (following || before < maxRows * 1.5)) {
			projection.append(events, goal);
			last = goal.seq;
			const came = projection.rows().slice(before).filter(wanted);
			count(came.length, came.filter((row) => row.isError).length);
			for (const event of events) {
				if (event.type === "tool.completed" && !event.ok) news = { ...news, errors: news.errors + 1 };
			}
			if (following && projection.rows().length > maxRows + pageSize) cutStart();
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
		return goal !== undefined && matches(filter, query, goal, row, found?.keys.has(row.key) ?? false);
	}

	type Anchor = "keep" | "end" | { readonly seq: number; readonly at: "scroll" | "middle" | "top" };

	function draw(anchor: Anchor): void {
		const goal = watch.goal();
		const kept = anchor === "keep" ? topRow() : undefined;
		if (goal) {
			layout = layOut(projection.rows().filter(wanted), toEnd() ? liveRows(goal) : [], goal, {
				folds,
				closedGroups,
				isWaiting: (row) => row.approvalId !== undefined && goal.approvals[row.approvalId] !== undefined,
				narrow: view.narrow,
				columns: view.columns,
			});
		}
		const perEvent = Math.min(40, Math.max(0.05, layout.height / Math.max(1, last - first + 1)));
		const bottom = toEnd() ? 0 : Math.max(view.height, ((goal?.seq ?? last) - last) * perEvent);
		const estimate = fromStart() ? 0 : Math.max(view.height, (first - 1) * perEvent);
		if (anchor === "end") {
			pads = { top: estimate, bottom };
			scrollTop = Math.max(0, estimate + layout.height + bottom - view.height);
		} else if (typeof anchor === "object") {
			const index = layout.items.findIndex((item) => "row" in item && item.row.seq >= anchor.seq);
			if (anchor.at === "middle") target = layout.items[index]?.key;
			const y = layout.tops[index < 0 ? layout.items.length : index] ?? 0;
			if (anchor.at === "scroll" && !fromStart()) pads = { top: Math.max(view.height, scrollTop - y), bottom };
			else pads = { top: estimate, bottom };
			if (anchor.at === "scroll") scrollTop = pads.top + y;
			else scrollTop = Math.max(0, pads.top + y - (anchor.at === "middle" ? view.height / 3 : 0));
		} else {
			// The row at the top edge keeps its place on the screen; the estimate before it gives way.
			const index = kept ? layout.items.findIndex((item) => item.key === kept.key) : -1;
			const wish = kept && index >= 0 ? kept.y - layout.tops[index]! : pads.top;
			const top = fromStart() ? 0 : wish < view.height ? estimate : wish;
			pads = { top, bottom };
			scrollTop = Math.max(0, scrollTop + top - wish);
		}
		const limit = Math.max(0, pads.top + layout.height + pads.bottom - view.height);
		scrollTop = Math.min(scrollTop, limit);
		for (const listen of [...listeners]) listen();
		void fill();
	}

	/** The first row at or below the top edge, and where it stands. */
	function topRow(): { readonly key: string; readonly y: number } | undefined {
		if (layout.items.length === 0) return undefined;
		for (let index = itemAt(layout, scrollTop - pads.top); index < layout.items.length; index++) {
			const item = layout.items[index]!;
			if (item.kind === "row" && pads.top + layout.tops[index]! >= scrollTop - 40) {
				return { key: item.key, y: pads.top + layout.tops[index]! };
			}
		}
		return undefined;
	}

	function liveRows(goal: Goal): readonly LiveRow[] {
		if (found || filter.off.includes("messages")) return [];
		return [...watch.live().values()].map((text) => {
			const thread = goal.threads[text.threadId as ThreadId];
			const row = { threadId: text.threadId as ThreadId } as Row;
			return {
				threadId: text.threadId,
				word: thread?.role ?? "agent",
				text: text.text,
				reasoning: text.reasoning,
				since: text.since,
				group: groupOf(goal, row),
			};
		});
	}

	function fromStart(): boolean {
		return first <= 1;
	}

	function toEnd(): boolean {
		return last >= (watch.goal()?.seq ?? 0);
	}

	/** Only what the kinds that are switched on are made of. */
	function types(): string[] {
		return shownTypes.filter((type) => {
			if (type === "file.changed") return !filter.off.includes("files");
			if (type === "todo.updated") return !filter.off.includes("todos");
			if (type === "message.added") return !filter.off.includes("messages");
			if (type.startsWith("tool.")) return !filter.off.includes("tools") || !filter.off.includes("errors");
			if (type.startsWith("check.")) return !filter.off.includes("checks") || !filter.off.includes("errors");
			return true;
		});
	}

	/** Begins a new window, at the end or around a place. */
	async function openWindow(
		place: { readonly at: "end" } | { readonly at: "scroll" | "middle" | "top"; readonly seq: number },
	) {
		const mine = ++window_;
		const until = watch.goal()?.seq ?? 0;
		loading = true;
		problem = undefined;
		following = place.at === "end";
		if (following) unseen = 0;
		notify();
		try {
			const fresh = newRowProjection();
			if (query.words.length > 0) {
				const { events, cut } = await searchEvents(host, goalId, query.words.join(" "));
				if (mine !== window_) return;
				fresh.append(events, watch.goal());
				found = { keys: new Set(fresh.rows().map((row) => row.key)), cut };
				first = 1;
				last = until;
			} else if (place.at === "end") {
				const page = await events({ descending: true, limit: pageSize, beforeSeq: until + 1 });
				if (mine !== window_) return;
				found = undefined;
				fresh.append([...page].reverse(), watch.goal());
				first = page.length < pageSize ? 1 : page.at(-1)!.seq;
				last = until;
			} else {
				const after = Math.max(0, place.seq - pageSize / 2);
				const page = await eventsAfter(after, pageSize);
				if (mine !== window_) return;
				found = undefined;
				fresh.append(page.events, watch.goal());
				first = after + 1;
				last = page.last;
			}
			projection = fresh;
			ready = true;
			asked = undefined;
			loading = false;
			// What was appended while the page was under way.
			if (place.at === "end") await catchUp(mine);
			if (mine === window_) draw(place.at === "end" ? "end" : { seq: place.seq, at: place.at });
		} catch (cause) {
			if (mine !== window_) return;
			loading = false;
			problem = sentence(cause);
			notify();
		}
	}

	async function catchUp(mine: number): Promise<void> {
		while (mine === window_ && !toEnd()) {
			const page = await eventsAfter(last, pageSize);
			if (mine !== window_) return;
			projection.append(page.events, watch.goal());
			last = Math.max(last, page.last);
		}
	}

	async function events(ask: { afterSeq?: number; beforeSeq?: number; limit: number; descending?: boolean }) {
		return (await host.request("goal/events", { goalId, types: types(), ...ask })).events;
	}

	/** A page, and the seq up to which nothing is missing: events may come while it is under way. */
	async function eventsAfter(after: number, limit: number) {
		const until = watch.goal()?.seq ?? after;
		const page = await events({ afterSeq: after, limit });
		return { events: page, last: Math.max(page.length < limit ? until : after, page.at(-1)?.seq ?? after) };
	}

	/** Fetches what the reader is near to, one page at a time. */
	async function fill(): Promise<void> {
		if (!ready || loading || view.height === 0 || found || pages >= pagesAtOnce) return;
		const start = pads.top;
		const end = start + layout.height;
		const bottom = scrollTop + view.height;
		const goal = watch.goal();
		if (!goal) return;
		if (layout.height > 0 && !fromStart() && bottom < start - nearPx)
			return jump(1 + (scrollTop / start) * (first - 1));
		if (layout.height > 0 && !toEnd() && scrollTop > end + nearPx) {
			return jump(last + ((scrollTop - end) / Math.max(1, pads.bottom)) * (goal.seq - last));
		}
		const later = !toEnd() && bottom > end - nearPx;
		const earlier = !fromStart() && scrollTop < start + nearPx;
		if (!later && !earlier) return;
		const mine = window_;
		loading = true;
		pages++;
		notify();
		try {
			const limit = layout.height < view.height ? sparsePageSize : pageSize;
			if (later) {
				const page = await eventsAfter(last, limit);
				if (mine !== window_) return;
				projection.append(page.events, watch.goal());
				last = Math.max(last, page.last);
				if (projection.rows().length > maxRows) cutStart();
			} else {
				const page = await events({ beforeSeq: first, limit, descending: true });
				if (mine !== window_) return;
				projection.prepend([...page].reverse(), watch.goal());
				first = page.length < limit ? 1 : page.at(-1)!.seq;
				if (projection.rows().length > maxRows) cutEnd();
			}
			loading = false;
			draw(following ? "end" : "keep");
		} catch (cause) {
			if (mine !== window_) return;
			loading = false;
			problem = sentence(cause);
			notify();
		}
	}

	function jump(seq: number): void {
		pages++;
		void openWindow({ at: "scroll", seq: Math.max(1, Math.round(seq)) });
	}

	function cutStart(): void {
		projection.prune((row) => wanted(row) || isOpenRow(row));
		const rows = projection.rows();
		if (rows.length <= maxRows) return;
		projection.cutStart(rows.length - maxRows);
		first = projection.rows()[0]!.seq;
	}

	function cutEnd(): void {
		projection.prune((row) => wanted(row) || isOpenRow(row));
		const rows = projection.rows();
		if (rows.length <= maxRows) return;
		last = rows[maxRows]!.seq - 1;
		projection.cutEnd(rows.length - maxRows);
	}

	function notify(): void {
		for (const listen of [...listeners]) listen();
	}

	return {
		layout: () => layout,
		pads: () => pads,
		scrollTop: () => scrollTop,
		target: () => target,
		status: () => ({
			following,
			unseen,
			loading,
			problem,
			fromStart: fromStart(),
			toEnd: toEnd(),
			pausedAt: !loading && pages >= pagesAtOnce && !fromStart() && layout.height < view.height ? first : undefined,
			cutSearch: found?.cut ?? false,
		}),
		subscribe(listen) {
			listeners.add(listen);
			return () => listeners.delete(listen);
		},
		scrolled(top) {
			if (Math.abs(top - scrollTop) < 1) return;
			scrollTop = top;
			pages = 0;
			const atBottom = toEnd() && top + view.height >= pads.top + layout.height + pads.bottom - 4;
			if (atBottom) unseen = 0;
			following = atBottom;
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
				const at = topRow();
				const seq = at ? projection.row(at.key)?.seq : undefined;
				void openWindow(following || isSearch || seq === undefined ? { at: "end" } : { at: "top", seq });
			}
		},
		toggleFold(key, open) {
			folds.set(key, open);
			following = false;
			draw("keep");
			following = toEnd() && scrollTop + view.height >= pads.top + layout.height - 4;
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
			else void openWindow({ at: "end" });
		},
		goHome() {
			pages = 0;
			if (fromStart()) {
				following = false;
				scrollTop = 0;
				notify();
			} else void openWindow({ at: "top", seq: 1 });
		},
		goTo(seq) {
			pages = 0;
			following = false;
			asked = ready ? undefined : seq;
			if (!watch.goal()) return;
			if (ready && seq >= first && seq <= last) draw({ seq, at: "middle" });
			else void openWindow({ at: "middle", seq });
		},
		goToApproval(approvalId) {
			const row = projection.row(approvalKey(approvalId));
			if (row) {
				this.goTo(row.seq);
				return;
			}
			void host
				.request("goal/events", { goalId, types: ["approval.requested"], limit: 200, descending: true })
				.then(({ events: asked }) => {
					const event = asked.find((one) => one.type === "approval.requested" && one.approvalId === approvalId);
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
			window_++;
			cancelAnimationFrame(frame);
			listeners.clear();
		},
	};
}

/** More is to come of it. */
function isOpenRow(row: Row): boolean {
	return (row.toolCallId !== undefined || row.approvalId !== undefined || row.runId !== undefined) && !row.ended;
}
