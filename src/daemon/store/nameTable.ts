import type { SqliteFile } from "./sqliteFile.ts";

/** Types, threads and steps are kept once, and stand in rows and indices as numbers. */
export interface NameTable {
	/** The number of a name that was stored before. */
	find(name: string): number | undefined;
	/** The number of a name, which is stored if it is new. Inside a transaction. */
	store(name: string): number;
	nameOf(number: number): string;
	/** Forgets what is remembered, not what is stored. */
	forget(): void;
}

export function createNameTable(file: SqliteFile): NameTable {
	const numbers = new Map<string, number>();
	const names = new Map<number, string>();

	function remember(number: number, name: string): number {
		if (names.size >= maxRemembered) forget();
		numbers.set(name, number);
		names.set(number, name);
		return number;
	}

	function forget(): void {
		numbers.clear();
		names.clear();
	}

	function find(name: string): number | undefined {
		const known = numbers.get(name);
		if (known !== undefined) return known;
		const row = file.row("SELECT id FROM names WHERE name=?", [name]);
		return row && remember(Number(row[0]), name);
	}

	return {
		find,
		store(name) {
			const known = find(name);
			if (known !== undefined) return known;
			const row = file.row("INSERT INTO names (name) VALUES (?) RETURNING id", [name]);
			return remember(Number(row?.[0]), name);
		},
		nameOf(number) {
			const known = names.get(number);
			if (known !== undefined) return known;
			const name = String(file.row("SELECT name FROM names WHERE id=?", [number])?.[0]);
			remember(number, name);
			return name;
		},
		forget,
	};
}

const maxRemembered = 5_000;
