/** Walls around what agents and checks start. What runs inside is watched, recovered and ended as it is without them. */
export interface Sandbox {
	/** As it is named to people. */
	readonly name: string;
	/**
	 * How the same is started inside the walls. What cannot be enclosed is not started: the reason is a sentence for the
	 * person.
	 */
	enclose(start: Start): Promise<Start | { readonly unavailable: string }>;
}

/** What is about to be started. */
export interface Start {
	/** A shell's text. */
	readonly command: string;
	/** An absolute path. */
	readonly cwd: string;
	/** The whole environment. */
	readonly env: Readonly<Record<string, string>>;
}
