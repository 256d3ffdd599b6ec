import "./toolkit.ts";

export interface TextAreaProps {
	readonly value: string;
	readonly onInput: (value: string) => void;
	readonly label: string;
	readonly placeholder?: string;
	readonly rows: number;
	readonly onKeyDown?: (event: KeyboardEvent) => void;
}

export function TextArea({ value, onInput, label, placeholder, rows, onKeyDown }: TextAreaProps) {
	return (
		<vscode-text-area
			value={value}
			placeholder={placeholder}
			aria-label={label}
			rows={rows}
			onInput={(event: Event) => onInput((event.currentTarget as HTMLTextAreaElement).value)}
			onKeyDown={onKeyDown}
		/>
	);
}
