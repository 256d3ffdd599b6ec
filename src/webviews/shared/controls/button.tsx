import "./toolkit.ts";
import type { ComponentChildren } from "preact";

export interface ButtonProps {
	readonly children: ComponentChildren;
	readonly onClick: () => void;
	/** One primary button a webview, and it belongs to what waits for the person. */
	readonly primary?: boolean;
	readonly small?: boolean;
	readonly disabled?: boolean;
	/** What a screen reader says, where the text alone does not tell. */
	readonly label?: string;
	/** What pressing it does, for a pointer that rests on it. */
	readonly title?: string;
	readonly tabIndex?: number;
}

export function Button({ children, onClick, primary, small, disabled, label, title, tabIndex }: ButtonProps) {
	return (
		<vscode-button
			appearance={primary ? "primary" : "secondary"}
			class={small ? "small" : undefined}
			disabled={disabled ?? false}
			aria-label={label}
			title={title}
			tabIndex={tabIndex}
			onClick={() => !disabled && onClick()}
		>
			{children}
		</vscode-button>
	);
}
