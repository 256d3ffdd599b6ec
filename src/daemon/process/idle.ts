const checkMs = 1000;

/** A daemon without clients and goals ends by itself. */
export interface Idle {
	/** The time without use begins anew. */
	used(): void;
	stop(): void;
}

/** Calls `end` when the daemon was not in use for `idleMs`. */
export function watchIdle({
	idleMs,
	isInUse,
	end,
}: {
	readonly idleMs: number;
	isInUse(): boolean;
	end(): void;
}): Idle {
	let since = Date.now();
	const timer = setInterval(
		() => {
			if (isInUse()) since = Date.now();
			else if (Date.now() - since >= idleMs) end();
		},
		Math.min(checkMs, idleMs),
	);
	return {
		used() {
			since = Date.now();
		},
		stop: () => clearInterval(timer),
	};
}
