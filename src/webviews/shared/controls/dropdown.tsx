import { useEffect } from "preact/hooks";
import "./formToolkit.ts";
import { useLabel } from "./labelled.ts";
import { useShownValue } from "./shownValue.ts";

export interface DropdownProps {
	readonly value: string;
	readonly options: readonly { readonly value: string; readonly label: string }[];
	readonly onChange: (value: string) => void;
	readonly label: string;
	readonly disabled?: boolean;
	readonly invalid?: boolean;
	/** What it shows is not its own: it stands there quietly until it is wanted. */
	readonly quiet?: boolean;
}

/** A choice among few. For many there is the picker, whose list can be searched. */
export function Dropdown({ value, options, onChange, label, disabled, invalid, quiet }: DropdownProps) {
	const field = useLabel(label, invalid);
	const chosen = useShownValue(field, "value", value);
	const names = options.map((option) => option.value).join("\n");
	// A choice that came with its option is not known to the list before the list has looked at its options.
	useEffect(() => {
		const frame = requestAnimationFrame(() => {
			const list = field.current as HTMLSelectElement | null;
			if (list && list.value !== value) list.value = value;
		});
		return () => cancelAnimationFrame(frame);
	}, [field, names, value]);
	return (
		<vscode-dropdown
			ref={field}
			class={invalid ? "invalid" : quiet ? "quiet" : undefined}
			disabled={disabled ?? false}
			onChange={(event: Event) => {
				const next = chosen(event);
				if (next !== undefined) onChange(next);
			}}
		>
			{options.map((option) => (
				<vscode-option key={option.value} value={option.value} selected={option.value === value}>
					{option.label}
				</vscode-option>
			))}
		</vscode-dropdown>
	);
}
