/** One measured number, what it should be at most (or at least), and how it was taken. */
export interface Figure {
	readonly name: string;
	readonly value: number;
	readonly unit: string;
	/** Absent: there is no target, the figure is for reading. */
	readonly target?: Target;
	/** The rest of the distribution, or what the number holds for. */
	readonly note?: string;
}

export type Target = { readonly below: number } | { readonly atMost: number } | { readonly atLeast: number };

/** One thing that is measured by itself. Figures come as they are known, so that a failure keeps what came before. */
export interface Section {
	readonly title: string;
	/** How it was taken, in a sentence or two. */
	readonly how: string;
	measure(bench: Bench): Promise<readonly Figure[]>;
}

/** What sections measure with. */
export interface Bench {
	/** The built parts, in a folder that nobody builds into meanwhile. */
	readonly dist: string;
	/** Removed afterwards. */
	readonly scratch: string;
	/** A line for whoever waits. */
	say(text: string): void;
}

export function isMissed({ value, target }: Figure): boolean {
	if (!target) return false;
	if ("below" in target) return !(value < target.below);
	return "atMost" in target ? !(value <= target.atMost) : !(value >= target.atLeast);
}

export function targetText({ target, unit }: Figure): string {
	if (!target) return "";
	if ("below" in target) return `< ${grouped(target.below)} ${unit}`;
	return "atMost" in target ? `≤ ${grouped(target.atMost)} ${unit}` : `≥ ${grouped(target.atLeast)} ${unit}`;
}

export function valueText({ value, unit }: Figure): string {
	return `${grouped(value)} ${unit}`.trim();
}

export function grouped(value: number): string {
	const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
	return value.toLocaleString("en-US", { maximumFractionDigits: digits, minimumFractionDigits: digits });
}

export function percentile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
	return percentile(values, 0.5);
}

/** How values spread, for a note. */
export function spread(values: readonly number[], unit = "ms"): string {
	const at = (share: number) => grouped(percentile(values, share));
	return `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)}, most ${at(1)} ${unit}, of ${values.length}`;
}
