/**
 * Randomness that can be repeated: the seed is printed, and `MISSION_SEED` sets it. Mulberry32, which is small and
 * good enough to choose where to break things.
 */
export interface Random {
	readonly seed: number;
	/** From 0 up to, not including, 1. */
	next(): number;
	/** A whole number from `min` to `max`, both possible. */
	between(min: number, max: number): number;
}

/** With a `usual` seed the short form plays the same each time; the long one, by MISSION_RUNS, searches anew. */
export function seeded(purpose: string, usual?: number): Random {
	const { MISSION_SEED, MISSION_RUNS } = process.env;
	const own = MISSION_RUNS === undefined ? usual : undefined;
	const seed = Number(MISSION_SEED ?? own ?? Date.now() % 2 ** 32) >>> 0;
	console.log(`      ${purpose}: MISSION_SEED=${seed}`);
	return randomFrom(seed);
}

export function randomFrom(seed: number): Random {
	let state = seed >>> 0;
	const next = () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return { seed, next, between: (min, max) => min + Math.floor(next() * (max - min + 1)) };
}
