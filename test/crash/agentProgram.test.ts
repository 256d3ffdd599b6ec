import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonClient, openClient } from "../../src/client/daemonClient.ts";
import { watchGoal } from "../../src/client/goalWatch.ts";
import type { RecordedEvent } from "../../src/core/events.ts";
import { newGoal } from "../../src/core/folds/evolve.ts";
import type { Goal } from "../../src/core/goal.ts";
import { endStates, goalState } from "../../src/core/rules/goalState.ts";
import { type Random, seeded } from "../support/seed.ts";
import { until } from "../support/until.ts";
import { buildProgram, type Note, notesIn } from "./actingProgram.ts";
import { answerAll, killDaemon, unknownOutcomes, wholeLog } from "./crashRun.ts";

/** `npm run test:crash -- --kills 500` for the long form. */
const kills = Number(process.env.MISSION_KILLS ?? 20);
const steps = ["first", "second"] as const;
const acts = 3;
const words = 10;
const perGoal = 5;

/** What is under way when the daemon dies. Sometimes it is stopped in order, or makes way for a newer one. */
const aims = ["stream", "permission", "answered", "random", "stopped", "handedOver"] as const;
type Aim = (typeof aims)[number];

describe(`an agent that is a program, and whose daemon is killed ${kills} times`, function () {
	this.timeout(60_000 + kills * 10_000);
	const random = seeded("kills of a daemon");
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-program-"));
	let program: string;

	before(async () => {
		program = await buildProgram(folder);
	});
	after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

	it("goes on, is the same process, and nothing of it is lost, repeated or unknown", async () => {
		const done: Record<Aim, number> = { stream: 0, permission: 0, answered: 0, random: 0, stopped: 0, handedOver: 0 };
		for (let killed = 0; killed < kills; ) {
			const wanted = Math.min(perGoal, kills - killed);
			const stage = await openStage(program);
			try {
				const hit = await stage.run(async ({ goal, deltas }) => {
					const hits: Aim[] = [];
					for (let at = 0; at < wanted; at++) {
						const aim = aims[(killed + at) % aims.length]!;
						if (!(await untilAimed(stage, aim, goal, deltas, random))) break;
						await stage.end(aim);
						hits.push(aim);
					}
					return hits;
				});
				for (const aim of hit) done[aim]++;
				killed += hit.length;
				await expectWhole(stage);
			} finally {
				await stage.close();
			}
		}
		console.log(`      ${JSON.stringify(done)}`);
	});

	for (const resumes of [true, false])
		it(`${resumes ? "is resumed" : "is told what was"} when it dies itself, and what it was allowed to do is asked about`, async () => {
			const stage = await openStage(program, resumes);
			try {
				let victim: number | undefined;
				await stage.run(async ({ goal }) => {
					// It was told that it may, and has not told how it went.
					await stage.until("an act begins", () => {
						const open = Object.values(goal().calls).find(({ state }) => state === "started");
						victim = open && agentOf(stage, open.threadId!);
						return victim !== undefined;
					});
					process.kill(victim!, "SIGKILL");
				});
				const log = await stage.log();
				const unknown = log.filter((event) => event.type === "tool.interrupted");
				assert.equal(unknown.length, 1, JSON.stringify(unknown));
				assert.equal(log.filter((event) => event.type === "approval.requested" && event.kind === "recovery").length, 1);
				assert.equal(goalState(stage.goal()), "completed");
				for (const step of steps) assert.deepEqual(stage.lines(step), linesOf(step));
				const followers = stage
					.notes()
					.filter(({ did, pid }) => pid !== victim && did === (resumes ? "resume" : "prompt"));
				assert.ok(followers.length > 0);
				const [victims] = stage.notes().filter(({ pid }) => pid === victim);
				if (resumes) assert.ok(followers.some(({ session }) => session === victims!.session));
			} finally {
				await stage.close();
			}
		});
});

interface Stage {
	readonly home: string;
	goal(): Goal;
	log(): Promise<readonly RecordedEvent[]>;
	/** What the agents noted of themselves, in its order. */
	notes(): readonly Note[];
	lines(step: string): readonly string[];
	/** Events that a client had been told and that the log no longer has, or has otherwise. */
	lost(): Promise<readonly string[]>;
	/** Approvals are answered, but for while somebody asks not to. */
	answering: boolean;
	/** Runs one goal to its end; meanwhile `breaks` breaks what it wants. */
	run<T>(breaks: (watched: { goal(): Goal; deltas(): number }) => Promise<T>): Promise<T>;
	/** Ends the daemon; the next one comes by itself. */
	end(aim: Aim): Promise<void>;
	until(what: string, holds: () => boolean): Promise<void>;
	close(): Promise<void>;
}

/** A daemon on a folder of its own, started anew whenever there is none. */
async function openStage(program: string, resumes = false): Promise<Stage> {
	const home = mkdtempSync(path.join(os.tmpdir(), "mission-program-home-"));
	const workspace = mkdtempSync(path.join(os.tmpdir(), "mission-program-ws-"));
	const notesFile = path.join(home, "notes.jsonl");
	const command = [process.execPath, program, notesFile, ...steps];
	const env = resumes ? { AGENT_RESUMES: "1" } : {};
	const config = { agents: [{ id: "scripted", command, env }], agent: "agent-scripted/default" };
	writeFileSync(path.join(home, "config.jsonc"), JSON.stringify(config));
	const daemonScript = path.join(__dirname, "../../dist/daemon.js");
	const client = openClient({ home, daemonScript, actor: { client: "crash test" }, start: "always", log() {} });
	const told = new Map<number, RecordedEvent>();
	let goal = newGoal("" as Goal["goalId"]);
	let deltas = 0;
	const stage: Stage = {
		home,
		goal: () => goal,
		log: () => wholeLog(client, goal.goalId),
		notes: () => notesIn(notesFile),
		lines(step) {
			const file = path.join(workspace, `${step}.txt`);
			return existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
		},
		async lost() {
			const log = await stage.log();
			const gone = [...told.values()].filter((event) => JSON.stringify(log[event.seq - 1]) !== JSON.stringify(event));
			return gone.map(({ seq, type }) => `${seq} ${type}`);
		},
		answering: true,
		async run(breaks) {
			const launch = { workspace, prompt: "Do the acts.", requestId: `program-${workspace}` };
			const { goalId } = await client.request("goal/launch", launch);
			const stop = watchGoal(client, goalId, {
				onChange(now, events) {
					goal = now;
					for (const event of events) told.set(event.seq, event);
				},
				onDelta: () => void deltas++,
			});
			const approver = setInterval(() => stage.answering && void answerAll(client, goal), 15);
			try {
				const result = await breaks({ goal: stage.goal, deltas: () => deltas });
				await stage.until("the goal ends", () => endStates.includes(goalState(goal)));
				return result;
			} finally {
				clearInterval(approver);
				stop();
			}
		},
		async end(aim) {
			const { pid } = await client.request("daemon/status", {});
			if (aim === "handedOver")
				await client.request("daemon/handOver", { version: "999.0.0" }, { once: true }).catch(() => undefined);
			else await killDaemon({ home }, aim === "stopped" ? "SIGTERM" : "SIGKILL");
			await until("the daemon has ended", () => !lives(pid), 30_000);
			// After an end in order nobody but whoever wants something of it starts the next one.
			await client.request("daemon/status", {});
		},
		async until(what, holds) {
			const deadline = Date.now() + 90_000;
			while (!holds()) {
				if (Date.now() > deadline)
					throw new Error(`In vain until ${what}: ${JSON.stringify({ goal, notes: stage.notes() }, null, 1)}`);
				await sleep(5);
			}
		},
		close: () => closeStage(client, home, workspace),
	};
	return stage;
}

async function closeStage(client: DaemonClient, home: string, workspace: string): Promise<void> {
	const { pid } = await client.request("daemon/status", {});
	await client.request("daemon/stop", { now: true }, { once: true }).catch(() => undefined);
	client.close();
	await until("the daemon has ended", () => !lives(pid), 30_000);
	for (const gone of [home, workspace]) rmSync(gone, { recursive: true, force: true, maxRetries: 5 });
}

/** False when the goal was over before. */
async function untilAimed(
	stage: Stage,
	aim: Aim,
	goal: () => Goal,
	deltas: () => number,
	random: Random,
): Promise<boolean> {
	const isOver = () => endStates.includes(goalState(goal()));
	const asked = () => Object.values(goal().approvals).filter(({ kind }) => kind === "tool").length;
	if (aim === "random" || aim === "stopped" || aim === "handedOver") await sleep(random.between(0, 400));
	if (aim === "stream") {
		const before = deltas();
		await stage.until("it streams", () => isOver() || deltas() > before + random.between(1, 5));
	}
	if (aim === "permission") {
		stage.answering = false;
		await stage.until("it asks", () => isOver() || asked() > 0);
		await sleep(random.between(0, 30));
		setTimeout(() => {
			stage.answering = true;
		}, 200);
	}
	if (aim === "answered") {
		await stage.until("it asks", () => isOver() || asked() > 0);
		await stage.until("it was answered", () => isOver() || asked() === 0);
		await sleep(random.between(0, 20));
	}
	return !isOver();
}

async function expectWhole(stage: Stage): Promise<void> {
	const log = await stage.log();
	assert.equal(goalState(stage.goal()), "completed");
	assert.deepEqual(await stage.lost(), [], "events that a client had been told are gone or changed");
	assert.deepEqual(unknownOutcomes(log), [], "outcomes were called unknown that could be known");
	for (const step of steps) assert.deepEqual(stage.lines(step), linesOf(step), "an act was repeated or left out");
	// Planner, one for each step, and who looks back.
	const notes = stage.notes();
	await until("its programs have ended with the goal", () => notes.every(({ pid }) => !lives(pid)));
	const prompts = notes.filter(({ did }) => did === "prompt");
	assert.equal(prompts.length, new Set(prompts.map(({ pid }) => pid)).size, "a prompt was sent twice");
	assert.equal(prompts.length, steps.length + 2, "a process was started anew");
	const asked = notes.filter(({ did }) => did === "asked").map(({ act }) => act);
	assert.deepEqual([...asked].sort(), steps.flatMap(linesOf).sort(), "a permission was answered twice, or never");
	for (const step of steps) {
		const said = log.flatMap((event) =>
			event.type === "message.added" && event.from === "implementer" ? [event.text] : [],
		);
		const spoken = said.join(" ").match(new RegExp(`${step}-\\d+-\\d+`, "g")) ?? [];
		assert.deepEqual(spoken, wordsOf(step), "what it said is not what is in the log");
	}
}

function agentOf(stage: Stage, threadId: string): number | undefined {
	const session = stage.goal().threads[threadId as keyof Goal["threads"]];
	const sessionId = JSON.stringify(session).match(/session-(\d+)/)?.[1];
	return sessionId === undefined ? undefined : Number(sessionId);
}

function linesOf(step: string): string[] {
	return Array.from({ length: acts }, (_, at) => `${step} ${at + 1}`);
}

function wordsOf(step: string): string[] {
	return Array.from({ length: acts }, (_, act) =>
		Array.from({ length: words }, (_, word) => `${step}-${act + 1}-${word + 1}`),
	).flat();
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
