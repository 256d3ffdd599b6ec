/**
 * A program that an agent runs as. It outlives the daemon: everything between it and us lies in its spool, both ways, so
 * that a daemon that takes over reads on where the log stops, and the program never notices.
 */
export interface AgentProcesses {
	/**
	 * The process of this key: started now, or found as an earlier daemon left it, alive or ended. One key is never
	 * started twice. `key` is a folder's name: a thread's id and the number of its process ("t1.1"; when that one has
	 * died, "t1.2"). Rejects with one sentence when the program cannot be started; then nothing of it is left.
	 */
	open(key: string, launch: AgentLaunch): Promise<AgentProcess>;
	/** As an earlier daemon left it; undefined where none was started under this key. Starts nothing. */
	find(key: string): Promise<AgentProcess | undefined>;
	/** Ends what still runs of these and erases their spools. By recorded identity only. */
	forget(keys: readonly string[]): Promise<void>;
}

export interface AgentLaunch {
	/** An absolute path. */
	readonly program: string;
	readonly args: readonly string[];
	/** Its working directory, an absolute path. */
	readonly folder: string;
	/** Stands before the program, so that it starts inside walls: a program, and its arguments. */
	readonly before?: readonly [string, ...string[]];
	/** The whole of it. Never logged, and never in the spool. */
	readonly environment: Readonly<Record<string, string>>;
	/** What stands for something in the lines that are written to it, and what the program reads in its place. Never in the spool. */
	readonly withheld?: Readonly<Record<string, string>>;
}

export interface AgentProcess {
	/** Every whole line that was ever written to it, in order, by whichever daemon. */
	written(): Promise<readonly string[]>;
	/** Appends one line, without a line break in it. Resolves when it is in the spool, in order; rejects once the process has ended. */
	write(line: string): Promise<void>;
	/**
	 * What it prints on standard output, by whole lines, from a byte offset on, as it comes. Ends when the process has ended
	 * and everything was read, or on abort. A line that is too long, or too much that nobody reads, ends the process.
	 */
	lines(from: number, signal: AbortSignal): AsyncIterable<AgentLine>;
	/** Resolves when it has ended, however. Never rejects. */
	readonly ended: Promise<AgentEnd>;
	readonly isAlive: boolean;
	/** Ends the whole group: SIGTERM, and SIGKILL after `graceMs` (default 3,000). Resolves when it is gone. */
	stop(graceMs?: number): Promise<void>;
}

export interface AgentLine {
	/** Without its line break. */
	readonly line: string;
	/** The offset in bytes behind its line break: where to read on. */
	readonly end: number;
}

export interface AgentEnd {
	readonly exitCode?: number;
	/** The name of the signal that ended it. */
	readonly signal?: string;
	/** A daemon ended it, or its relay did because none came for long: it did not die. */
	readonly wasStopped: boolean;
	/** The last lines that it wrote on standard error. */
	readonly errorTail: string;
	/** Why it ended, in a sentence for a person. */
	readonly reason: string;
}
