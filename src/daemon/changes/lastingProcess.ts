/**
 * A git process that answers one question after another, and lives as long as it is asked something now and then: to
 * start one for each question would keep the daemon waiting.
 */
export interface LastingProcess<Session> {
	/** Asks the one that runs, or starts one. */
	use<Answer>(ask: (session: Session) => Promise<Answer>): Promise<Answer>;
	/** Ends it once it has answered; the next question starts another. */
	rest(): Promise<void>;
}

export interface ProcessSession {
	alive(): boolean;
	end(): Promise<void>;
}

const idleMs = 10_000;

export function lastingProcess<Session extends ProcessSession>(
	start: () => Session,
	maxQuestions = Number.POSITIVE_INFINITY,
): LastingProcess<Session> {
	let session: Session | undefined;
	let idle: NodeJS.Timeout | undefined;
	let asked = 0;

	async function rest(): Promise<void> {
		clearTimeout(idle);
		const resting = session;
		session = undefined;
		await resting?.end();
	}

	return {
		async use(ask) {
			clearTimeout(idle);
			if (asked >= maxQuestions) void rest();
			if (!session?.alive()) {
				session = start();
				asked = 0;
			}
			asked++;
			try {
				return await ask(session);
			} finally {
				clearTimeout(idle);
				idle = setTimeout(() => void rest(), idleMs).unref();
			}
		},
		rest,
	};
}
