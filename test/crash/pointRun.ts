import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonClient, openClient } from "../../src/client/daemonClient.ts";
import { watchGoal } from "../../src/client/goalWatch.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { newGoal } from "../../src/core/folds/evolve.ts";
import type { Goal } from "../../src/core/goal.ts";
import type { GoalId, StepId } from "../../src/core/ids.ts";
import { isRefusal } from "../../src/core/refusal.ts";
import { endStates, goalState } from "../../src/core/rules/goalState.ts";
import type { Input, MethodName, Methods, Result } from "../../src/protocol/methods.ts";
import { answerAll, unknownOutcomes, wholeLog } from "./crashRun.ts";

/**
 * The whole life of one goal under a daemon that dies once, at a named point: launched, worked, done, one step of it
 * undone, deleted. Whenever the daemon is gone another one is started, which has no point to die at.
 */
export interface PointVerdict {
	/** The daemon died where it was to die. */
	readonly reached: boolean;
	/** Events that a client had been told and that the log no longer has, or has otherwise. */
	readonly lost: readonly string[];
	readonly unknown: readonly string[];
	/** How the goal ended, before it was deleted. */
	readonly goal: Goal;
	/** The workspace then, with the numbered lines that its commands appended. */
	readonly filesWhenDone: Readonly<Record<string, string>>;
	/** Absent where the daemon died before: what comes later is another point's. */
	readonly afterwards?: {
		readonly files: Readonly<Record<string, string>>;
		/** How often the step was undone. */
		readonly undone: number;
		/** Files of the store in which the goal's words can still be read after it was deleted. */
		readonly notErased: readonly string[];
	};
}

export interface PointStory {
	readonly daemonScript: string;
	readonly config: object;
	readonly point: string;
	/** It dies when it comes to the point for this time. Default 1. */
	readonly time?: number;
	/** The first daemon is stopped in order, in the middle of the goal; only from then on one may die. */
	readonly afterStop?: boolean;
	/** Files of the workspace before the goal. */
	readonly files: Readonly<Record<string, string>>;
	readonly launch: (workspace: string) => Input<Methods, "goal/launch">;
	/** A step that writes files, to be undone in the end. */
	readonly undo: StepId;
	/** Words of the goal that nobody may read when it is deleted. */
	readonly secret: string;
}

/** Several stories run at once, on machines that do other things, too. */
const storyTimeoutMs = 240_000;

export async function runToPoint(story: PointStory): Promise<PointVerdict> {
	const home = mkdtempSync(path.join(os.tmpdir(), "mission-point-"));
	const workspace = mkdtempSync(path.join(os.tmpdir(), "mission-point-ws-"));
	writeFileSync(path.join(home, "config.jsonc"), JSON.stringify(story.config));
	for (const [name, text] of Object.entries(story.files)) {
		mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
		writeFileSync(path.join(workspace, name), text);
	}
	const daemons = keepDaemon(home, story);
	const client = openClient({
		home,
		daemonScript: story.daemonScript,
		actor: { client: "test" },
		start: "never",
		log() {},
	});
	try {
		return await live(story, { home, workspace, client, daemons });
	} catch (cause) {
		throw new Error(`${story.point}: ${cause instanceof Error ? cause.message : cause}`, { cause });
	} finally {
		client.close();
		await daemons.close();
		for (const folder of [home, workspace]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

interface Stage {
	readonly home: string;
	readonly workspace: string;
	readonly client: DaemonClient;
	readonly daemons: Daemons;
}

async function live(story: PointStory, { home, workspace, client, daemons }: Stage): Promise<PointVerdict> {
	const deadline = Date.now() + storyTimeoutMs;
	const told = new Map<number, RecordedEvent>();
	let goal = newGoal("" as GoalId);

	const { goalId } = await ask("goal/launch", story.launch(workspace));
	const stop = watchGoal(client, goalId, {
		onChange(now, events) {
			goal = now;
			for (const event of events) told.set(event.seq, event);
		},
	});
	const approver = setInterval(() => void answerAll(client, goal), 10);
	try {
		if (story.afterStop) {
			await until(() => isOver() || Object.values(goal.steps).some((step) => step.state === "completed"));
			await daemons.stop();
		}
		await until(isOver);
		const filesWhenDone = filesOf(workspace);
		const whenDone = goal;

		if (daemons.died()) return { ...said(await wholeLog({ request: ask }, goalId)), goal: whenDone, filesWhenDone };

		const isUndone = () => goal.undo === undefined && goal.steps[story.undo]?.undone === true;
		await until(async () => {
			if (isUndone()) return true;
			// Refused when it was begun, and this client has not heard of it yet.
			if (goal.undo === undefined) await once("step/undo", { goalId, stepId: story.undo }).catch(() => undefined);
			return false;
		});
		const files = filesOf(workspace);
		// In order, so that what is done at an end is passed by, too.
		if (!daemons.died()) await daemons.stop();
		const record = await wholeLog({ request: ask }, goalId);
		const undone = record.filter((event) => event.type === "step.undone").length;
		const account = said(record);

		const isListed = async () => (await ask("goal/list", {})).goals.some((each) => each.goalId === goalId);
		await until(async () => {
			if (!(await isListed())) return true;
			await once("goal/control", { goalId, action: "delete" });
			return false;
		});
		// The answer does not wait for the bodies: they go in the background, or after the next start.
		await until(() => unerased(home, story.secret).length === 0).catch(() => undefined);
		const afterwards = { files, undone, notErased: unerased(home, story.secret) };
		return { ...account, reached: daemons.died(), goal: whenDone, filesWhenDone, afterwards };
	} finally {
		clearInterval(approver);
		stop();
	}

	function said(record: readonly RecordedEvent[]) {
		const lost = [...told.values()]
			.filter((event) => JSON.stringify(record[event.seq - 1]) !== JSON.stringify(event))
			.map((event) => `${event.seq} ${event.type}`);
		return { reached: daemons.died(), lost, unknown: unknownOutcomes(record) };
	}

	function isOver(): boolean {
		return endStates.includes(goalState(goal));
	}

	async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
		while (!(await isSo())) {
			if (Date.now() > deadline) throw new Error(`it hangs; its daemon died: ${daemons.died()}; ${daemons.words()}`);
			await sleep(10);
		}
	}

	/** A request that may be repeated, until a daemon answers it. */
	async function ask<M extends MethodName>(method: M, params: Input<Methods, M>): Promise<Result<Methods, M>> {
		let answer: Result<Methods, M> | undefined;
		await until(async () => {
			answer = await once(method, params);
			return answer !== undefined;
		});
		return answer!;
	}

	/** Undefined when no daemon answered: it may have been carried out. */
	async function once<M extends MethodName>(
		method: M,
		params: Input<Methods, M>,
	): Promise<Result<Methods, M> | undefined> {
		try {
			return await client.request(method, params, { connectTimeoutMs: 1000 });
		} catch (cause) {
			if (isRefusal(cause) && goneCodes.has(cause.code)) return undefined;
			throw cause;
		}
	}
}

/** No daemon was there, or it went before it answered. */
const goneCodes: ReadonlySet<string> = new Set(["closed", "noDaemon", "unreachable", "unauthorized", "startFailed"]);

interface Daemons {
	/** One died at the point. */
	died(): boolean;
	words(): string;
	/** Ends the one that lives in order, or by its point; another one is started. */
	stop(): Promise<void>;
	close(): Promise<void>;
}

/** Keeps one daemon alive on a folder, of which one dies at the point. */
function keepDaemon(home: string, { daemonScript, point, time = 1, afterStop = false }: PointStory): Daemons {
	let died = false;
	let mayDie = !afterStop;
	let closed = false;
	let said = "";
	let child = start();

	function start(): ChildProcess {
		const env = {
			...process.env,
			MISSION_CRASH_POINT: mayDie && !died ? point : undefined,
			MISSION_CRASH_TIME: `${time}`,
		};
		const started = spawn(process.execPath, [daemonScript, "run", "--home", home, "--idle-seconds", "600"], {
			env,
			stdio: ["ignore", "ignore", "pipe"],
		});
		started.stderr.on("data", (chunk) => {
			said += String(chunk);
		});
		started.once("exit", (_code, signal) => {
			if (signal === "SIGKILL" && !closed) died = true;
			if (!closed) child = start();
		});
		return started;
	}

	return {
		died: () => died,
		words: () => said,
		async stop() {
			mayDie = true;
			const ending = child;
			const gone = new Promise((resolve) => ending.once("exit", resolve));
			ending.kill("SIGTERM");
			await gone;
		},
		async close() {
			closed = true;
			const ending = child;
			if (ending.exitCode !== null || ending.signalCode !== null) return;
			const gone = new Promise((resolve) => ending.once("exit", resolve));
			ending.kill("SIGKILL");
			await gone;
		},
	};
}

function filesOf(folder: string): Record<string, string> {
	const names = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath ?? entry.path, entry.name)));
	return Object.fromEntries(names.sort().map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
}

/** In the store, and in what was said to programs of agents. */
function unerased(home: string, secret: string): string[] {
	return ["store", "agents"]
		.map((name) => path.join(home, name))
		.filter((folder) => existsSync(folder))
		.flatMap((folder) => Object.entries(filesOf(folder)))
		.flatMap(([file, text]) => (text.includes(secret) ? [file] : []));
}
