import "./formToolkit.ts";
import type { ComponentChildren } from "preact";
import { useLabel } from "./labelled.ts";
import { useShownValue } from "./shownValue.ts";

export interface CheckboxProps {
	readonly checked: boolean;
	readonly onChange: (checked: boolean) => void;
	readonly label: string;
	readonly children?: ComponentChildren;
}

export function Checkbox({ checked, onChange, label, children }: CheckboxProps) {
	const field = useLabel(label);
	const chosen = useShownValue(field, "checked", checked);
	return (
		<vscode-checkbox
			ref={field}
			onChange={(event: Event) => {
				const next = chosen(event);
				if (next !== undefined) onChange(next);
			}}
		>
			{children}
		</vscode-checkbox>
	);
}
