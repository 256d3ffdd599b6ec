import { type ChildProcess, spawn } from "node:child_process";
import { close, fsync, mkdirSync, open, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { crashPoint } from "../platform/crashPoint.ts";
import { findProgram } from "../platform/findProgram.ts";
import type { Enclosed } from "../policy/sandbox/sandbox.ts";
import type { CommandSpec } from "./command.ts";
import { identify } from "./processIdentity.ts";
import type { Spools } from "./spool.ts";
import { windowsRunner } from "./windowsRunner.ts";

/** `before` stands before the shell: a program and its arguments. */
export type RunnerSpec = CommandSpec & Partial<Pick<Enclosed, "before">>;

/** A runner that this daemon started, as long as the daemon holds its line of life. */
export interface Runner {
	readonly path: string;
	readonly pid: number;
	/** Resolves when the runner's process has ended. */
	readonly ended: Promise<void>;
	/**
	 * Calls back with each notice of the runner: "x" when the shell has exited, "d" when the output is complete.
	 * The function returned ends that.
	 */
	onNotice(listener: (notice: string) => void): () => void;
	/** Ends the command for its time limit, or what it left behind. */
	order(order: "limit" | "close"): void;
	/** Lets go: from now on the runner looks after itself. */
	release(): void;
}

/**
 * Makes the spool at `path` and starts its command's runner in it. Resolves with undefined when the spool is there
 * already. Rejects when nothing could be started; then nothing ever will be in this spool.
 *
 * The spool's name is on the disk before the command begins, so that after a power cut a missing spool means that the
 * command never began. That takes one fsync, which goes on while the shell starts; the runner waits for our "go".
 */
export async function startRunner(spools: Spools, spec: RunnerSpec, path: string): Promise<Runner | undefined> {
	try {
		mkdirSync(path, { mode: 0o700 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
		throw error;
	}
	crashPoint("spool.made");
	const durable = syncFolder(spools.current);
	durable.catch(() => {});
	let child: ChildProcess | undefined;
	try {
		child = process.platform === "win32" ? spawnOnWindows(path, spec) : spawnOnPosix(spools, path, spec);
		return await letGo(path, child, durable);
	} catch (error) {
		// Without our "go" the runner never passes the gate.
		lifelineOf(child)?.destroy();
		throw error;
	}
}

async function letGo(path: string, child: ChildProcess, durable: Promise<void>): Promise<Runner> {
	const ended = new Promise<void>((resolve, reject) => {
		child.once("exit", () => resolve());
		child.once("error", reject);
	});
	ended.catch(() => {});
	const lifeline = lifelineOf(child);
	lifeline?.on("error", () => {}); // The runner is gone, and its exit tells.
	const pid = child.pid;
	if (pid === undefined) {
		await ended;
		throw new Error("The runner did not start.");
	}
	if (lifeline) writeFileSync(join(path, `runner.${pid}.${identify(pid).start}`), "");
	await durable;
	crashPoint("spool.waiting");
	lifeline?.write("go\n");
	crashPoint("spool.begun");
	return {
		path,
		pid,
		ended,
		onNotice: (listener) => {
			const hear = (data: Buffer) => data.toString("latin1").trim().split("\n").forEach(listener);
			lifeline?.on("data", hear);
			return () => lifeline?.off("data", hear);
		},
		order: (order) => lifeline?.write(`${order}\n`),
		release: () => {
			lifeline?.destroy();
			child.unref();
		},
	};
}

function spawnOnPosix(spools: Spools, path: string, spec: RunnerSpec): ChildProcess {
	const limitSeconds = Math.ceil(spec.timeoutMs / 1000);
	const deadlineSeconds = Math.ceil(Date.now() / 1000) + limitSeconds;
	// The kernel takes at most 128 KiB as one string; a longer command is run from a file, which the shell is handed open:
	// inside walls there is no spool.
	const isLong = Buffer.byteLength(spec.command) > 120_000;
	if (isLong) writeFileSync(join(path, "command"), spec.command, { mode: 0o600 });
	const numbers = [limitSeconds, deadlineSeconds, spec.maxBytes].map(String);
	const shell = [shellFor(spec.env.PATH), ...(isLong ? ["--", "/dev/fd/4"] : ["-c", "--"])];
	const toldBy = isLong ? "file" : "text";
	return spawn("/bin/sh", [spools.runnerFile, ...numbers, spec.cwd, toldBy, ...(spec.before ?? []), ...shell], {
		cwd: path,
		env: { ...spec.env, __command: isLong ? "" : spec.command },
		detached: true,
		stdio: ["ignore", "ignore", "ignore", "pipe"],
	});
}

/** Without a line of life: this runner says itself who it is, and keeps the time limit from the beginning. */
function spawnOnWindows(path: string, spec: CommandSpec): ChildProcess {
	const { command, cwd, env, timeoutMs, maxBytes } = spec;
	const file = join(path, "command.json");
	writeFileSync(file, JSON.stringify({ command, cwd, env, timeoutMs, maxBytes }));
	return spawn(process.execPath, ["-e", windowsRunner], {
		cwd: path,
		env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
		detached: true,
		windowsHide: true,
		stdio: "ignore",
	});
}

function lifelineOf(child: ChildProcess | undefined): Duplex | undefined {
	return (child?.stdio?.[3] ?? undefined) as Duplex | undefined;
}

const shells = new Map<string, string>();

/** The bash that the command's PATH finds, else the system's, else sh. */
function shellFor(path = ""): string {
	let shell = shells.get(path);
	if (shell === undefined) {
		shell = findProgram("bash", path) ?? "/bin/sh";
		shells.set(path, shell);
	}
	return shell;
}

function syncFolder(path: string): Promise<void> {
	return new Promise((resolve, reject) => {
		open(path, "r", (openError, fd) => {
			if (openError) return reject(openError);
			fsync(fd, (syncError) => {
				close(fd);
				// Windows cannot sync a folder; NTFS keeps names in its own journal.
				if (syncError && process.platform !== "win32") reject(syncError);
				else resolve();
			});
		});
	});
}
