import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import type { Target } from "../../protocol/webview.ts";
import { useNow, useRenderAgain } from "../shared/hooks.ts";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { Feed } from "./feed.ts";
import { GroupHeader, ImagesItem, LineItem, LiveItem, RowItem } from "./items.tsx";
import { heights, type Item, itemAt, type Layout } from "./layout.ts";
import { openRow } from "./openRow.ts";
import type { Row } from "./row.ts";

/**
 * The visible stretch of the feed, and a screenful on either side of it. One item at a time can be reached by Tab;
 * arrows move it, and it stays in the document when it is scrolled away, so that the focus is never lost.
 */
export function FeedList(props: {
	readonly webview: Webview;
	readonly feed: Feed;
	readonly goal: Goal;
	readonly focusList: RefObject<() => void>;
	readonly onRefused: (sentence: string | undefined) => void;
}) {
	const { webview, feed, goal, focusList, onRefused } = props;
	const scroller = useRef<HTMLDivElement>(null);
	const ruler = useRef<HTMLSpanElement>(null);
	const [activeKey, setActiveKey] = useState<string>();
	const [width, setWidth] = useState(800);
	const moveFocus = useRef(false);
	const renderAgain = useRenderAgain();
	const layout = feed.layout();
	const pads = feed.pads();
	const top = feed.scrollTop();
	const { items, tops } = layout;
	const height = scroller.current?.clientHeight ?? 400;
	const isTimed = items.length > 0 && hasClock(goal, items);
	const now = useNow(1000, isTimed);
	const activeIndex = indexOf(items, activeKey);

	useEffect(() => {
		const element = scroller.current!;
		const measure = () => {
			const wide = element.clientWidth;
			const narrow = wide < narrowPx;
			const charWidth = (ruler.current?.getBoundingClientRect().width ?? 72) / 10;
			const columns = Math.max(20, Math.floor((wide - (narrow ? 116 : 250)) / charWidth));
			setWidth(wide);
			feed.resized({ height: element.clientHeight, narrow, columns });
		};
		const observer = new ResizeObserver(measure);
		observer.observe(element);
		measure();
		return () => observer.disconnect();
	}, [feed]);

	useLayoutEffect(() => {
		const element = scroller.current!;
		if (Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top;
	});

	useLayoutEffect(() => {
		if (!moveFocus.current) return;
		moveFocus.current = false;
		const element = scroller.current?.querySelector<HTMLElement>("[data-active]");
		element?.focus({ preventScroll: true });
	});

	focusList.current = () => activate(activeIndex >= 0 ? activeIndex : lastStop());

	function lastStop(): number {
		for (let index = items.length - 1; index >= 0; index--) if (isStop(items[index])) return index;
		return -1;
	}

	/** Makes an item the one that Tab reaches, focuses it, and brings it into view. */
	function activate(index: number): void {
		const item = items[index];
		if (!item) return;
		const y = pads.top + tops[index]!;
		const end = pads.top + tops[index + 1]!;
		const sticky = 22;
		moveFocus.current = true;
		setActiveKey(item.key);
		renderAgain();
		if (y < feed.scrollTop() + sticky) feed.scrolled(Math.max(0, y - sticky));
		else if (end > feed.scrollTop() + height) feed.scrolled(end - height);
	}

	function move(by: number): void {
		const step = Math.sign(by);
		let index = activeIndex >= 0 ? activeIndex : itemAt(layout, top - pads.top);
		for (let left = Math.abs(by); left > 0; left--) {
			let next = index + step;
			while (items[next] && !isStop(items[next])) next += step;
			if (!items[next]) break;
			index = next;
		}
		activate(index);
	}

	function onKeyDown(event: KeyboardEvent): void {
		const onItem = (event.target as HTMLElement).dataset.active !== undefined || event.target === scroller.current;
		if (event.key === "Escape" && !onItem) {
			event.preventDefault();
			activate(activeIndex);
			return;
		}
		if (!onItem) return;
		if (event.key === "c" && (event.ctrlKey || event.metaKey) && window.getSelection()?.isCollapsed !== false) {
			const item = items[activeIndex];
			const text = item?.kind === "row" ? exactText(goal, item.row) : undefined;
			if (text !== undefined) void webview.host.request("webview/copy", { text }).catch(() => undefined);
			return;
		}
		const action = keys[event.key];
		if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
		event.preventDefault();
		action();
	}

	const keys: Readonly<Record<string, () => void>> = {
		ArrowDown: () => move(1),
		ArrowUp: () => move(-1),
		PageDown: () => move(Math.max(1, Math.floor(height / 20) - 1)),
		PageUp: () => move(-Math.max(1, Math.floor(height / 20) - 1)),
		Home: () => {
			feed.goHome();
			setActiveKey(undefined);
		},
		End: () => {
			feed.follow();
			activate(lastStop());
		},
		Enter: () => {
			const item = items[activeIndex];
			if (item?.kind === "row") openRow(webview, goal, item.row);
			else if (item?.kind === "group") openGroup(webview, goal, item);
			else if (item?.kind === "live") webview.open(threadTarget(goal, item.live.threadId));
		},
		" ": () => fold(items[activeIndex]),
		ArrowRight: () => fold(items[activeIndex], true),
		ArrowLeft: () => fold(items[activeIndex], false),
	};

	function fold(item: Item | undefined, open?: boolean): void {
		if (item?.kind === "group") {
			if (open === undefined || open === item.closed) feed.toggleGroup(item.group.key);
		} else if (item?.kind === "row" && item.open !== undefined && open !== item.open) {
			feed.toggleFold(item.key, !item.open);
		}
	}

	const from = itemAt(layout, top - pads.top - height);
	const to = itemAt(layout, top - pads.top + 2 * height);
	const shown: number[] = [];
	if (activeIndex >= 0 && activeIndex < from) shown.push(activeIndex);
	for (let index = from; index <= to && index < items.length; index++) shown.push(index);
	if (activeIndex > to) shown.push(activeIndex);
	const stop =
		activeIndex >= 0 ? activeIndex : Math.min(items.length - 1, nextStop(items, itemAt(layout, top - pads.top)));
	const first = itemAt(layout, top - pads.top);
	const header = stickyGroup(items, first);
	const shared = { webview, goal, feed, now, narrow: width < narrowPx, onRefused };

	return (
		<div
			class={`feed${width < narrowPx ? " narrow" : ""}`}
			ref={scroller}
			role="log"
			aria-label={t("Feed of {0}", goal.title)}
			aria-live="off"
			tabIndex={items.length === 0 ? 0 : undefined}
			onScroll={(event) => feed.scrolled(event.currentTarget.scrollTop)}
			onKeyDown={onKeyDown}
			onFocusIn={(event) => {
				const key = (event.target as HTMLElement).closest<HTMLElement>("[data-key]")?.dataset.key;
				if (key && key !== activeKey) setActiveKey(key);
			}}
		>
			<span class="ruler" ref={ruler} aria-hidden="true">
				0000000000
			</span>
			{header ? (
				<div class="feed-sticky" aria-hidden="true">
					<GroupHeader {...shared} item={header} y={-pushed(layout, first, top - pads.top)} active={false} hidden />
				</div>
			) : null}
			<div class="feed-space" style={{ height: `${pads.top + layout.height + pads.bottom}px` }}>
				{shown.map((index) => {
					const item = items[index]!;
					const place = { y: pads.top + tops[index]!, active: index === stop };
					switch (item.kind) {
						case "group":
							return <GroupHeader key={item.key} {...shared} {...place} item={item} />;
						case "row":
							return <RowItem key={item.key} {...shared} {...place} item={item} />;
						case "line":
							return <LineItem key={item.key} {...shared} {...place} active={item.row.key === activeKey} item={item} />;
						case "images":
							return (
								<ImagesItem key={item.key} {...shared} {...place} active={item.row.key === activeKey} item={item} />
							);
						default:
							return <LiveItem key={item.key} {...shared} {...place} item={item} />;
					}
				})}
			</div>
		</div>
	);
}

const narrowPx = 700;

function openGroup(webview: Webview, goal: Goal, item: Extract<Item, { kind: "group" }>): void {
	webview.open(
		item.group.threadId ? threadTarget(goal, item.group.threadId) : { kind: "overview", goalId: goal.goalId },
	);
}

/** The whole command or text of a row, not what fits the line. */
function exactText(goal: Goal, row: Row): string {
	const approval = row.approvalId ? goal.approvals[row.approvalId] : undefined;
	return approval?.command ?? row.body ?? row.text;
}

function threadTarget(goal: Goal, threadId: string): Target {
	return { kind: "thread", goalId: goal.goalId, threadId: threadId as never };
}

function indexOf(items: readonly Item[], key: string | undefined): number {
	return key === undefined ? -1 : items.findIndex((item) => item.key === key);
}

/** What belongs to the row above it is reached from that row. */
function isStop(item: Item | undefined): boolean {
	return item !== undefined && item.kind !== "line" && item.kind !== "images";
}

function nextStop(items: readonly Item[], index: number): number {
	let next = index;
	while (items[next] && !isStop(items[next])) next++;
	return next;
}

/** The group of the first visible item, whose own header has been scrolled away. */
function stickyGroup(items: readonly Item[], index: number): Extract<Item, { kind: "group" }> | undefined {
	for (let at = index; at >= 0; at--) {
		const item = items[at];
		if (item?.kind === "group") return item;
	}
	return undefined;
}

/** How far the next group's own header has pushed it away: no row stands under the header of another group. */
function pushed({ items, tops }: Layout, first: number, top: number): number {
	for (let at = first + 1; at < items.length && tops[at]! < top + heights.group; at++) {
		if (items[at]!.kind === "group") return top + heights.group - tops[at]!;
	}
	return 0;
}

/** Something on the list shows how long it has been going on. */
function hasClock(goal: Goal, items: readonly Item[]): boolean {
	if (items.at(-1)?.kind === "live") return true;
	return (
		Object.values(goal.calls).some((call) => call.state === "started") ||
		Object.values(goal.checks).some((check) => check.state === "running")
	);
}
