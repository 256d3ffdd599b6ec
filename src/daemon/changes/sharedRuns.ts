/**
 * Runs an operation one at a time. Callers that come while a run is under way share the next one: it begins after all of
 * them asked, so it answers each of them. A caller's signal ends the caller's wait; the run itself is aborted when no caller
 * waits for it any more.
 */
export interface SharedRuns<T> {
	run(signal?: AbortSignal): Promise<T>;
	/** Resolves when nothing is under way or queued. */
	idle(): Promise<void>;
}

export function oneAtATime<T>(operation: (signal: AbortSignal) => Promise<T>): SharedRuns<T> {
	let last: Promise<unknown> = Promise.resolve();
	let next: Run<T> | undefined;

	function queue(): Run<T> {
		const abort = new AbortController();
		const result = last.then(() => {
			if (next === run) next = undefined;
			abort.signal.throwIfAborted();
			return operation(abort.signal);
		});
		const run: Run<T> = { result, abort, waiters: 0 };
		last = result.catch(() => {});
		return run;
	}

	return {
		async run(signal) {
			signal?.throwIfAborted();
			next ??= queue();
			const run = next;
			run.waiters++;
			if (!signal) return run.result;
			return new Promise<T>((resolve, reject) => {
				const leave = () => {
					if (--run.waiters === 0) {
						if (next === run) next = undefined;
						run.abort.abort(signal.reason);
					}
					reject(signal.reason);
				};
				signal.addEventListener("abort", leave, { once: true });
				run.result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
			});
		},
		async idle() {
			await last;
		},
	};
}

interface Run<T> {
	readonly result: Promise<T>;
	readonly abort: AbortController;
	waiters: number;
}
