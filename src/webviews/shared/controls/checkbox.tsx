import "./toolkit.ts";
import type { ComponentChildren } from "preact";

export interface CheckboxProps {
	readonly checked: boolean;
	readonly onChange: (checked: boolean) => void;
	readonly children: ComponentChildren;
	readonly disabled?: boolean;
}

export function Checkbox({ checked, onChange, children, disabled }: CheckboxProps) {
	return (
		<vscode-checkbox
			checked={checked}
			disabled={disabled ?? false}
			onChange={(event: Event) => onChange((event.currentTarget as HTMLInputElement).checked)}
		>
			{children}
		</vscode-checkbox>
	);
}
