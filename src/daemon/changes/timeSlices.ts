import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Long work in short pieces: synchronous calls are the fast way through many files, and the daemon has others to answer
 * meanwhile. `if (slices.over()) await slices.next()` costs 50 ns where there is nothing to do.
 */
export interface TimeSlices {
	over(): boolean;
	/** Lets other work in. Rejects with the signal's reason once that is aborted. */
	next(): Promise<void>;
}

export function startTimeSlices(signal?: AbortSignal): TimeSlices {
	let end = performance.now() + sliceMs;
	return {
		over: () => performance.now() > end,
		async next() {
			await nextTurn();
			signal?.throwIfAborted();
			end = performance.now() + sliceMs;
		},
	};
}

const sliceMs = 5;
