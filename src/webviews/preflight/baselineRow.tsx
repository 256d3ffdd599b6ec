import type { Shape } from "../shared/icon.tsx";
import { Icon } from "../shared/icon.tsx";

/** One line of the baseline: what was looked at, how it stands, and what that means. */
export function Row(props: {
	readonly mark: Shape;
	readonly spin?: boolean;
	readonly label: preact.ComponentChildren;
	readonly value?: preact.ComponentChildren;
	readonly detail?: string;
}) {
	return (
		<div class="baseline-row">
			<Icon icon={props.mark.icon} tone={props.mark.tone} spin={props.spin} />
			<span class="label">{props.label}</span>
			<span class="quiet small num nowrap">{props.value}</span>
			{props.detail ? <span class="quiet small detail">{props.detail}</span> : null}
		</div>
	);
}
