/**
 * Walls around what agents and checks start. What runs inside is watched, recovered and ended as it is without them: the
 * port says what to put in front of a program and its arguments, and nothing else changes.
 */
export interface Sandbox {
	/**
	 * Whether there are walls for what works in this folder: their name, or the sentence why not. What the machine can do is
	 * found out once, when it is first asked for.
	 */
	of(workspace: string): Promise<SandboxState>;
	/** How it is started inside. What cannot be enclosed is not started: the reason is a sentence for the person. */
	enclose(start: Start): Promise<Enclosed | { readonly unavailable: string }>;
}

export type SandboxState =
	| {
			readonly name: string;
			/** An agent's program can work inside, too: folders can stand in the place of the person's. */
			readonly holdsAgents: boolean;
	  }
	| { readonly unavailable: string };

/** What is about to be started. */
export interface Start {
	/** An absolute path. */
	readonly cwd: string;
	/** The whole environment. */
	readonly env: Readonly<Record<string, string>>;
	/** The folder that may be written. */
	readonly workspace: string;
	/** Whether it may reach the network. */
	readonly network: boolean;
	/** What of the person's own it has beside that. */
	readonly own?: readonly OwnPlace[];
	/** Files that have to be seen for it to start, wherever they lie. */
	readonly programs?: readonly string[];
}

/** Of a program that keeps settings and a login of the person's: what it finds of them, although the walls hide them. */
export interface OwnPlace {
	/** As the program names it; it exists. */
	readonly path: string;
	readonly as: "writable" | "readOnly";
	/** A folder that stands in its place. */
	readonly from?: string;
}

export interface Enclosed {
	/** Stands before the program: a program of its own, and its arguments. */
	readonly before: readonly [string, ...string[]];
	readonly env: Readonly<Record<string, string>>;
}

/** Settings of a person for all walls. */
export interface SandboxSettings {
	/** Folders beside the workspace that may be written; a leading `~/` is the home folder. */
	readonly writable: readonly string[];
	/** What stays visible although it holds secrets. */
	readonly readable: readonly string[];
	/** The most memory of one process, in MiB. */
	readonly memoryMb?: number;
	/** The most processes at once. */
	readonly processes: number;
}
