/** How long a call may take, without the time that passes while a person is asked. */
export interface CallLimit {
	/** Aborts when the time is used up. */
	readonly signal: AbortSignal;
	isUsedUp(): boolean;
	/** From the first pause to the last resume no time passes. */
	pause(): void;
	resume(): void;
	end(): void;
}

export function openCallLimit(limitMs: number): CallLimit {
	const late = new AbortController();
	let leftMs = limitMs;
	let pauses = 0;
	let isOver = false;
	let since = performance.now();
	let timer: NodeJS.Timeout | undefined;
	run();

	function run(): void {
		if (isOver) return;
		since = performance.now();
		timer = setTimeout(() => late.abort(), leftMs);
	}

	return {
		signal: late.signal,
		isUsedUp: () => late.signal.aborted,
		pause() {
			pauses += 1;
			if (pauses > 1) return;
			clearTimeout(timer);
			leftMs = Math.max(0, leftMs - (performance.now() - since));
		},
		resume() {
			pauses -= 1;
			if (pauses === 0) run();
		},
		end() {
			isOver = true;
			clearTimeout(timer);
		},
	};
}
