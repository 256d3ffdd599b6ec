import { useEffect, useRef, useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import { TextField } from "../shared/controls/textField.tsx";
import { count } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import type { Webview } from "../shared/webview.tsx";
import { t } from "../shared/words.ts";
import type { FeedStatus } from "./feed.ts";
import type { Filter } from "./filter.ts";
import { type Category, categories } from "./row.ts";

const toggles: { readonly [C in Category]: { readonly label: () => string; readonly icon: string } } = {
	tools: { label: () => t("Tools"), icon: "terminal" },
	files: { label: () => t("Files"), icon: "diff-single" },
	messages: { label: () => t("Messages"), icon: "comment" },
	checks: { label: () => t("Checks"), icon: "beaker" },
	errors: { label: () => t("Errors"), icon: "error" },
	todos: { label: () => t("Todos"), icon: "checklist" },
};

/** How long the reader must pause before the words are looked for. */
const pauseMs = 200;

export function Toolbar(props: {
	readonly webview: Webview;
	readonly goal: Goal | undefined;
	readonly filter: Filter;
	readonly onFilter: (filter: Filter) => void;
	readonly status: FeedStatus;
	readonly onFollow: () => void;
	/** The reader goes back to the list. */
	readonly onLeave: () => void;
}) {
	const { webview, goal, filter, onFilter, status } = props;
	const [text, setText] = useState(filter.text);
	const timer = useRef(0);
	useEffect(() => setText(filter.text), [filter.text]);
	useEffect(() => () => clearTimeout(timer.current), []);
	const type = (next: string) => {
		setText(next);
		clearTimeout(timer.current);
		timer.current = window.setTimeout(() => onFilter({ ...filter, text: next }), pauseMs);
	};
	return (
		<div class="feed-bar" role="toolbar" aria-label={t("Filters")}>
			<div class="feed-filter">
				<TextField
					small
					value={text}
					label={t("Filter")}
					placeholder={t("Filter, e.g. step:4 express")}
					onInput={type}
					onKeyDown={(event) => {
						if (event.key !== "Escape" && event.key !== "ArrowDown") return;
						event.preventDefault();
						props.onLeave();
					}}
					start={<Icon icon="filter" />}
				/>
			</div>
			{categories.map((category) => {
				const on = !filter.off.includes(category);
				const off = on ? [...filter.off, category] : filter.off.filter((one) => one !== category);
				return (
					<button
						key={category}
						type="button"
						role="switch"
						aria-checked={on}
						aria-label={toggles[category].label()}
						title={toggles[category].label()}
						class={`toggle${on ? " on" : ""}`}
						onClick={() => onFilter({ ...filter, text, off })}
					>
						<i class={`icon codicon codicon-${toggles[category].icon}`} aria-hidden="true" />
						<span class="toggle-word">{toggles[category].label()}</span>
					</button>
				);
			})}
			<span class="grow" />
			<button
				type="button"
				class="feed-goal"
				title={t("Show the feed of another goal")}
				onClick={() => webview.show(undefined)}
			>
				{goal ? (
					<>
						<span class="cut">{goal.title}</span>
						<span class="nowrap num">{` · ${t("{0} events", count(goal.seq))}`}</span>
					</>
				) : (
					t("Goals")
				)}
			</button>
			<FollowPill status={status} onFollow={props.onFollow} />
		</div>
	);
}

/** In the bar, never over the text. */
function FollowPill({ status, onFollow }: { status: FeedStatus; onFollow: () => void }) {
	const word = status.following ? t("Following") : status.unseen > 0 ? t("{0} new", count(status.unseen)) : t("Follow");
	return (
		<button
			type="button"
			class={`pill${status.following ? " quiet" : ""}`}
			aria-pressed={status.following}
			title={t("Go to the latest and follow (End)")}
			onClick={onFollow}
		>
			<i class="icon codicon codicon-arrow-down" aria-hidden="true" />
			<span class="num">{word}</span>
		</button>
	);
}
