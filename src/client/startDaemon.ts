import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync, truncateSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Refusal } from "../core/refusal.ts";
import { bothWays, ways } from "../core/ways.ts";
import { copyOfDaemon, newestCopy } from "./daemonCopy.ts";
import { type DaemonFile, processLives, readDaemonFile } from "./daemonFile.ts";
import { makeHome } from "./home.ts";

/** How long a daemon may take until it says where it listens. */
const startTimeoutMs = 15_000;
/** How long after its end a loser waits for the winner to say where it listens, before it is started again. */
const stepAsideMs = 500;
const maxLogBytes = 1024 * 1024;

export interface StartOptions {
	readonly home: string;
	/** The built daemon, `dist/daemon.js`; it is run from a copy. */
	readonly daemonScript: string;
	/** Added to its environment. */
	readonly env?: Readonly<Record<string, string>>;
	/** The file of the daemon that could not be reached, if there was one: a new daemon has another token. */
	readonly before?: DaemonFile;
	readonly signal?: AbortSignal;
}

/**
 * Starts a daemon that outlives this process, and waits until it, or one that another client started meanwhile, says
 * where it listens. Which of two lives is decided by the daemon's own lock: the loser ends with code 0.
 */
export async function startDaemon({ home, daemonScript, env, before, signal }: StartOptions): Promise<DaemonFile> {
	makeHome(home);
	const script = await newestCopy(home, await copyOfDaemon(home, daemonScript));
	const deadline = performance.now() + startTimeoutMs;
	let child = spawnDaemon(home, script, env);
	for (let waitMs = 2; performance.now() < deadline; waitMs = Math.min(waitMs * 1.3, 50)) {
		const file = readDaemonFile(home);
		const { ended } = child;
		if (file && (file.token !== before?.token || ended?.code === 0) && processLives(file.pid)) return file;
		if (ended && ended.code !== 0) throw startFailed(ended.cause?.message ?? child.lastWords());
		// Another daemon holds the folder. When it says nothing of itself it is about to end: this one comes after it.
		if (ended && performance.now() - ended.atMs > stepAsideMs) child = spawnDaemon(home, script, env);
		await sleep(waitMs, undefined, { signal });
	}
	throw startFailed(
		child.ended
			? `another daemon holds ${home}, but it cannot be reached`
			: `it did not say where it listens within ${startTimeoutMs / 1000} s`,
	);
}

interface Child {
	readonly ended?: { readonly code: number | null; readonly cause?: Error; readonly atMs: number };
	/** The line that says why it ended. */
	lastWords(): string;
}

function spawnDaemon(home: string, script: string, env: StartOptions["env"]): Child {
	const log = openLog(path.join(home, "daemon-start.log"));
	let ended: Child["ended"];
	const child = spawn(process.execPath, [script, "run", "--home", home], {
		cwd: home,
		detached: true,
		env: daemonEnvironment({ ...process.env, ...env }, home),
		stdio: ["ignore", log.fd, log.fd],
		windowsHide: true,
	});
	const end = (code: number | null, cause?: Error) => {
		ended ??= { code, cause, atMs: performance.now() };
	};
	child.on("exit", (code) => end(code));
	child.on("error", (cause) => end(null, cause));
	child.unref();
	closeSync(log.fd);
	return {
		get ended() {
			return ended;
		},
		lastWords: log.added,
	};
}

function startFailed(why: string): Refusal {
	return new Refusal(
		"startFailed",
		`The daemon did not start: ${why.trim() || "it ended at once"}. ${bothWays(ways.daemonLog)} show what it does.`,
	);
}

/** What this process was given by an editor or a debugger is not for a daemon that outlives it. */
function daemonEnvironment(env: NodeJS.ProcessEnv, home: string): NodeJS.ProcessEnv {
	const foreign = /^(VSCODE_|ELECTRON_|NODE_OPTIONS$|NODE_CHANNEL_|NODE_V8_COVERAGE$|APPLICATION_INSIGHTS_)/;
	const kept = Object.entries(env).filter(([name]) => !foreign.test(name));
	return { ...Object.fromEntries(kept), MISSION_HOME: home, ELECTRON_RUN_AS_NODE: "1" };
}

/** Where the daemon's first words go, before it has a log of its own; `added` gives the last line since. */
function openLog(file: string): { readonly fd: number; added(): string } {
	if (sizeOf(file) > maxLogBytes) truncateSync(file);
	const from = sizeOf(file);
	return {
		fd: openSync(file, "a", 0o600),
		added: () => {
			const lines = readFileSync(file).subarray(from).toString("utf8").split("\n");
			const spoken = lines.map((line) => line.trim()).filter((line) => line && !/^(at |Node\.js v)/.test(line));
			return (spoken.find((line) => /error/i.test(line)) ?? spoken.at(-1) ?? "").replace(/\.$/, "").slice(0, 500);
		},
	};
}

function sizeOf(file: string): number {
	return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
