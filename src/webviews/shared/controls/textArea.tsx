import "./toolkit.ts";
import { useLabel } from "./labelled.ts";

export interface TextAreaProps {
	readonly value: string;
	readonly onInput: (value: string) => void;
	readonly label: string;
	readonly placeholder?: string;
	readonly rows: number;
	readonly invalid?: boolean;
	readonly class?: string;
	readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function TextArea(props: TextAreaProps) {
	const { value, onInput, label, placeholder, rows, invalid, onKeyDown } = props;
	const field = useLabel(label, invalid);
	return (
		<vscode-text-area
			ref={field}
			class={[props.class, invalid ? "invalid" : undefined].filter(Boolean).join(" ") || undefined}
			value={value}
			placeholder={placeholder}
			rows={rows}
			onInput={(event: Event) => onInput((event.currentTarget as HTMLTextAreaElement).value)}
			onKeyDown={onKeyDown}
		/>
	);
}
