import type { Limits } from "../../src/daemon/engine/next.ts";

/** What the engine may do at once and by itself, where a test is not about it. No price and no window is known. */
export const engineLimits: Limits = {
	parallelSteps: 4,
	delegatesAtOnce: 3,
	replans: 2,
	priceOf: () => undefined,
	windowOf: () => undefined,
};
