import "./toolkit.ts";

export interface Choice {
	readonly value: string;
	readonly label: string;
}

export interface DropdownProps {
	readonly value: string;
	readonly choices: readonly Choice[];
	readonly onChange: (value: string) => void;
	readonly label: string;
	readonly disabled?: boolean;
}

export function Dropdown({ value, choices, onChange, label, disabled }: DropdownProps) {
	return (
		<vscode-dropdown
			value={value}
			aria-label={label}
			disabled={disabled ?? false}
			onChange={(event: Event) => onChange((event.currentTarget as HTMLSelectElement).value)}
		>
			{choices.map((choice) => (
				<vscode-option key={choice.value} value={choice.value} selected={choice.value === value}>
					{choice.label}
				</vscode-option>
			))}
		</vscode-dropdown>
	);
}
