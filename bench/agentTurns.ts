import { mkdtempSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { GoalId } from "../src/core/ids.ts";
import { type DaemonBed, newWorkspace, startDaemon, untilOver } from "./daemonBed.ts";
import { diskBytes } from "./diskBytes.ts";
import { type Bench, type Figure, grouped, median, percentile, type Section, spread } from "./figures.ts";
import { type Answer, openModelEndpoint } from "./modelEndpoint.ts";
import { useOf, watchPeakPss } from "./processTree.ts";

/**
 * A goal by a model that answers at once: what is left is our own time. A turn's own time is from the model's answer
 * with a call, fully sent, to the next request that carries its result, with the tool itself in it.
 */
export const agentTurns: Section = {
	title: "A model's goal, the model answering at once",
	how: "A scripted endpoint over loopback HTTP; one step; the calls are, in turn, a shell command that appends a line, a read, a write of a file, a read. A call before them has the command approved for the goal, and is not counted. Medians of runs; nobody watches the goal.",
	async measure(bench) {
		return [
			...(await shortGoals(bench)),
			...(await longGoal(bench)),
			...(await memory(bench)),
			...(await largeWorkspace(bench)),
		];
	},
};

const runs = 5;

async function shortGoals(bench: Bench): Promise<Figure[]> {
	const all: Run[] = [];
	for (let run = 0; run < runs; run++) all.push(await runGoal(bench, { calls: 40 }));
	const turns = all.flatMap(({ turnsMs }) => turnsMs);
	return [
		{
			name: "launch request → first model request",
			value: median(all.map(({ firstRequestMs }) => firstRequestMs)),
			unit: "ms",
			target: { below: 400 },
			note: `daemon already running; with the start of the daemon's process ${grouped(median(all.map(({ firstRequestMs, readyMs }) => firstRequestMs + readyMs)))} ms; ${runs} runs`,
		},
		{
			name: "own time per turn, 40 calls, p50",
			value: median(all.map(({ turnsMs }) => median(turnsMs))),
			unit: "ms",
			target: { below: 13 },
			note: `all ${runs} runs together: ${spread(turns)}`,
		},
		{
			name: "own time per turn, 40 calls, p95",
			value: median(all.map(({ turnsMs }) => percentile(turnsMs, 0.95))),
			unit: "ms",
			target: { below: 37 },
			note: all[0] && kindsNote(all),
		},
		{
			name: "processor time per turn",
			value: median(all.map(({ ownCpuMs, childrenCpuMs }) => ownCpuMs + childrenCpuMs)),
			unit: "ms",
			note: `daemon ${grouped(median(all.map(({ ownCpuMs }) => ownCpuMs)))} ms, what it starts ${grouped(median(all.map(({ childrenCpuMs }) => childrenCpuMs)))} ms; from launch to end, divided by the turns`,
		},
	];
}

async function longGoal(bench: Bench): Promise<Figure[]> {
	const all: Run[] = [];
	for (let run = 0; run < 3; run++) all.push(await runGoal(bench, { calls: 200 }));
	const { diskBytes: disk, writtenBytes } = all[0]!;
	return [
		{
			name: "200 calls: last 20 turns ÷ turns 21–40",
			value: median(all.map(({ turnsMs }) => mean(turnsMs.slice(-20)) / mean(turnsMs.slice(20, 40)))),
			unit: "",
			target: { atMost: 1.05 },
			note: `means; of medians ${grouped(median(all.map(({ turnsMs }) => median(turnsMs.slice(-20)) / median(turnsMs.slice(20, 40)))))}; ${spread(all.flatMap(({ turnsMs }) => turnsMs))}`,
		},
		{
			name: "200 calls: data folder after `daemon stop`",
			value: disk / 1e6,
			unit: "MB",
			target: { below: 2 },
			note: `blocks on the disk; ${grouped(writtenBytes / 1e6)} MB were written on the way`,
		},
	];
}

async function memory(bench: Bench): Promise<Figure[]> {
	const run = await runGoal(bench, { calls: 40, watchMemory: true });
	return [
		{
			name: "peak proportional memory of the process tree, 40 calls",
			value: run.peakPssBytes / 1e6,
			unit: "MB",
			target: { below: 150 },
			note: "daemon, runners and commands, looked at every 50 ms in a run of its own",
		},
	];
}

async function largeWorkspace(bench: Bench): Promise<Figure[]> {
	const run = await runGoal(bench, { calls: 40, files: 10_000 });
	return [
		{
			name: "own time per turn, 40 calls, workspace of 10,000 files, p50",
			value: median(run.turnsMs),
			unit: "ms",
			note: `${spread(run.turnsMs)}; ${grouped(run.ownCpuMs + run.childrenCpuMs)} ms of processor time a turn`,
		},
		{
			name: "launch request → first model request, 10,000 files",
			value: run.firstRequestMs,
			unit: "ms",
			target: { below: 400 },
		},
	];
}

export interface Run {
	readonly readyMs: number;
	readonly firstRequestMs: number;
	/** One a call, in order. */
	readonly turnsMs: readonly number[];
	/** A turn. */
	readonly ownCpuMs: number;
	readonly childrenCpuMs: number;
	readonly diskBytes: number;
	readonly writtenBytes: number;
	readonly peakPssBytes: number;
}

export interface RunOptions {
	readonly calls: number;
	readonly files?: number;
	readonly watchMemory?: boolean;
	readonly nodeFlags?: readonly string[];
	readonly dist?: string;
}

export async function runGoal(bench: Bench, options: RunOptions): Promise<Run> {
	const { calls, files, watchMemory } = options;
	const plan = {
		title: "Bench",
		summary: "",
		steps: [{ id: "work", title: "Work", instructions: "Work.", needs: [] }],
	};
	const endpoint = await openModelEndpoint([
		{ text: JSON.stringify(plan) },
		command,
		...Array.from({ length: calls }, (_, index) => call(index)),
		{ text: "Done." },
		{ text: JSON.stringify({ summary: "It was worked.", reflection: "Nothing stood in the way." }) },
	]);
	const home = mkdtempSync(path.join(bench.scratch, "home-"));
	const bed = await startDaemon(bench, { ...options, home, modelUrl: endpoint.baseUrl });
	const workspace = newWorkspace(bench, files);
	const peak = watchMemory ? watchPeakPss(bed.pid) : () => 0;
	// What a daemon does just after its start is not what a goal costs.
	await sleep(300);
	const before = useOf(bed.pid);
	const launchedAt = performance.now();
	const { goalId } = await bed.request("goal/launch", {
		prompt: "Bench",
		workspace,
		settings: { autonomy: "autonomous", planApproval: "never" },
	});
	await approveForGoal(bed, goalId);
	const goal = await untilOver(bed, goalId);
	const after = useOf(bed.pid);
	if (goal.state !== "completed") throw new Error(`the goal is ${goal.state}: ${goal.stateReason}`);
	const results = endpoint.longestRequest().split('"role":"tool"').length - 1;
	if (results !== calls + 1 || goal.usage.toolCalls !== calls + 1)
		throw new Error(`${results} results of ${calls} calls`);
	const peakPssBytes = peak();
	await bed.stop();
	await endpoint.close();
	const { turns } = endpoint;
	return {
		readyMs: bed.readyMs,
		firstRequestMs: turns[0]!.askedAt - launchedAt,
		turnsMs: turns.slice(3, calls + 3).map((turn, index) => turn.askedAt - turns[index + 2]!.answeredAt),
		ownCpuMs: (after.ownCpuMs - before.ownCpuMs) / (calls + 4),
		childrenCpuMs: (after.childrenCpuMs - before.childrenCpuMs) / (calls + 4),
		writtenBytes: after.writtenBytes - before.writtenBytes,
		diskBytes: diskBytes(home),
		peakPssBytes,
	};
}

async function approveForGoal(bed: DaemonBed, goalId: GoalId): Promise<void> {
	for (let tries = 0; tries < 1000; tries++) {
		const [approval] = (await bed.request("approval/list", { goalId })).approvals;
		if (approval) {
			await bed.request("approval/answer", { approvalId: approval.approvalId, answer: "approve", scope: "goal" });
			return;
		}
		await sleep(20);
	}
	throw new Error("the goal never asked for its command");
}

/** It names no file of the workspace: what a person approved for the goal is asked anew once such a file changes. */
const command: Answer = { tool: "runCommand", args: { command: "name=log; date +%N >> $name.txt" } };

/** Half shell and writes, half reads. */
function call(index: number): Answer {
	const kinds: readonly Answer[] = [
		command,
		{ tool: "readFile", args: { path: "part0/file1.ts" } },
		{ tool: "writeFile", args: { path: `out/made${index}.txt`, content: `made in turn ${index}\n`.repeat(10) } },
		{ tool: "readFile", args: { path: "part0/file2.ts" } },
	];
	return kinds[index % kinds.length]!;
}

function kindsNote(all: readonly Run[]): string {
	const names = ["shell", "read after a shell command", "write", "read after a write"];
	const of = (kind: number) => median(all.flatMap(({ turnsMs }) => turnsMs.filter((_, index) => index % 4 === kind)));
	return `medians: ${names.map((name, kind) => `${name} ${grouped(of(kind))}`).join(", ")} ms`;
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
