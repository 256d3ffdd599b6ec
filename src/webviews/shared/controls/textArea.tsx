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
	/** What is pasted or dropped here and would make the text longer than this is not put in: to lay it out takes seconds. */
	readonly maxChars?: number;
	readonly onTooLong?: (chars: number) => void;
}

export function TextArea(props: TextAreaProps) {
	const { value, onInput, label, placeholder, rows, invalid, onKeyDown, maxChars, onTooLong } = props;
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
			onBeforeInput={(event: InputEvent) => {
				const chars = event.data?.length ?? 0;
				if (maxChars === undefined || value.length + chars <= maxChars) return;
				event.preventDefault();
				onTooLong?.(chars);
			}}
		/>
	);
}
