import "./formToolkit.ts";
import { useLabel } from "./labelled.ts";
import { useShownValue } from "./shownValue.ts";

export interface SegmentsProps<T extends string> {
	readonly value: T;
	readonly options: readonly T[];
	readonly onChange: (value: T) => void;
	readonly label: string;
}

/** One of two or three, all of them in view. Arrows move. */
export function Segments<T extends string>({ value, options, onChange, label }: SegmentsProps<T>) {
	const field = useLabel(label);
	const chosen = useShownValue(field, "value", value);
	return (
		<vscode-radio-group
			ref={field}
			class="segments"
			onChange={(event: Event) => {
				const next = chosen(event);
				if (next !== undefined && options.includes(next)) onChange(next);
			}}
		>
			{options.map((option) => (
				<vscode-radio key={option} value={option}>
					{option}
				</vscode-radio>
			))}
		</vscode-radio-group>
	);
}
