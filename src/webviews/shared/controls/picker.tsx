import type { ComponentChildren } from "preact";

/** Looks like a dropdown and opens a list of the editor, which can be searched and holds any number of rows. */
export function Picker(props: {
	readonly children: ComponentChildren;
	readonly onOpen: () => void;
	readonly label: string;
	readonly invalid?: boolean;
	/** Something should be known about it. */
	readonly warned?: boolean;
	/** What it shows is not its own: it stands there quietly until it is wanted. */
	readonly quiet?: boolean;
}) {
	const { quiet, invalid, warned } = props;
	return (
		<button
			type="button"
			class={["picker", quiet && "quiet", invalid && "invalid", warned && "warned"].filter(Boolean).join(" ")}
			aria-label={props.label}
			aria-haspopup="listbox"
			onClick={props.onOpen}
		>
			<span class="cut">{props.children}</span>
			<i class="codicon codicon-chevron-down" aria-hidden="true" />
		</button>
	);
}
