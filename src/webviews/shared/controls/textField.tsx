import "./toolkit.ts";
import type { ComponentChildren } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { useLabel } from "./labelled.ts";

export interface TextFieldProps {
	readonly value: string;
	readonly onInput: (value: string) => void;
	readonly label: string;
	readonly placeholder?: string;
	readonly small?: boolean;
	/** Takes the focus when it appears: only for a field that the person has just asked for. */
	readonly focused?: boolean;
	readonly onKeyDown?: (event: KeyboardEvent) => void;
	/** An icon before the text. */
	readonly start?: ComponentChildren;
	/** A unit behind it. */
	readonly end?: ComponentChildren;
	readonly invalid?: boolean;
}

export function TextField(props: TextFieldProps) {
	const { value, onInput, label, placeholder, small, focused, onKeyDown, start, end, invalid } = props;
	const field = useLabel(label, invalid);
	useLayoutEffect(() => {
		if (focused) field.current?.focus();
	}, [focused]);
	return (
		<vscode-text-field
			ref={field}
			class={[small ? "small" : undefined, invalid ? "invalid" : undefined].filter(Boolean).join(" ") || undefined}
			value={value}
			placeholder={placeholder}
			onInput={(event: Event) => onInput((event.currentTarget as HTMLInputElement).value)}
			onKeyDown={onKeyDown}
		>
			{start ? (
				<span slot="start" class="start">
					{start}
				</span>
			) : null}
			{end ? (
				<span slot="end" class="end">
					{end}
				</span>
			) : null}
		</vscode-text-field>
	);
}
