import "./toolkit.ts";
import { useLabel } from "./labelled.ts";

export interface TextAreaProps {
	readonly value: string;
	readonly onInput: (value: string) => void;
	readonly label: string;
	readonly placeholder?: string;
	readonly rows: number;
	readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function TextArea({ value, onInput, label, placeholder, rows, onKeyDown }: TextAreaProps) {
	const field = useLabel(label);
	return (
		<vscode-text-area
			ref={field}
			value={value}
			placeholder={placeholder}
			rows={rows}
			onInput={(event: Event) => onInput((event.currentTarget as HTMLTextAreaElement).value)}
			onKeyDown={onKeyDown}
		/>
	);
}
