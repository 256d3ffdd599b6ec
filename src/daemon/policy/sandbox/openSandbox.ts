import { execFile } from "node:child_process";
import { mkdir, realpath, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { findOnPath } from "../../platform/findProgram.ts";
import { type Bubblewrap, enclosedBy } from "./bubblewrap.ts";
import { noSandbox } from "./none.ts";
import type { Enclosed, Sandbox, SandboxSettings, Start } from "./sandbox.ts";
import { enclosedBySeatbelt, seatbelt } from "./seatbelt.ts";
import { type Grounds, listeningSockets, type Walls, wallsOf, whyNoWalls } from "./walls.ts";

export interface SandboxOptions {
	readonly dataFolder: string;
	/** The daemon's own environment: where programs and the home folder are. */
	readonly env: NodeJS.ProcessEnv;
	settings(): SandboxSettings;
	readonly platform?: NodeJS.Platform;
}

/** The walls that this machine has. They are tried once, when they are first asked for. */
export function openSandbox(options: SandboxOptions): Sandbox {
	switch (options.platform ?? process.platform) {
		case "linux":
			return sandbox("bubblewrap", true, linuxGrounds(options), () => probeBubblewrap(options));
		case "darwin":
			// It has no mounts, so nothing can stand in the place of a folder of the person's.
			return sandbox("sandbox-exec", false, macGrounds(options), probeSeatbelt);
		default:
			return noSandbox(
				"There is no sandbox for commands on this system. On Windows, run the editor in WSL to have one.",
			);
	}
}

/** Builds walls, once it was tried that they stand. */
type Build = (start: Start & { readonly isForeign: boolean }, walls: Walls, settings: SandboxSettings) => Enclosed;
type Probe = Build | { readonly unavailable: string };

function sandbox(name: string, holdsAgents: boolean, grounds: Grounds, probe: () => Promise<Probe>): Sandbox {
	let probing: Promise<Probe> | undefined;
	const probed = () => {
		probing ??= probe();
		return probing;
	};
	return {
		async of(workspace) {
			const build = await probed();
			if (typeof build === "object") return build;
			const place = await realpath(workspace).catch(() => workspace);
			const unavailable = await whyNoWalls(place, grounds);
			return unavailable === undefined ? { name, holdsAgents } : { unavailable };
		},
		async enclose(start) {
			const build = await probed();
			if (typeof build === "object") return build;
			const walls = await wallsOf(start, grounds);
			if ("unavailable" in walls) return walls;
			const owner = (await stat(start.workspace).catch(() => undefined))?.uid;
			return build({ ...start, isForeign: owner !== process.getuid?.() }, walls, grounds.settings());
		},
	};
}

function linuxGrounds({ dataFolder, env, settings }: SandboxOptions): Grounds {
	return {
		home: env.HOME ?? os.homedir(),
		dataFolder,
		caches: path.join(dataFolder, "sandbox", "caches"),
		emptied: ["/tmp", "/var/tmp", "/run", "/var/run"],
		temp: "/tmp",
		settings,
		listening: listeningSockets,
	};
}

const run = promisify(execFile);
const probeMs = 10_000;

async function probeBubblewrap({ env }: SandboxOptions): Promise<Probe> {
	const program = findOnPath("bwrap", env.PATH ?? "/usr/bin:/bin");
	if (program === undefined) return { unavailable: noBubblewrap };
	const works = (command: string, args: readonly string[]) =>
		run(command, [...args], { timeout: probeMs, env: { PATH: env.PATH } }).then(
			() => true,
			() => false,
		);
	const [keepsGrace, limits] = await Promise.all([
		works("env", ["--ignore-signal=TERM", "env", "--default-signal=TERM", "true"]),
		works("prlimit", ["--core=0", "true"]),
	]);
	const machine: Bubblewrap = { program, keepsGrace, limits, isRoot: process.getuid?.() === 0 };
	const build: Build = (start, walls, settings) => enclosedBy(machine, start, walls, settings);
	// As it will be: with a network of its own, processes of its own, and a place that is emptied.
	const places = [{ path: "/tmp", as: "empty", isFolder: true }] as const;
	const trial = { cwd: "/", env: {}, workspace: "/tmp", network: false, isForeign: false };
	const { before } = build(trial, { places, env: {} }, { writable: [], readable: [], processes: 4096 });
	const [first, ...rest] = before;
	return run(first, [...rest, "true"], { timeout: probeMs, env: { PATH: env.PATH } }).then(
		() => build,
		(cause: Error & { stderr?: string }) => ({ unavailable: whyRefused(cause.stderr?.trim() || cause.message) }),
	);
}

const noBubblewrap =
	"There is no sandbox: bubblewrap is not installed. Install the package “bubblewrap” (on Debian or Ubuntu: sudo apt install bubblewrap), and start the daemon again.";

/** What the system said, and what to do about it. */
function whyRefused(said: string): string {
	const words = (said.split("\n")[0] ?? "").slice(0, 300);
	return `There is no sandbox: bubblewrap could not build one here (${words}). ${remedy(words)}`;
}

function remedy(words: string): string {
	if (/uid map|namespace|No permissions|user\.max_user_namespaces/i.test(words))
		return "This system forbids user namespaces to people: allow them for bwrap (sysctl kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0, or on Ubuntu an AppArmor profile for bwrap), and start the daemon again.";
	if (/proc/i.test(words))
		return "Containers often forbid a /proc of one's own: run the container with more rights (Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined), or have the container itself be the sandbox.";
	return "Try `bwrap --ro-bind / / --proc /proc --unshare-pid true` in a terminal, and start the daemon again when that works.";
}

function macGrounds({ dataFolder, env, settings }: SandboxOptions): Grounds {
	const temp = path.join(os.tmpdir(), "mission-control-sandbox");
	return {
		home: env.HOME ?? os.homedir(),
		dataFolder,
		caches: path.join(dataFolder, "sandbox", "caches"),
		// There are no mounts: what is written for a while has a folder of its own, which is not emptied.
		emptied: [temp],
		temp,
		settings,
		listening: async () => [],
	};
}

async function probeSeatbelt(): Promise<Probe> {
	const trial = enclosedBySeatbelt({ network: false }, { places: [], env: {} });
	const [first, ...rest] = trial.before;
	await mkdir(path.join(os.tmpdir(), "mission-control-sandbox"), { recursive: true, mode: 0o700 });
	return run(first, [...rest, "/usr/bin/true"], { timeout: probeMs }).then(
		() => (start, walls) => enclosedBySeatbelt(start, walls),
		(cause: Error) => ({ unavailable: `There is no sandbox: ${seatbelt} does not work here (${cause.message}).` }),
	);
}
