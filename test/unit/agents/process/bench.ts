import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { AgentLaunch, AgentProcess } from "../../../../src/daemon/agents/process/agentProcess.ts";
import { type OwnAgentProcesses, openAgentProcesses } from "../../../../src/daemon/agents/process/agentProcesses.ts";
import type { RelayLimits } from "../../../../src/daemon/agents/process/agentSpool.ts";
import { bootId } from "../../../../src/daemon/commands/processIdentity.ts";
import { spoolName } from "../../../../src/daemon/commands/spoolFolders.ts";
import { openWalls, type places } from "../../commands/workbench.ts";

/** A folder for agents' processes, and a program that does what it is told line by line. */
export interface Bench {
	readonly base: string;
	readonly workspace: string;
	readonly folder: string;
	readonly processes: OwnAgentProcesses;
	/** The same folder as a daemon that starts now sees it; the one before lets go. */
	restarted(limits?: Partial<RelayLimits>): OwnAgentProcesses;
	/** The program, with what it does before it listens. */
	launch: (...args: readonly string[]) => AgentLaunch;
	/** The number by which the system knows a process of the key that names itself so: inside walls it has another. */
	pid(key: string, named: string | undefined): number;
	/** The spool of a key. */
	spool(key: string): string;
	/** A file of the workspace; empty when it is not there. */
	text(name: string): string;
	remove(): Promise<void>;
}

let relayText: string | undefined;

/** As the build makes it. */
export function relay(): string {
	relayText ??= buildSync({
		entryPoints: [join(__dirname, "../../../../src/daemon/agents/process/agentRelay.ts")],
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		write: false,
	}).outputFiles[0]!.text;
	return relayText;
}

/** The same, with programs that are started inside walls. */
export async function openBenchIn(place: (typeof places)[number], limits?: Partial<RelayLimits>): Promise<Bench> {
	const bench = openBench(limits);
	if (place === "outside") return bench;
	const { launch } = bench;
	const { program, args, environment, folder } = launch();
	const start = {
		cwd: folder,
		env: environment,
		workspace: bench.workspace,
		network: true,
		programs: [program, ...args],
	};
	const walls = await openWalls(bench.folder).enclose(start);
	if ("unavailable" in walls) throw new Error(walls.unavailable);
	bench.launch = (...more) => ({ ...launch(...more), before: walls.before, environment: walls.env });
	return bench;
}

export function openBench(limits?: Partial<RelayLimits>): Bench {
	const base = mkdtempSync(join(tmpdir(), "agents-"));
	const workspace = join(base, "workspace");
	const folder = join(base, "data");
	const programs = join(base, "programs");
	for (const one of [workspace, folder, programs]) mkdirSync(one);
	const file = join(programs, "program.cjs");
	writeFileSync(file, program);
	let processes = openAgentProcesses({ folder, relay: relay(), limits: () => limits ?? {} });
	return {
		base,
		workspace,
		folder,
		get processes() {
			return processes;
		},
		restarted(other = limits) {
			processes.close();
			processes = openAgentProcesses({ folder, relay: relay(), limits: () => other ?? {} });
			return processes;
		},
		launch: (...args) => ({
			program: process.execPath,
			args: [file, ...args],
			folder: workspace,
			environment: { PATH: process.env.PATH ?? "", AGENT_SECRET: "swordfish" },
		}),
		pid(key, named) {
			const spool = join(folder, bootId(), spoolName(key));
			const relayPid = Number(
				readdirSync(spool)
					.find((name) => name.startsWith("relay."))!
					.split(".")[1],
			);
			return pidIn(relayPid, Number(named));
		},
		spool: (key) => join(folder, bootId(), spoolName(key)),
		text(name) {
			try {
				return readFileSync(join(workspace, name), "utf8");
			} catch {
				return "";
			}
		},
		async remove() {
			await processes.forget(await processes.kept());
			processes.close();
			rmSync(base, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/**
 * Appends every line that it gets to `received`, before it obeys it: `echo …` prints it, `exit N`, `err …`, `flood N`
 * prints N lines of 1,000 bytes, `garbage N` prints N bytes without a line break, `half …` prints without a line break,
 * `child` starts one that stays and prints its pid, `job` one in a group of its own, as shells do it, `closeStdout`, `ignore` makes SIGTERM and the end of input nothing.
 */
const program = `
const fs = require("node:fs");
const { spawn } = require("node:child_process");
const { createInterface } = require("node:readline");
const print = (text) => process.stdout.write(text);
const orders = {
	echo: (text) => print(text + "\\n"),
	exit: (code) => process.exit(Number(code)),
	err: (text) => fs.writeSync(2, text + "\\n"),
	pid: () => print(process.pid + "\\n"),
	secret: () => print(process.env.AGENT_SECRET + " " + Object.keys(process.env).sort() + "\\n"),
	half: (text) => print(text),
	child: () => print(spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"], { stdio: ["ignore", "inherit", "ignore"] }).pid + "\\n"),
	job: () => spawn("bash", ["-c", "set -m; (trap '' TERM; exec sleep 600) & echo $!"], { stdio: ["ignore", "inherit", "ignore"] }),
	closeStdout: () => fs.closeSync(1),
	ignore: () => { process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); print("ignoring\\n"); },
	flood: (count) => {
		let left = Number(count);
		const more = () => { while (left > 0) { left--; if (!print("x".repeat(999) + "\\n")) return void process.stdout.once("drain", more); } };
		more();
	},
	garbage: (count) => {
		let left = Number(count);
		const more = () => { while (left > 0) { left -= 1000; if (!print("x".repeat(1000))) return void process.stdout.once("drain", more); } };
		more();
	},
};
const obey = (line) => {
	fs.appendFileSync("received", line + "\\n");
	const [order, ...rest] = line.split(" ");
	if (orders[order]) orders[order](rest.join(" "));
};
for (const order of process.argv.slice(2)) obey(order);
const input = createInterface({ input: process.stdin });
input.on("line", obey);
`;

/** Where walls give processes numbers of their own, the system tells both. */
function pidIn(session: number, named: number): number {
	const inside = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
	const found = inside.find((pid) => {
		try {
			const numbers = /^NSpid:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]?.split(/\s+/) ?? [];
			const [, , , owner] = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ").at(-1)!.split(" ");
			return numbers.length > 1 && Number(numbers.at(-1)) === named && Number(owner) === session;
		} catch {
			return false;
		}
	});
	return found === undefined ? named : Number(found);
}

/** The first lines from an offset on. */
export async function take(process: AgentProcess, count: number, from = 0): Promise<readonly string[]> {
	const lines: string[] = [];
	const enough = new AbortController();
	if (count === 0) return lines;
	for await (const { line } of process.lines(from, enough.signal)) if (lines.push(line) === count) break;
	return lines;
}

/** Everything that it prints until it ends. */
export async function all(process: AgentProcess, from = 0): Promise<readonly string[]> {
	return take(process, Number.POSITIVE_INFINITY, from);
}
