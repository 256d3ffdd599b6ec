import type { ComponentChildren } from "preact";

/** A link that asks the editor for something, or does something here. */
export function Link(props: {
	readonly onOpen: () => void;
	readonly children: ComponentChildren;
	readonly class?: string;
	readonly label?: string;
	readonly tabIndex?: number;
	/** It does nothing now, and keeps the focus. */
	readonly disabled?: boolean;
}) {
	return (
		<button
			type="button"
			class={`link ${props.class ?? ""}`}
			aria-label={props.label}
			aria-disabled={props.disabled}
			tabIndex={props.tabIndex}
			onClick={(event) => {
				event.stopPropagation();
				if (!props.disabled) props.onOpen();
			}}
		>
			{props.children}
		</button>
	);
}
