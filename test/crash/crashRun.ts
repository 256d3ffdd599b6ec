import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonClient, openClient } from "../../src/client/daemonClient.ts";
import { readDaemonFile } from "../../src/client/daemonFile.ts";
import { watchGoal } from "../../src/client/goalWatch.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { evolve, newGoal } from "../../src/core/folds/evolve.ts";
import type { Goal } from "../../src/core/goal.ts";
import type { GoalId } from "../../src/core/ids.ts";
import { isUnderWay } from "../../src/core/rules/calls.ts";
import { isDelegation } from "../../src/core/rules/delegations.ts";
import { endStates, goalState } from "../../src/core/rules/goalState.ts";
import type { Input, Methods } from "../../src/protocol/methods.ts";
import type { Random } from "../support/seed.ts";

/**
 * Goals that run under a daemon which is killed again and again with SIGKILL: at moments that are aimed at, and at
 * random ones. Afterwards the log and the files say whether anything was lost or done twice.
 */
export const phases = ["stream", "effect", "running", "parallel", "snapshot", "approval", "check", "random"] as const;
export type Phase = (typeof phases)[number];

export interface Kill {
	/** What was aimed at. */
	readonly aim: Phase;
	/** What really was under way, read from the log afterwards: none, or several. */
	readonly hit: readonly Phase[];
}

export interface GoalVerdict {
	readonly goal: Goal;
	readonly kills: readonly Kill[];
	/** Events that a client had been told and that the log no longer has, or has otherwise. */
	readonly lost: readonly string[];
	/** Interruptions whose outcome the daemon called unknown. */
	readonly unknown: readonly string[];
	/** The numbered lines that the goal's commands appended. */
	readonly lines: readonly string[];
}

export interface CrashBed {
	readonly client: DaemonClient;
	readonly home: string;
	run(goal: Input<Methods, "goal/launch">, aims: readonly Phase[], workspace: string): Promise<GoalVerdict>;
	close(): Promise<void>;
}

const daemonScript = path.join(__dirname, "../../dist/daemon.js");
/** A goal that takes longer than this hangs. */
const goalTimeoutMs = 240_000;
/** How long to wait for what is aimed at before killing anyway. */
const aimTimeoutMs = 4_000;
export const logName = "log.txt";

export function openCrashBed(random: Random, config: object): CrashBed {
	const home = mkdtempSync(path.join(os.tmpdir(), "mission-crash-"));
	writeFileSync(path.join(home, "config.jsonc"), JSON.stringify(config));
	const client = openClient({ home, daemonScript, actor: { client: "crash test" }, start: "always", log() {} });
	return {
		client,
		home,
		run: (launch, aims, workspace) => runGoal({ client, home, random }, launch, aims, workspace),
		async close() {
			const pid = readDaemonFile(home)?.pid;
			await client.request("daemon/stop", { now: true }).catch(() => undefined);
			client.close();
			for (let tries = 0; pid !== undefined && tries < 200 && lives(pid); tries++) await sleep(20);
			rmSync(home, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

type Bed = Pick<CrashBed, "client" | "home"> & { readonly random: Random };

async function runGoal(
	bed: Bed,
	launch: Input<Methods, "goal/launch">,
	aims: readonly Phase[],
	workspace: string,
): Promise<GoalVerdict> {
	const { client, random } = bed;
	const { goalId } = await client.request("goal/launch", launch);
	const told = new Map<number, RecordedEvent>();
	const streaming = new Set<string>();
	const deaths: { aim: Phase; at: number; lines: number; streaming: ReadonlySet<string> }[] = [];
	let goal = newGoal(goalId);
	let answering = true;
	const stop = watchGoal(client, goalId, {
		onChange(now, events) {
			goal = now;
			for (const event of events) told.set(event.seq, event);
		},
		onDelta: ({ turnId }) => void streaming.add(turnId),
	});
	const started = Date.now();
	const watchdog = () => {
		if (Date.now() - started > goalTimeoutMs) throw new Error(`${goalId} hangs: ${JSON.stringify(goal, null, 1)}`);
	};
	const isOver = () => endStates.includes(goalState(goal));
	const approver = setInterval(() => answering && void answerAll(client, goal), 15);
	try {
		for (const aim of aims) {
			answering = aim !== "approval";
			await sleep(random.between(0, 40));
			await untilPhase(aim, () => goal, streaming, workspace, random, isOver);
			if (isOver()) break;
			const death = { aim, at: 0, lines: countLines(workspace), streaming: new Set(streaming) };
			await killDaemon(bed);
			death.at = Date.now();
			deaths.push(death);
			answering = true;
			watchdog();
		}
		answering = true;
		while (!isOver()) {
			await sleep(10);
			watchdog();
		}
	} finally {
		clearInterval(approver);
		stop();
	}
	const log = await wholeLog(client, goalId);
	return {
		goal,
		kills: deaths.map(({ aim, at, lines, streaming: streams }) => ({
			aim,
			hit: underWay(log, goalId, at, lines, streams),
		})),
		lost: [...told.values()]
			.filter((event) => JSON.stringify(log[event.seq - 1]) !== JSON.stringify(event))
			.map((event) => `${event.seq} ${event.type}`),
		unknown: unknownOutcomes(log),
		lines: readLines(workspace),
	};
}

/** Waits until what is aimed at is under way, or a random moment. */
async function untilPhase(
	aim: Phase,
	goal: () => Goal,
	streaming: ReadonlySet<string>,
	workspace: string,
	random: Random,
	isOver: () => boolean,
): Promise<void> {
	if (aim === "random") return sleep(random.between(0, 300));
	const lines = countLines(workspace);
	const streams = streaming.size;
	const before = goal().files.at;
	const reached: Record<Exclude<Phase, "random">, () => boolean> = {
		stream: () => streaming.size > streams,
		effect: () => countLines(workspace) > lines,
		running: () => started(goal()).length > 0,
		parallel: () => new Set(started(goal()).map(({ stepId }) => stepId)).size > 1,
		snapshot: () => goal().files.unaccounted.length > 0 && goal().files.at === before,
		approval: () => Object.keys(goal().approvals).length > 0,
		check: () => Object.values(goal().checks).some((check) => check.state === "running"),
	};
	const deadline = Date.now() + aimTimeoutMs;
	while (!reached[aim]() && !isOver() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
	// A snapshot takes a few milliseconds; the rest may be hit anywhere in it.
	if (aim === "check") await sleep(random.between(0, 20));
	if (aim === "stream") await sleep(random.between(0, 6));
}

/** What was under way at a moment, as the log tells it. */
function underWay(
	log: readonly RecordedEvent[],
	goalId: GoalId,
	at: number,
	lines: number,
	streams: ReadonlySet<string>,
): Phase[] {
	let goal = newGoal(goalId);
	let completed = 0;
	for (const event of log) {
		if (Date.parse(event.at) > at) break;
		if (event.type === "tool.completed" && !isDelegation(goal.calls[event.toolCallId]!)) completed++;
		goal = evolve(goal, event);
	}
	const running = started(goal);
	const hit: Phase[] = [];
	if (Object.values(goal.threads).some((thread) => thread.turn && streams.has(thread.turn.turnId))) hit.push("stream");
	if (running.length > 0 && lines > completed) hit.push("effect");
	if (running.length > 0) hit.push("running");
	if (new Set(running.map(({ stepId }) => stepId)).size > 1) hit.push("parallel");
	if (goal.files.unaccounted.length > 0) hit.push("snapshot");
	if (Object.keys(goal.approvals).length > 0) hit.push("approval");
	if (Object.values(goal.checks).some((check) => check.state === "running")) hit.push("check");
	return hit;
}

/** Calls whose intent is in the log and whose outcome is not: commands that run, or are about to. */
function started(goal: Goal) {
	return Object.values(goal.calls).filter(isUnderWay);
}

/** Interruptions whose outcome the daemon called unknown. */
export function unknownOutcomes(log: readonly RecordedEvent[]): string[] {
	return log.flatMap((event) =>
		(event.type === "tool.interrupted" || event.type === "check.interrupted") && event.outcome === "unknown"
			? [event.reason]
			: [],
	);
}

export async function answerAll(client: DaemonClient, goal: Goal): Promise<void> {
	for (const { approvalId, kind } of Object.values(goal.approvals)) {
		const answer = kind === "recovery" ? "verify" : "approve";
		// Answered already, or the daemon died under the answer: the next look asks again.
		await client
			.request("approval/answer", { approvalId, answer, scope: "once" }, { connectTimeoutMs: 500 })
			.catch(() => undefined);
	}
}

export async function killDaemon({ home }: Pick<CrashBed, "home">, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
	const file = readDaemonFile(home);
	if (!file) return;
	try {
		process.kill(file.pid, signal);
	} catch {
		return;
	}
	while (lives(file.pid)) await sleep(1);
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		// A killed process that nobody has reaped yet is dead for us.
		return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
	} catch {
		return false;
	}
}

export async function wholeLog(client: Pick<DaemonClient, "request">, goalId: GoalId): Promise<RecordedEvent[]> {
	const log: RecordedEvent[] = [];
	for (;;) {
		const { events } = await client.request("goal/events", { goalId, afterSeq: log.at(-1)?.seq ?? 0, limit: 1000 });
		log.push(...events);
		if (events.length < 1000) return log;
	}
}

function countLines(workspace: string): number {
	return (statSync(path.join(workspace, logName), { throwIfNoEntry: false })?.size ?? 0) / lineBytes;
}

/** Lines are of one length, so that a size counts them. */
export const lineBytes = 6;
export function numbered(number: number): string {
	return String(number).padStart(lineBytes - 1, "0");
}

function readLines(workspace: string): string[] {
	return readFileSync(path.join(workspace, logName), "utf8").split("\n").filter(Boolean);
}
