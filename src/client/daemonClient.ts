import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isRefusal, Refusal } from "../core/refusal.ts";
import {
	type Input,
	type MethodName,
	type Methods,
	mayRepeat,
	type Notice,
	type Notices,
	type Result,
} from "../protocol/methods.ts";
import type { Connection as ConnectionView } from "../protocol/webview.ts";
import type { ClientOptions } from "./clientOptions.ts";
import { type Connection, openConnection } from "./connection.ts";
import { type DaemonFile, processLives, readDaemonFile } from "./daemonFile.ts";
import { asFailure, messageOf, noDaemon } from "./failure.ts";
import { handsOver } from "./handOver.ts";
import { startDaemon } from "./startDaemon.ts";

/**
 * One client of one data folder's daemon, for as long as its owner lives: it finds the daemon or starts it, and comes
 * back whenever the connection breaks. Connecting and coming back are the same loop.
 */
export interface DaemonClient {
	/** Waits for the connection, a bounded time. A request that may have been carried out is not repeated by itself. */
	request<M extends MethodName>(
		method: M,
		params: Input<Methods, M>,
		options?: RequestOptions,
	): Promise<Result<Methods, M>>;
	onNotice<K extends keyof Notices>(name: K, listener: (params: Notice<Notices, K>) => void): () => void;
	readonly state: ConnectionView["state"];
	/** When the daemon was last heard, ISO 8601. */
	readonly lastSeen?: string;
	/** Why there is no connection, in a sentence. */
	readonly failure?: Refusal;
	onState(listener: (state: ConnectionView["state"]) => void): () => void;
	/** Starts a daemon if none lives, whatever `start` says, or tries again at once. */
	start(): void;
	/** Where a listener's bug goes: into the log, whole. */
	report(cause: unknown): void;
	close(): void;
}

export interface RequestOptions {
	/** Never send it over a second connection, even if that would do no harm. */
	readonly once?: boolean;
	/** How long to wait for a connection. */
	readonly connectTimeoutMs?: number;
}

const firstDelayMs = 50;
const lastDelayMs = 5_000;
/** While no daemon is meant to run, how often to look whether one does. */
const lookEveryMs = 1_000;
const connectTimeoutMs = 20_000;
/** What a daemon dies of, the next one dies of, too; one that ends in order closes once. */
const maxTries = 4;

interface Waiter {
	resolve(connection: Connection): void;
	reject(cause: unknown): void;
}

export function openClient(options: ClientOptions): DaemonClient {
	const ending = new AbortController();
	const noticeListeners = new Map<keyof Notices, Set<(params: never) => void>>();
	const stateListeners = new Set<(state: ConnectionView["state"]) => void>();
	const waiters = new Set<Waiter>();
	let state: ConnectionView["state"] = "connecting";
	let lastSeen: string | undefined;
	let failure: Refusal | undefined;
	let live: Connection | undefined;
	let wake = new AbortController();
	/** `start()` was called: it counts even where clients do not start daemons by themselves. */
	let wanted = false;

	const setState = (next: ConnectionView["state"]) => {
		if (state === next) return;
		state = next;
		tell(stateListeners, next);
	};

	function report(cause: unknown): void {
		options.log("error", `A listener failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : cause}`);
	}

	function tell<T>(listeners: Iterable<(value: T) => void>, value: T): void {
		for (const listener of [...listeners]) {
			try {
				listener(value);
			} catch (cause) {
				report(cause);
			}
		}
	}

	const events = {
		onNotice<K extends keyof Notices>(name: K, params: Notice<Notices, K>) {
			if (ending.signal.aborted) return;
			tell((noticeListeners.get(name) ?? []) as Iterable<(value: Notice<Notices, K>) => void>, params);
		},
		onHeard() {
			lastSeen = new Date().toISOString();
		},
		report(cause: unknown) {
			options.log("warn", cause instanceof Error ? cause.message : String(cause));
		},
	};

	/** Nothing when no daemon lives and none is to be started. */
	async function reach(isFirst: boolean): Promise<Connection | undefined> {
		const file = readDaemonFile(options.home);
		if (file) {
			try {
				const connection = await openConnection(file, options.actor, events, options.models);
				if (options.start === "never" || !(await handsOver(connection, options))) return connection;
				return await startAnew(file);
			} catch (cause) {
				if (saidNo(cause, file)) throw cause;
				options.log("debug", `No daemon answers on port ${file.port}: ${messageOf(cause)}`);
			}
		}
		// A file without a daemon is what a daemon that was cut off leaves behind; one that ends in order takes it away,
		// perhaps just now.
		const wasCutOff = file !== undefined && readDaemonFile(options.home) !== undefined;
		if (!mayStart(isFirst, wasCutOff)) return undefined;
		return startAnew(file);
	}

	async function startAnew(before: DaemonFile | undefined): Promise<Connection> {
		const { home, daemonScript, env } = options;
		const started = await startDaemon({ home, daemonScript, env, before, signal: ending.signal });
		options.log("info", `The daemon runs as process ${started.pid}.`);
		return await openConnection(started, options.actor, events, options.models);
	}

	/** It lives, and a new one would fare no better. */
	function saidNo(cause: unknown, file: DaemonFile): boolean {
		if (!isRefusal(cause) || cause.code === "closed") return false;
		if (cause.code !== "unauthorized" && cause.code !== "unreachable") return true;
		// After a crash another program may listen on the same port.
		return processLives(file.pid) && readDaemonFile(options.home)?.token === file.token;
	}

	function mayStart(isFirst: boolean, wasCutOff: boolean): boolean {
		if (wanted) return true;
		if (options.start === "never") return false;
		if (waiters.size > 0) return true;
		if (failure?.code === "startFailed") return false;
		return wasCutOff || (isFirst && (options.start === "always" || keepsGoals(options.home)));
	}

	async function run(): Promise<void> {
		let delayMs = firstDelayMs;
		for (let isFirst = true; !ending.signal.aborted; isFirst = false) {
			wake = new AbortController();
			try {
				live = await reach(isFirst);
				failure = live ? undefined : noDaemon();
			} catch (cause) {
				live = undefined;
				failure = asFailure(cause);
			}
			wanted = false;
			if (ending.signal.aborted) break;
			if (live) {
				delayMs = firstDelayMs;
				options.log("info", `Connected to the daemon, version ${live.hello.version}, process ${live.hello.pid}.`);
				settle((waiter) => live && waiter.resolve(live));
				setState("connected");
				await live.closed;
				live = undefined;
				if (ending.signal.aborted) break;
				setState("connecting");
				options.log("info", "The connection to the daemon is gone.");
				await pause(firstDelayMs);
				continue;
			}
			// A request that came while this try was under way gets one of its own.
			const isFinal =
				failure && failure.code !== "closed" && (failure.code !== "noDaemon" || options.start === "never");
			if (isFinal) settle((waiter) => waiter.reject(failure));
			setState(failure?.code === "noDaemon" || failure?.code === "startFailed" ? "stopped" : "connecting");
			if (failure && failure.code !== "noDaemon") options.log("warn", failure.message);
			await pause(state === "stopped" ? Math.min(delayMs, lookEveryMs) : delayMs);
			delayMs = Math.min(delayMs * 2, lastDelayMs);
		}
		live?.close();
		settle((waiter) => waiter.reject(new Refusal("closed", "The client was closed.")));
	}

	function settle(how: (waiter: Waiter) => void): void {
		const all = [...waiters];
		waiters.clear();
		for (const waiter of all) how(waiter);
	}

	/** Ends early when a caller asks for a daemon. */
	async function pause(ms: number): Promise<void> {
		const delayMs = waiters.size > 0 ? Math.min(ms, firstDelayMs) : ms;
		const signal = AbortSignal.any([wake.signal, ending.signal]);
		// Spread, so that several windows do not come back in step.
		await sleep(delayMs * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
	}

	function connected(timeoutMs: number): Promise<Connection> {
		if (live && state === "connected") return Promise.resolve(live);
		if (ending.signal.aborted) return Promise.reject(new Refusal("closed", "The client was closed."));
		return new Promise((resolve, reject) => {
			const late = setTimeout(() => {
				waiters.delete(waiter);
				reject(failure ?? new Refusal("unreachable", "The daemon could not be reached in time; try again."));
			}, timeoutMs);
			const waiter: Waiter = {
				resolve(connection) {
					clearTimeout(late);
					resolve(connection);
				},
				reject(cause) {
					clearTimeout(late);
					reject(cause);
				},
			};
			waiters.add(waiter);
			if (state === "stopped") setState("connecting");
			wake.abort();
		});
	}

	void run().catch((cause) => options.log("error", `The client failed: ${messageOf(cause)}`));

	return {
		async request(method, params, { once = false, connectTimeoutMs: timeoutMs = connectTimeoutMs } = {}) {
			for (let tries = 1; ; tries++) {
				const connection = await connected(timeoutMs);
				try {
					return await connection.request(method, params);
				} catch (cause) {
					if (!isRefusal(cause) || cause.code !== "closed") throw cause;
					if (ending.signal.aborted || once) throw cause;
					if (!mayRepeat(method, params)) {
						throw new Refusal(
							"closed",
							`The daemon went away before it answered ${method}, so it may or may not have been done. Look, then ask again.`,
						);
					}
					if (tries === maxTries)
						throw new Refusal(
							"closed",
							`The daemon went away ${maxTries} times before it answered ${method}. Its log says why: ${path.join(options.home, "daemon.log")}.`,
						);
					// The loop above notices the same close; until it has, this connection is not handed out again.
					if (live === connection) live = undefined;
				}
			}
		},
		onNotice(name, listener) {
			const listeners = noticeListeners.get(name) ?? new Set();
			noticeListeners.set(name, listeners);
			listeners.add(listener as (params: never) => void);
			return () => void listeners.delete(listener as (params: never) => void);
		},
		get state() {
			return state;
		},
		get lastSeen() {
			return lastSeen;
		},
		get failure() {
			return failure;
		},
		onState(listener) {
			stateListeners.add(listener);
			return () => void stateListeners.delete(listener);
		},
		start() {
			wanted = true;
			if (state === "stopped") setState("connecting");
			wake.abort();
		},
		report,
		close() {
			ending.abort();
			noticeListeners.clear();
			stateListeners.clear();
			live?.close();
			state = "stopped";
		},
	};
}

/** Whether a goal was ever launched here. */
function keepsGoals(home: string): boolean {
	return existsSync(path.join(home, "store", "events.db"));
}
