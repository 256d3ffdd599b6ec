import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, openConnection } from "../src/client/connection.ts";
import { readDaemonFile } from "../src/client/daemonFile.ts";
import type { GoalId } from "../src/core/ids.ts";
import { endStates } from "../src/core/rules/goalState.ts";
import type { Notice, Notices } from "../src/protocol/methods.ts";
import type { GoalView } from "../src/protocol/view.ts";
import type { Bench } from "./figures.ts";

/** A daemon as it is shipped, in a data folder of its own, with one connection to it. */
export interface DaemonBed {
	readonly home: string;
	readonly pid: number;
	/** From the start of the process until its hello was answered. */
	readonly readyMs: number;
	readonly request: Connection["request"];
	onNotice(listener: NoticeListener): void;
	/** One more connection, as another window has one. */
	connect(listener?: NoticeListener): Promise<Connection>;
	/** As `mission daemon stop` does; resolves when the process has ended. */
	stop(): Promise<void>;
}

export type NoticeListener = <K extends keyof Notices>(name: K, params: Notice<Notices, K>) => void;

export interface BedOptions {
	readonly home?: string;
	/** The endpoint of a provider named `local`. */
	readonly modelUrl?: string;
	/** Flags for Node, such as --cpu-prof. */
	readonly nodeFlags?: readonly string[];
	/** Another build than the one that is measured. */
	readonly dist?: string;
	/** Beside the person's. */
	readonly env?: Readonly<Record<string, string>>;
}

const actor = { client: "bench" };
const readyTimeoutMs = 30_000;

export async function startDaemon(bench: Bench, options: BedOptions = {}): Promise<DaemonBed> {
	const home = options.home ?? mkdtempSync(path.join(bench.scratch, "home-"));
	if (options.modelUrl) {
		const providers = [{ id: "local", baseUrl: options.modelUrl, models: ["scripted"] }];
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "local/scripted" }));
	}
	const listeners: NoticeListener[] = [];
	const onNotice: NoticeListener = (name, params) => {
		for (const listener of listeners) listener(name, params);
	};
	const script = path.join(options.dist ?? bench.dist, "daemon.js");
	const startedAt = performance.now();
	const child = spawn(
		process.execPath,
		[...(options.nodeFlags ?? []), script, "run", "--home", home, "--idle-seconds", "600"],
		{ stdio: ["ignore", "ignore", "inherit"], env: { ...environment(), ...options.env } },
	);
	const connection = await reach(home, child, onNotice);
	const readyMs = performance.now() - startedAt;
	const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
	return {
		home,
		pid: child.pid!,
		readyMs,
		request: connection.request,
		onNotice: (listener) => void listeners.push(listener),
		connect: (listener = () => undefined) => openConnection(readDaemonFile(home)!, actor, events(listener)),
		async stop() {
			await connection.request("daemon/stop", { now: false });
			await gone;
			connection.close();
		},
	};
}

/** What a person's variables would change is left out. */
function environment(): NodeJS.ProcessEnv {
	return Object.fromEntries(
		Object.entries(process.env).filter(([name]) => !/^(MISSION_|OPENAI_|NODE_OPTIONS)/.test(name)),
	);
}

async function reach(home: string, child: ChildProcess, listener: NoticeListener): Promise<Connection> {
	const deadline = performance.now() + readyTimeoutMs;
	while (performance.now() < deadline && child.exitCode === null) {
		const file = existsSync(path.join(home, "daemon.json")) ? readDaemonFile(home) : undefined;
		if (file?.pid === child.pid) return openConnection(file!, actor, events(listener));
		await sleep(1);
	}
	child.kill("SIGKILL");
	throw new Error("the daemon did not come up");
}

function events(onNotice: NoticeListener) {
	return { onNotice, onHeard() {}, report: (cause: unknown) => console.error(cause) };
}

/** Waits until a goal is over, asking seldom enough not to be what is measured. */
export async function untilOver(bed: DaemonBed, goalId: GoalId, timeoutMs = 120_000): Promise<GoalView> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		const goal = await bed.request("goal/get", { goalId });
		if (endStates.includes(goal.state)) return goal;
		if (performance.now() > deadline) throw new Error(`the goal is still ${goal.state}: ${goal.stateReason}`);
		await sleep(100);
	}
}

/** A folder for goals to work in, with some files to read. */
export function newWorkspace(bench: Bench, files = 20): string {
	const folder = mkdtempSync(path.join(bench.scratch, "workspace-"));
	for (let n = 0; n < files; n++) {
		const below = path.join(folder, `part${Math.floor(n / 100)}`);
		mkdirSync(below, { recursive: true });
		writeFileSync(path.join(below, `file${n}.ts`), `export const value${n} = ${n};\n`.repeat(20));
	}
	return folder;
}
