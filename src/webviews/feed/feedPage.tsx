import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { GoalId } from "../../core/ids.ts";
import { useGoal, useLasting, useRenderAgain } from "../shared/hooks.ts";
import { Disconnected } from "../shared/stateLine.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t, tNodes } from "../shared/words.ts";
import { Announcer } from "./announcer.tsx";
import { newFeed } from "./feed.ts";
import { FeedList } from "./feedList.tsx";
import { type Filter, isFilter, isFiltered, noFilter } from "./filter.ts";
import { Toolbar } from "./toolbar.tsx";

export function FeedPage({ webview, goalId }: { webview: Webview; goalId: GoalId }) {
	const { host, connection, place } = webview;
	const watch = useGoal(host, goalId);
	const [filter, setFilter] = useState<Filter>(() => remembered(webview.memory));
	const feed = useMemo(() => newFeed(host, watch, filter), [host, watch]);
	const renderAgain = useRenderAgain();
	const [refusal, setRefusal] = useState<string>();
	const focusList = useRef<() => void>(() => undefined);
	useEffect(() => {
		const stop = feed.subscribe(renderAgain);
		return () => {
			stop();
			feed.close();
		};
	}, [feed]);
	useEffect(() => webview.remember({ filter, goalId }), [filter, goalId]);
	useEffect(() => {
		if (place.approvalId) feed.goToApproval(place.approvalId);
		else if (place.seq !== undefined) feed.goTo(place.seq);
	}, [feed, place]);

	const goal = watch.goal();
	const status = feed.status();
	const loading = useLasting(status.loading || !goal);
	const change = (next: Filter) => {
		setFilter(next);
		feed.setFilter(next);
	};
	const isEmpty = goal !== undefined && feed.layout().items.length === 0 && !status.loading;
	return (
		<>
			{loading && !status.problem ? <div class="progress" /> : null}
			<Toolbar
				webview={webview}
				goal={goal}
				filter={filter}
				onFilter={change}
				status={status}
				onFollow={feed.follow}
				onLeave={() => focusList.current()}
			/>
			{connection.state === "connected" ? null : (
				<div class="feed-strip">
					<Disconnected connection={connection} host={host} />
				</div>
			)}
			{(refusal ?? status.problem) ? (
				<p class="refusal feed-strip" role="alert">
					{refusal ?? status.problem}
				</p>
			) : null}
			{status.cutSearch ? <p class="feed-strip quiet small">{t("The newest 500 matches.")}</p> : null}
			{isEmpty ? (
				<p class="empty">
					{isFiltered(filter)
						? tNodes(
								"No event matches. {0}.",
								<button type="button" class="link" onClick={() => change(noFilter)}>
									{t("Clear filter")}
								</button>,
							)
						: t("Nothing has happened yet.")}
				</p>
			) : null}
			{status.pausedAt === undefined ? null : (
				<p class="feed-strip quiet small">
					{t("Looked back to event {0}.", status.pausedAt)}{" "}
					<button type="button" class="link" onClick={feed.lookFurther}>
						{t("Look further")}
					</button>
				</p>
			)}
			{goal ? (
				<FeedList webview={webview} feed={feed} goal={goal} focusList={focusList} onRefused={setRefusal} />
			) : null}
			<Announcer feed={feed} goal={goal} />
		</>
	);
}

function remembered(memory: unknown): Filter {
	const filter = (memory as { filter?: unknown } | undefined)?.filter;
	return isFilter(filter) ? filter : noFilter;
}
