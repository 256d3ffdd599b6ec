import { endBaselineChecks } from "../baseline/check.ts";
import type { Commands } from "../commands/commands.ts";
import { crashPoint } from "../platform/crashPoint.ts";
import type { Log } from "../platform/ports.ts";

/** How the daemon ends, once, whoever asks for it and how often. */
export interface Shutdown {
	isUnderWay(): boolean;
	/** Resolves with the names of commands that go on. Turns under way get `turnsMs` to end by themselves. */
	begin(now: boolean, turnsMs?: number): Promise<readonly string[]>;
}

export interface ShutdownParts {
	readonly log: Log;
	readonly commands: Commands;
	readonly agentProcesses: { stopAll(): Promise<void> };
	/** No client finds the daemon any more, and nothing ends it a second time. */
	withdraw(): void;
	/** Nothing new begins. Resolves when what was under way has ended or is left to the next daemon. */
	drain(turnsMs: number): Promise<void>;
	/** Ends everything that was made. */
	close(): Promise<void>;
}

/** Time for the answer to whoever asked. */
const answerMs = 50;

/** Nothing new begins; commands and agents' programs go on under their runners, and are followed by the next daemon. */
export function openShutdown({ log, commands, agentProcesses, withdraw, drain, close }: ShutdownParts): Shutdown {
	let running: Promise<readonly string[]> | undefined;

	async function shutDown(now: boolean, turnsMs: number): Promise<readonly string[]> {
		log.info(now ? "stopping now" : turnsMs > 0 ? "making way for a newer daemon" : "stopping");
		withdraw();
		// In this order: what a command that ended leads to is for the next daemon.
		await drain(turnsMs);
		crashPoint("stop.drained");
		await endBaselineChecks(commands, "own").catch((cause) =>
			log.warn("A check of a launch form could not be ended", cause),
		);
		const left = await commands.running();
		if (now) await Promise.all([agentProcesses.stopAll(), ...left.map((id) => commands.stop(id))]);
		setTimeout(() => void close(), answerMs);
		return now ? [] : left;
	}

	return {
		isUnderWay: () => running !== undefined,
		begin(now, turnsMs = 0) {
			running ??= shutDown(now, turnsMs);
			return running;
		},
	};
}
