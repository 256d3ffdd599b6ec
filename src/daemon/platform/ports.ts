/** What the engine takes from the world besides its store, agents and commands. */
export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
}

/** Makes ids that are used nowhere else: `newId("t")` gives `t-…`. */
export type NewId = <T extends string>(prefix: string) => T;

export interface Log {
	error(text: string, cause?: unknown): void;
	warn(text: string, cause?: unknown): void;
	info(text: string): void;
	debug(text: string): void;
	/** What passes between the parts: names, sizes and durations. */
	trace(text: string): void;
}

/** Variables of the environment: the process's own, or those that a test stands in for. */
export type Env = Readonly<Record<string, string | undefined>>;
