/**
 * A list that stays short however long a goal runs: the newest entries whole, older ones counted by day. What it says
 * depends on the entries alone, never on when it was asked.
 */
export interface DayFold<T extends Entry> {
	add(entry: T): void;
	folded(): Folded<T>;
}

/** Something that happened, with the one word it is counted under. */
export interface Entry {
	readonly seq: number;
	/** ISO 8601. */
	readonly at: string;
	readonly what: string;
}

export interface Folded<T extends Entry> {
	/** Oldest first. */
	readonly days: readonly Day[];
	/** Entries of days before those. */
	readonly earlier: number;
	/** Oldest first. */
	readonly entries: readonly T[];
}

export interface Day {
	/** `2026-11-22`, in UTC. */
	readonly day: string;
	readonly firstSeq: number;
	readonly lastSeq: number;
	/** How often what happened. */
	readonly counts: Readonly<Record<string, number>>;
}

const daysKept = 366;

export function createDayFold<T extends Entry>(kept: number): DayFold<T> {
	let entries: T[] = [];
	const days = new Map<string, Day>();
	const foldOlder = () => {
		for (const entry of entries.slice(0, -kept)) count(days, entry);
		entries = entries.slice(-kept);
	};
	return {
		add(entry) {
			entries.push(entry);
			if (entries.length >= 2 * kept) foldOlder();
		},
		folded() {
			if (entries.length > kept) foldOlder();
			const all = [...days.values()];
			const earlier = all.slice(0, -daysKept).reduce((sum, day) => sum + total(day), 0);
			return { days: all.slice(-daysKept), earlier, entries: [...entries] };
		},
	};
}

function count(days: Map<string, Day>, { at, seq, what }: Entry): void {
	const day = at.slice(0, 10);
	const before = days.get(day);
	const counts = { ...before?.counts, [what]: (before?.counts[what] ?? 0) + 1 };
	days.set(day, { day, firstSeq: before?.firstSeq ?? seq, lastSeq: seq, counts });
}

export function total({ counts }: Day): number {
	return Object.values(counts).reduce((sum, one) => sum + one, 0);
}
