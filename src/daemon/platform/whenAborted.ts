/** Resolves with undefined as soon as the signal aborts, to be raced with what nobody waits for any longer then. */
export function whenAborted(signal: AbortSignal): Promise<undefined> {
	return new Promise((resolve) => {
		if (signal.aborted) resolve(undefined);
		else signal.addEventListener("abort", () => resolve(undefined), { once: true });
	});
}
