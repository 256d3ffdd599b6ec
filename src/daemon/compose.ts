import { createHash, randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import type { Goal } from "../core/goal.ts";
import { configNotes } from "../protocol/config.ts";
import { protocolVersion } from "../protocol/methods.ts";
import { openAgents } from "./agents/agents.ts";
import { endBaselineChecks } from "./baseline/check.ts";
import type { Changes } from "./changes/changes.ts";
import { openChanges } from "./changes/openChanges.ts";
import { commandEnvironment } from "./commands/commandEnvironment.ts";
import { openCommands } from "./commands/commands.ts";
import { tracedCommands } from "./commands/tracedCommands.ts";
import { openConfig } from "./config/liveConfig.ts";
import { openDossiers } from "./dossier/dossier.ts";
import { createRedaction } from "./dossier/redact.ts";
import { openSupervisor } from "./engine/supervisor.ts";
import { tracedPerform } from "./engine/tracedPerform.ts";
import { eraseGoal } from "./erase/eraseGoal.ts";
import { openHandedKeys } from "./keys/handedKeys.ts";
import { performWith } from "./perform/perform.ts";
import { crashPoint } from "./platform/crashPoint.ts";
import { openFileContents } from "./platform/fileContents.ts";
import { openLog, parseLogLevel } from "./platform/log.ts";
import type { Clock, Log, NewId } from "./platform/ports.ts";
import { traceOf } from "./platform/trace.ts";
import { readFolderIdentity } from "./policy/folderIdentity.ts";
import { openGoalFiles } from "./policy/goalFiles.ts";
import { openStandingGrants } from "./policy/standingGrants.ts";
import { openPresets } from "./presets/presets.ts";
import type { Begun } from "./process/begin.ts";
import { isHeld } from "./process/lock.ts";
import { openAnsweredApprovals } from "./store/answeredApprovals.ts";
import { openChangedFiles } from "./store/changedFiles.ts";
import { openSqliteStore } from "./store/sqliteStore.ts";
import { tracedStore } from "./store/tracedStore.ts";
import { createTools } from "./tools/tools.ts";
import { serveClient } from "./wire/client.ts";
import { openDeltas } from "./wire/deltas.ts";
import { openWireServer } from "./wire/server.ts";
import type { Services } from "./wire/services.ts";

/** The daemon, put together: the only place where its parts are made and joined. What is made here is ended here. */
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

const idleCheckMs = 1000;
const prepareAfterMs = 50;

/** Resolves with undefined when another daemon took the folder over meanwhile. */
export async function openDaemon({ begun, version, env, idleMs }: DaemonOptions): Promise<Daemon | undefined> {
	const { home, lock, storeFolder, storeThread } = begun;
	let finished = () => {};
	let failed = (_cause: Error) => {};
	const stopped = new Promise<void>((resolve, reject) => {
		finished = resolve;
		failed = reject;
	});
	stopped.catch(() => undefined);
	const opening = openSqliteStore({
		folder: storeFolder,
		owner: lock.owner,
		workerFactory: () => storeThread,
		onLost: (why) => fail(`The store's worker is gone (${why}).`),
	});
	opening.catch(() => undefined);
	const config = openConfig(home, env, Date.now);
	const { keys } = config;
	const level = parseLogLevel(env.MISSION_LOG);
	const log = openLog(path.join(home, "daemon.log"), level, keys.redact);
	const trace = traceOf(log, level === "trace");
	const warnOfConfig = () => {
		for (const note of configNotes(config.state())) log.warn(note);
	};
	warnOfConfig();
	const clock: Clock = { now: () => Date.now() };
	const newId: NewId = <T extends string>(prefix: string) => `${prefix}-${randomBytes(8).toString("hex")}` as T;
	const ownCommands = openCommands({ folder: path.join(home, "commands") });
	const commands = trace ? tracedCommands(ownCommands, trace) : ownCommands;
	const agents = openAgents({ config, log, trace, env });
	config.onChange((isOther) => {
		log.info(`config.jsonc was read again${isOther ? "" : "; the settings from before hold"}`);
		warnOfConfig();
		if (isOther) agents.configChanged();
	});
	const opened = await opening;
	const store = trace ? tracedStore(opened, trace) : opened;
	const changedFiles = openChangedFiles(store);
	const answeredApprovals = openAnsweredApprovals(store);
	const goalFiles = openGoalFiles(store);
	const repositories = shadowRepositories(home, log);
	const deltas = openDeltas();
	const startedAt = new Date().toISOString();
	const grants = openStandingGrants(path.join(home, "grants.json"), (problem) => log.warn(problem));
	const perform = performWith({
		clock,
		newId,
		log,
		commands,
		tools: createTools(env),
		get delegateDepth() {
			return config.limits.delegateDepth;
		},
		get delegatesPerThread() {
			return config.limits.delegatesPerThread;
		},
		agentFor: agents.agentFor,
		windowOf: agents.windowOf,
		changes: (goal) => repositories.of(goal),
		contents: openFileContents(),
		goalFiles,
		folderNow: readFolderIdentity,
		listChanges: changedFiles.list,
		environment: commandEnvironment(env),
		dataFolder: home,
		get commandTimeoutMs() {
			return config.limits.commandTimeoutMs;
		},
		get silenceMs() {
			return config.limits.silenceMs;
		},
		standingGrants: grants.of,
		onDelta: deltas.push,
	});
	const supervisor = openSupervisor(store, {
		clock,
		newId,
		log,
		limits: {
			// As they are when they are looked at: the file may change.
			get parallelSteps() {
				return config.limits.parallelSteps;
			},
			get delegatesAtOnce() {
				return config.limits.delegatesAtOnce;
			},
			get replans() {
				return config.limits.replans;
			},
			priceOf: agents.priceOf,
			windowOf: agents.windowOf,
		},
		parallelGoals: () => config.limits.parallelGoals,
		perform: trace ? tracedPerform(perform, trace) : perform,
		onLost: (cause) => fail(cause.message),
	});
	await supervisor.start();
	crashPoint("start.takenUp");

	let stopping: Promise<readonly string[]> | undefined;
	let idleSince = Date.now();

	const services: Services = {
		supervisor,
		store,
		changedFiles,
		answeredApprovals,
		goalFiles,
		dossiers: openDossiers(store, createRedaction({ keys: keys.redact, env, homes: homeFolders(env) })),
		presets: openPresets(home),
		clock,
		newId,
		about: { version, startedAt, folder: home },
		config,
		isListed: agents.isListed,
		isProvider: agents.isProvider,
		listedModels: agents.listedModels,
		listProviders: agents.listProviders,
		effortProblem: agents.effortProblem,
		priceOf: agents.priceOf,
		keys: openHandedKeys({ agents, keys, supervisor, log }),
		baseline: {
			commands,
			env,
			environment: commandEnvironment(env),
			dataFolder: home,
			get timeoutMs() {
				return config.limits.commandTimeoutMs;
			},
		},
		changes: (goal) => repositories.of(goal),
		folderNow: readFolderIdentity,
		grants,
		onDelta: deltas.listen,
		clients: () => server.clients(),
		draining: () => stopping !== undefined,
		stop,
	};
	const token = randomBytes(32).toString("hex");
	const server = await openWireServer({
		token,
		log,
		onClient: (socket) => serveClient(socket, services, log, trace),
		onGone: () => {
			idleSince = Date.now();
		},
	});
	if (!isHeld(lock)) return undefined;
	writeDaemonFile(home, { pid: process.pid, port: server.port, token, version, protocol: protocolVersion, startedAt });
	log.info(`daemon ${version} listens on port ${server.port}`);
	// Only now, because it takes 50 ms: whoever started the daemon is waiting for it to listen.
	setTimeout(agents.prepare, prepareAfterMs).unref();
	setTimeout(() => void endBaselineChecks(commands, "earlier").catch(() => undefined), prepareAfterMs).unref();
	void eraseDeleted(services, log);

	const idle = setInterval(
		() => {
			if (server.clients() > 0 || supervisor.active() > 0) idleSince = Date.now();
			else if (Date.now() - idleSince >= idleMs) void stop(false);
		},
		Math.min(idleCheckMs, idleMs),
	);

	return { stopped, stop, fail };

	function fail(why: string, cause?: unknown): void {
		log.error(`The daemon cannot go on, so it ends. ${why}`, cause);
		removeDaemonFile(home);
		failed(new Error(why));
	}

	function stop(now: boolean, turnsMs = 0): Promise<readonly string[]> {
		stopping ??= shutDown(now, turnsMs);
		return stopping;
	}

	/** Nothing new begins; commands under way go on under their runner, and are followed by the next daemon. */
	async function shutDown(now: boolean, turnsMs: number): Promise<readonly string[]> {
		log.info(now ? "stopping now" : turnsMs > 0 ? "making way for a newer daemon" : "stopping");
		clearInterval(idle);
		removeDaemonFile(home);
		// In this order: what a command that ended leads to is for the next daemon.
		await supervisor.close(turnsMs);
		crashPoint("stop.drained");
		await endBaselineChecks(commands, "own").catch((cause) =>
			log.warn("A check of a launch form could not be ended", cause),
		);
		const running = await commands.running();
		if (now) await Promise.all(running.map((id) => commands.stop(id)));
		// The answer to whoever asked goes out first.
		setImmediate(() => void end());
		return now ? [] : running;
	}

	async function end(): Promise<void> {
		await new Promise((resolve) => setTimeout(resolve, 50));
		await server.close();
		agents.close();
		config.close();
		await repositories.close();
		await store.close();
		lock.release();
		log.info("stopped");
		finished();
	}
}

/** An erasure that a crash cut short is repeated. */
async function eraseDeleted(services: Services, log: Log): Promise<void> {
	for (const goalId of services.supervisor.deleted()) {
		await eraseGoal(services, goalId).catch((cause) => log.warn(`${goalId} could not be erased`, cause));
	}
}

/** As paths begin with them, whichever way a program asks. */
function homeFolders(env: NodeJS.ProcessEnv): string[] {
	return [homedir(), env.HOME, env.USERPROFILE].filter((folder) => folder !== undefined);
}

/** Written whole or not at all, and readable by its owner alone: it holds the token. */
function writeDaemonFile(home: string, content: object): void {
	const file = path.join(home, "daemon.json");
	writeFileSync(`${file}.new`, JSON.stringify(content), { mode: 0o600 });
	renameSync(`${file}.new`, file);
}

/** Another daemon's, which has taken the folder over, stays. */
function removeDaemonFile(home: string): void {
	const file = path.join(home, "daemon.json");
	try {
		const { pid } = JSON.parse(readFileSync(file, "utf8")) as { pid?: number };
		if (pid === process.pid) rmSync(file, { force: true });
	} catch {
		// There is none.
	}
}

/** One shadow repository a workspace, shared by its goals. */
function shadowRepositories(home: string, log: Log) {
	const opened = new Map<string, Promise<Changes | { readonly unavailable: string }>>();
	return {
		of({ workspace }: Goal) {
			const known = opened.get(workspace);
			if (known) return known;
			const name = createHash("sha256").update(workspace).digest("hex").slice(0, 16);
			const opening = openChanges({ workspace, folder: path.join(home, "changes", name), exclude: [home] });
			opened.set(workspace, opening);
			opening.catch(() => opened.delete(workspace));
			return opening;
		},
		async close() {
			for (const opening of opened.values()) {
				const changes = await opening.catch(() => undefined);
				if (!changes || "unavailable" in changes) continue;
				await changes.pack().catch((cause) => log.debug(`packing: ${String(cause)}`));
				await changes.close();
			}
		},
	};
}
