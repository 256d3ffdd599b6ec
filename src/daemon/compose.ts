import { randomBytes } from "node:crypto";
import path from "node:path";
import { configNotes } from "../protocol/config.ts";
import { protocolVersion } from "../protocol/methods.ts";
import { endBaselineChecks } from "./baseline/check.ts";
import { composeEngine } from "./composeEngine.ts";
import { composeParts } from "./composeParts.ts";
import { composeServices } from "./composeServices.ts";
import { type LiveConfig, openConfig } from "./config/liveConfig.ts";
import { watchAgentsLeft } from "./erase/agentsLeft.ts";
import { eraseDeleted } from "./erase/eraseGoal.ts";
import { crashPoint } from "./platform/crashPoint.ts";
import { openLog, parseLogLevel } from "./platform/log.ts";
import type { Log } from "./platform/ports.ts";
import type { Begun } from "./process/begin.ts";
import { removeDaemonFile, writeDaemonFile } from "./process/daemonFile.ts";
import { watchIdle } from "./process/idle.ts";
import { isHeld } from "./process/lock.ts";
import { openShutdown } from "./process/shutDown.ts";
import { openStore } from "./store/openStore.ts";
import { serveClient } from "./wire/client.ts";
import { openWireServer } from "./wire/server.ts";

/**
 * The daemon, put together: parts are made and joined here and in the files beside it that
 * begin with compose, nowhere else. What is
 * made here is ended here.
 */
export interface Daemon {
	/** Resolves when the daemon has stopped, by request or because nothing was left to do. Rejects when it cannot go on. */
	readonly stopped: Promise<void>;
	stop(now: boolean): Promise<readonly string[]>;
	/** Ends at once, with a line in the log: nothing is lost, and whoever connects next starts another. */
	fail(why: string, cause?: unknown): void;
}

export interface DaemonOptions {
	readonly begun: Begun;
	readonly version: string;
	readonly env: NodeJS.ProcessEnv;
	/** With no client and nothing to do the daemon ends after this long. */
	readonly idleMs: number;
}

const prepareAfterMs = 50;

/** Resolves with undefined when another daemon took the folder over meanwhile. */
export async function openDaemon({ begun, version, env, idleMs }: DaemonOptions): Promise<Daemon | undefined> {
	const { home, lock } = begun;
	let finished = () => {};
	let failed = (_cause: Error) => {};
	const stopped = new Promise<void>((resolve, reject) => {
		finished = resolve;
		failed = reject;
	});
	stopped.catch(() => undefined);
	const startedAt = new Date().toISOString();
	const opening = openStore(begun.store, { owner: lock.owner, onLost: (why) => fail(why) });
	opening.catch(() => undefined);
	const config = openConfig(home, env, Date.now);
	const level = parseLogLevel(env.MISSION_LOG);
	const log = openLog(path.join(home, "daemon.log"), level, config.keys.redact);
	tellOfConfig(config, log);
	const parts = await composeParts({ version, home, env, config, log, isTraced: level === "trace", opening });
	const { trace, commands, agents, agentProcesses, store, repositories } = parts;
	config.onChange((isOther) => isOther && agents.configChanged());
	const supervisor = composeEngine(parts, (cause) => fail(cause.message));
	await supervisor.start();
	const agentsLeft = watchAgentsLeft({ processes: agentProcesses, supervisor, log });
	crashPoint("start.takenUp");

	const shutdown = openShutdown({
		log,
		commands,
		agentProcesses,
		withdraw() {
			idle.stop();
			removeDaemonFile(home);
		},
		drain: (turnsMs) => supervisor.close(turnsMs),
		close,
	});
	const services = composeServices(parts, supervisor, agentsLeft, {
		version,
		startedAt,
		clients: () => server.clients(),
		draining: shutdown.isUnderWay,
		stop: shutdown.begin,
	});
	const token = randomBytes(32).toString("hex");
	const server = await openWireServer({
		token,
		log,
		onClient: (socket) => serveClient(socket, services, log, trace),
		onGone: () => idle.used(),
	});
	const idle = watchIdle({
		idleMs,
		isInUse: () => server.clients() > 0 || supervisor.active() > 0,
		end: () => void shutdown.begin(false),
	});
	if (!isHeld(lock)) return undefined;
	writeDaemonFile(home, { pid: process.pid, port: server.port, token, version, protocol: protocolVersion, startedAt });
	log.info(`daemon ${version} listens on port ${server.port}`);
	// Only now, because it takes 50 ms: whoever started the daemon is waiting for it to listen.
	setTimeout(agents.prepare, prepareAfterMs).unref();
	setTimeout(() => void endBaselineChecks(commands, "earlier").catch(() => undefined), prepareAfterMs).unref();
	void eraseDeleted(services, log);
	return { stopped, stop: shutdown.begin, fail };

	function fail(why: string, cause?: unknown): void {
		log.error(`The daemon cannot go on, so it ends. ${why}`, cause);
		removeDaemonFile(home);
		failed(new Error(why));
	}

	async function close(): Promise<void> {
		await server.close();
		agentsLeft.close();
		agents.close();
		agentProcesses.close();
		await parts.mcp.close();
		config.close();
		await repositories.close();
		await store.close();
		lock.release();
		log.info("stopped");
		finished();
	}
}

/** What is wrong in config.jsonc, now and each time that it is read again. */
function tellOfConfig(config: LiveConfig, log: Log): void {
	const warn = () => {
		for (const note of configNotes(config.state())) log.warn(note);
	};
	warn();
	config.onChange((isOther) => {
		log.info(`config.jsonc was read again${isOther ? "" : "; the settings from before hold"}`);
		warn();
	});
}
