import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonClient, openClient } from "../../src/client/daemonClient.ts";
import { type DaemonFile, readDaemonFile } from "../../src/client/daemonFile.ts";
import type { GoalId } from "../../src/core/ids.ts";
import type { GoalView } from "../../src/protocol/view.ts";

/** The built daemon in a process and a data folder of its own. */
export interface DaemonProcess {
	readonly home: string;
	readonly file: DaemonFile;
	readonly client: DaemonClient;
	readonly process: ChildProcess;
	/** What it wrote to its standard error. */
	words(): string;
	/** Ends it with SIGKILL and starts another on the same folder. */
	restart(): Promise<DaemonProcess>;
	/** Resolves with the exit code. */
	ended(): Promise<number | null>;
	close(): Promise<void>;
}

export const daemonScript = path.join(__dirname, "../../dist/daemon.js");

export interface DaemonOptions {
	readonly home?: string;
	readonly env?: Record<string, string>;
	readonly args?: readonly string[];
	/** Another build of the daemon. */
	readonly script?: string;
}

export async function startDaemonProcess(options: DaemonOptions = {}): Promise<DaemonProcess> {
	const home = options.home ?? mkdtempSync(path.join(os.tmpdir(), "mission-home-"));
	const spawned = spawnDaemon({ ...options, home });
	const file = await untilReady(home, spawned);
	const client = openClient({ home, daemonScript, actor: { client: "test" }, start: "never", log() {} });
	const exit = new Promise<number | null>((resolve) => spawned.process.once("exit", resolve));
	return {
		home,
		file,
		client,
		process: spawned.process,
		words: spawned.words,
		async restart() {
			client.close();
			spawned.process.kill("SIGKILL");
			await exit;
			return startDaemonProcess({ ...options, home });
		},
		ended: () => exit,
		async close() {
			client.close();
			if (spawned.process.exitCode === null && spawned.process.signalCode === null) spawned.process.kill("SIGTERM");
			await Promise.race([exit, sleep(30_000, undefined, { ref: false }).then(() => spawned.process.kill("SIGKILL"))]);
			await exit;
			rmSync(home, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

export function spawnDaemon({
	home,
	env,
	args = ["--idle-seconds", "600"],
	script = daemonScript,
}: DaemonOptions & { readonly home: string }) {
	const child = spawn(process.execPath, [script, "run", "--home", home, ...args], {
		env: { ...process.env, ...env },
		stdio: ["ignore", "ignore", "pipe"],
	});
	let said = "";
	child.stderr.on("data", (chunk) => {
		said += String(chunk);
	});
	return { process: child, words: () => said };
}

async function untilReady(
	home: string,
	{ process: child, words }: ReturnType<typeof spawnDaemon>,
): Promise<DaemonFile> {
	for (let tries = 0; tries < 4500; tries++) {
		const file = readDaemonFile(home);
		if (file && file.pid === child.pid) return file;
		if (child.exitCode !== null) throw new Error(`the daemon ended with code ${child.exitCode}: ${words()}`);
		await sleep(10);
	}
	throw new Error(`the daemon did not start: ${words()}`);
}

/** A new empty folder for a goal to work in, removed by `remove`. */
export function newWorkspace(): { readonly folder: string; remove(): void } {
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-ws-"));
	return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Waits until the goal is in one of these states. */
export async function untilState(
	client: DaemonClient,
	goalId: GoalId,
	states: readonly string[],
	timeoutMs = 45_000,
): Promise<GoalView> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const goal = await client.request("goal/get", { goalId });
		if (states.includes(goal.state)) return goal;
		if (Date.now() > deadline)
			throw new Error(`the goal is ${goal.state} and not ${states.join(" or ")}: ${goal.stateReason}`);
		await sleep(20);
	}
}
