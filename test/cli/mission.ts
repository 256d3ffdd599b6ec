import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { readDaemonFile } from "../../src/client/daemonFile.ts";

/**
 * The built command line against the real daemon, in a data folder and a workspace of its own. Each call is a process,
 * as it is for a person.
 */
export interface Stage {
	readonly home: string;
	readonly workspace: string;
	/** Writes a playbook beside the workspace's files, and returns its path. */
	playbook(name: string, ...lines: string[]): string;
	run(...args: string[]): Run;
	runWith(
		given: { readonly input?: string; readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
		...args: string[]
	): Run;
	/** Its document; fails when the exit code is not 0. */
	// biome-ignore lint/suspicious/noExplicitAny: the shapes are the command line's own, and tests look into them
	json(...args: string[]): any;
	/** Goes on beside the test. */
	start(...args: string[]): Started;
	/** The same, with more in its environment, and so in that of a daemon that it starts. */
	startWith(env: NodeJS.ProcessEnv, ...args: string[]): Started;
	daemonPid(): number;
	end(): void;
}

export interface Started {
	readonly ended: Promise<Run>;
	readonly pid: number;
	/** The lines that it has printed so far. */
	said(): string;
}

export interface Run {
	readonly code: number;
	readonly out: string;
	readonly error: string;
}

const cli = path.join(import.meta.dirname, "../../dist/cli.js");
const timeoutMs = 120_000;

export function openStage(): Stage {
	if (!existsSync(cli)) throw new Error("dist/cli.js is not there: run `npm run build` first.");
	const folder = mkdtempSync(path.join(os.tmpdir(), "mc-cli-"));
	const home = path.join(folder, "data");
	const workspace = path.join(folder, "workspace");
	mkdirSync(workspace);
	cpSync(path.join(import.meta.dirname, "../../examples/sample"), workspace, { recursive: true });
	const environment = (env: NodeJS.ProcessEnv = {}) => {
		const kept = Object.entries(process.env).filter(([name]) => !/_API_KEY$|^MISSION_LOG$/.test(name));
		return { ...Object.fromEntries(kept), MISSION_HOME: home, ...env };
	};
	const stage: Stage = {
		home,
		workspace,
		playbook(name, ...lines) {
			const file = path.join(workspace, name);
			writeFileSync(file, `${lines.join("\n")}\n`);
			return file;
		},
		run: (...args) => stage.runWith({}, ...args),
		runWith({ input, cwd = workspace, env }, ...args) {
			const options = { cwd, env: environment(env), input: input ?? "", encoding: "utf8" as const, timeout: timeoutMs };
			const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], options);
			return { code: status ?? -1, out: stdout, error: stderr };
		},
		json(...args) {
			const { code, out, error } = stage.run(...args, "--json");
			if (code !== 0) throw new Error(`mission ${args.join(" ")}: exit code ${code}. ${error}${out}`);
			return JSON.parse(out);
		},
		start: (...args) => stage.startWith({}, ...args),
		startWith(env, ...args) {
			const child = spawn(process.execPath, [cli, ...args], {
				cwd: workspace,
				env: environment(env),
				timeout: timeoutMs,
			});
			let out = "";
			let error = "";
			child.stdout.on("data", (chunk) => {
				out += chunk;
			});
			child.stderr.on("data", (chunk) => {
				error += chunk;
			});
			const ended = new Promise<Run>((resolve) =>
				child.on("close", (code) => resolve({ code: code ?? -1, out, error })),
			);
			return { ended, pid: child.pid ?? 0, said: () => out.slice(0, out.lastIndexOf("\n") + 1) };
		},
		daemonPid() {
			const file = readDaemonFile(home);
			if (!file) throw new Error("No daemon runs.");
			return file.pid;
		},
		end() {
			if (readDaemonFile(home)) stage.run("daemon", "stop", "--now");
			rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
		},
	};
	return stage;
}

/** The objects of an output that streams. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function lines(out: string): any[] {
	return out
		.trim()
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
}
