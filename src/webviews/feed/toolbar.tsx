import { useEffect, useRef, useState } from "preact/hooks";
import type { Goal } from "../../core/goal.ts";
import { TextField } from "../shared/controls/textField.tsx";
import { count } from "../shared/format.ts";
import { Icon } from "../shared/icon.tsx";
import type { Webview } from "../shared/webview.tsx";
import type { FeedStatus } from "./feed.ts";
import type { Filter } from "./filter.ts";
import { type Category, categories } from "./row.ts";

const toggles: { readonly [C in Category]: { readonly label: string; readonly icon: string } } = {
	tools: { label: "Tools", icon: "terminal" },
	files: { label: "Files", icon: "diff-single" },
	messages: { label: "Messages", icon: "comment" },
	checks: { label: "Checks", icon: "beaker" },
	errors: { label: "Errors", icon: "error" },
	todos: { label: "Todos", icon: "checklist" },
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
		<div class="feed-bar" role="toolbar" aria-label="Filters">
			<div class="feed-filter">
				<TextField
					small
					value={text}
					label="Filter"
					placeholder="Filter, e.g. step:4 express"
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
						aria-label={toggles[category].label}
						title={toggles[category].label}
						class={`toggle${on ? " on" : ""}`}
						onClick={() => onFilter({ ...filter, text, off })}
					>
						<i class={`icon codicon codicon-${toggles[category].icon}`} aria-hidden="true" />
						<span class="toggle-word">{toggles[category].label}</span>
					</button>
				);
			})}
			<span class="grow" />
			<button
				type="button"
				class="feed-goal"
				title="Show the feed of another goal"
				onClick={() => webview.show(undefined)}
			>
				{goal ? (
					<>
						<span class="cut">{goal.title}</span>
						<span class="nowrap num">{` · ${count(goal.seq)} events`}</span>
					</>
				) : (
					"Goals"
				)}
			</button>
			<FollowPill status={status} onFollow={props.onFollow} />
		</div>
	);
}

/** In the bar, never over the text. */
function FollowPill({ status, onFollow }: { status: FeedStatus; onFollow: () => void }) {
	const word = status.following ? "Following" : status.unseen > 0 ? `${count(status.unseen)} new` : "Follow";
	return (
		<button
			type="button"
			class={`pill${status.following ? " quiet" : ""}`}
			aria-pressed={status.following}
			title="Go to the latest and follow (End)"
			onClick={onFollow}
		>
			<i class="icon codicon codicon-arrow-down" aria-hidden="true" />
			<span class="num">{word}</span>
		</button>
	);
}
