import { noSandbox } from "../policy/sandbox/none.ts";
import type { Sandbox } from "../policy/sandbox/sandbox.ts";
import type { CommandOutcome, CommandSpec, RunOptions } from "./command.ts";
import { forgetCommand } from "./forgetCommand.ts";
import { runCommand } from "./runCommand.ts";
import { openSpools, runningCommands } from "./spool.ts";
import { stopCommand } from "./stopCommand.ts";

/**
 * Commands that outlive the daemon. A command runs under a small runner of its own (posixRunner.ts, windowsRunner.ts)
 * that notes in a spool folder that the command has begun, what it printed and how it ended. So `run` with the same id
 * means the same command for ever: a daemon that was killed starts what never began, reads what has finished and
 * follows what still runs. Nothing is executed twice.
 */
export interface Commands {
	/**
	 * Runs the command once and resolves with how it ended. The intent must be durable before this is called.
	 * When `signal` aborts, following ends and the promise rejects with its reason; the command goes on, and its runner
	 * keeps the time limit. `onOutput` gets the output as it comes, as text, up to `maxBytes`.
	 */
	run(spec: CommandSpec, options?: RunOptions): Promise<CommandOutcome>;
	/** Ends the command and all its processes: SIGTERM, and SIGKILL after `graceMs` (default 3,000). Nothing if it is over. */
	stop(id: string, graceMs?: number): Promise<void>;
	/** Ids of the commands that run now, also those that an earlier daemon started. */
	running(): Promise<readonly string[]>;
	/** Removes what is kept of a command. Call when its outcome is recorded. A file that an outcome names as `path` stays. */
	forget(id: string): Promise<void>;
}

export interface CommandsOptions {
	/** Where they are kept; created when missing. */
	readonly folder: string;
	/** What those are started in that ask for it. */
	readonly sandbox?: Sandbox;
}

export function openCommands({
	folder,
	sandbox = noSandbox("This part of the daemon has no sandbox."),
}: CommandsOptions): Commands {
	const spools = openSpools(folder);
	const inHand = new Map<string, Promise<unknown>>();

	/** Two calls for one id in one daemon: the second waits, and then finds what the first has done. */
	async function run(spec: CommandSpec, options: RunOptions = {}): Promise<CommandOutcome> {
		for (;;) {
			const before = inHand.get(spec.id);
			if (before === undefined) break;
			await unlessAborted(before, options.signal);
		}
		const outcome = runCommand(spools, sandbox, spec, options);
		inHand.set(spec.id, outcome);
		try {
			return await outcome;
		} finally {
			inHand.delete(spec.id);
		}
	}

	return {
		run,
		stop: (id, graceMs = 3000) => stopCommand(spools, id, graceMs),
		running: () => runningCommands(spools),
		forget: (id) => forgetCommand(spools, id),
	};
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
	signal?.throwIfAborted();
	let abort = () => {};
	const aborted = new Promise<never>((_resolve, reject) => {
		abort = () => reject(signal?.reason);
	});
	signal?.addEventListener("abort", abort);
	try {
		await Promise.race([work.catch(() => {}), aborted]);
	} finally {
		signal?.removeEventListener("abort", abort);
	}
}
