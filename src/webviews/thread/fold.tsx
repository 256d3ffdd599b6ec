import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Icon } from "../shared/icon.tsx";

/** A line that unfolds. */
export function Fold(props: {
	readonly title?: string;
	readonly label?: string;
	readonly prefix?: string;
	readonly mono?: boolean;
	readonly icon: string;
	readonly tone?: Parameters<typeof Icon>[0]["tone"];
	readonly head?: ComponentChildren;
	readonly end?: ComponentChildren;
	readonly result?: string;
	readonly resultMark?: string;
	/** There is nothing to unfold. */
	readonly folded?: boolean;
	readonly startsOpen?: boolean;
	/** Stays in view when it is folded. */
	readonly below?: ComponentChildren;
	readonly children: ComponentChildren;
}) {
	const [chosen, setChosen] = useState<boolean>();
	const open = chosen ?? props.startsOpen ?? false;
	const title = (
		<>
			{props.prefix ? <span class="quiet nowrap">{props.prefix}</span> : null}
			{props.mono ? <code class="plain cut">{props.title}</code> : <span class="cut">{props.title}</span>}
		</>
	);
	return (
		<div class="fold">
			<div class="fold-row">
				{props.folded ? (
					<span class="twist-room" />
				) : (
					<button
						type="button"
						class="fold-twist"
						aria-expanded={open}
						aria-label={props.label ?? props.title}
						onClick={() => setChosen(!open)}
					>
						<Icon icon={open ? "chevron-down" : "chevron-right"} />
					</button>
				)}
				<Icon icon={props.icon} tone={props.tone} />
				{props.head ?? title}
				<span class="fold-end num">
					{props.resultMark ? <Icon icon={props.resultMark} tone="fail" /> : null}
					{props.result ? <span class={props.resultMark ? "" : "quiet"}>{props.result}</span> : null}
					{props.end}
				</span>
			</div>
			{open && !props.folded ? props.children : null}
			{props.below}
		</div>
	);
}
