/** An agent's answer to what it can answer at once: no longer than `ms`, and no longer than its turn goes on. */
export async function inTime<T>(answer: Promise<T>, ms: number, signal: AbortSignal): Promise<T> {
	const over = new AbortController();
	try {
		return await new Promise<T>((resolve, reject) => {
			const timer = setTimeout(() => reject(new TooLate()), ms);
			over.signal.addEventListener("abort", () => clearTimeout(timer));
			signal.addEventListener("abort", () => reject(new Aborted()), { signal: over.signal });
			if (signal.aborted) reject(new Aborted());
			answer.then(resolve, reject);
		});
	} finally {
		over.abort();
	}
}

export class TooLate extends Error {}

/** A person, a limit or the daemon's end came first. */
export class Aborted extends Error {}
