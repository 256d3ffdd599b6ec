import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { Priority } from "../../../src/core/values.ts";
import { stateReason } from "../../../src/core/words/stateReason.ts";
import { createPlaybookAgent } from "../../../src/daemon/agents/playbookAgent.ts";
import type { Commands } from "../../../src/daemon/commands/commands.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { openSupervisor, type Supervisor } from "../../../src/daemon/engine/supervisor.ts";
import { openLastLines } from "../../../src/daemon/perform/lastLines.ts";
import { performWith } from "../../../src/daemon/perform/perform.ts";
import { openFileContents } from "../../../src/daemon/platform/fileContents.ts";
import { openGoalFiles } from "../../../src/daemon/policy/goalFiles.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import type { Tool } from "../../../src/daemon/tools/tool.ts";
import { commandTool } from "../../support/commandTool.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { seeded } from "../../support/seed.ts";
import { launchPlaybook, person, type StepSketch } from "../../support/simulation.ts";

describe("the goals of a daemon take turns", () => {
	let folder: string;
	let world: CommandWorld;
	let all: Supervisor;
	let store: Store;
	let errors: unknown[];
	const events = new Map<GoalId, GoalEvent[]>();

	beforeEach(() => {
		folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-turns-")));
		for (const name of ["one", "two", "one/inner"]) mkdirSync(path.join(folder, name));
		world = commandWorld();
		store = createMemoryStore();
		errors = [];
		events.clear();
	});
	afterEach(async () => {
		world.endAll();
		await all.close();
		rmSync(folder, { recursive: true, force: true });
		assert.deepEqual(errors, []);
	});

	async function start(parallelGoals = 4): Promise<void> {
		let ids = 0;
		const clock = { now: () => Date.now() };
		const newId = <T extends string>(prefix: string) => `${prefix}-${Date.now()}-${++ids}` as T;
		const log = {
			error: (text: string, cause?: unknown) => errors.push([text, cause]),
			warn() {},
			info() {},
			debug() {},
			trace() {},
		};
		const agent = createPlaybookAgent();
		all = openSupervisor(store, {
			clock,
			newId,
			log,
			limits: { ...engineLimits, parallelSteps: 3 },
			parallelGoals: () => parallelGoals,
			closeMs: 100,
			perform: performWith({
				clock,
				newId,
				log,
				commands: world.commands,
				tools: [commandTool as Tool],
				agentFor: () => agent,
				endAgent: async () => {},
				windowOf: () => undefined,
				delegateDepth: 2,
				delegatesPerThread: 8,
				changes: async () => ({ unavailable: "nobody looks" }),
				contents: openFileContents(),
				goalFiles: openGoalFiles(store),
				listChanges: async () => [],
				environment: {},
				dataFolder: "/nowhere",
				commandTimeoutMs: 1000,
				lastLines: openLastLines(),
				onDelta() {},
			}),
		});
		await all.start();
	}

	async function launch(
		name: string,
		steps: readonly StepSketch[],
		{ workspace = "one", priority = "normal" as Priority, granted = true } = {},
	): Promise<GoalId> {
		const goalId = `g-${name}` as GoalId;
		const [launched, ...rest] = launchPlaybook(steps, { granted });
		assert.ok(launched?.type === "goal.launched");
		const settings = { ...launched.settings, priority };
		const first = { ...launched, goalId, title: name, workspace: path.join(folder, workspace), settings };
		await all.launch(goalId, [first, ...rest]);
		const seen: GoalEvent[] = [];
		events.set(goalId, seen);
		await all.watch(goalId, (_goal, told) => void seen.push(...told));
		return goalId;
	}

	const state = async (goalId: GoalId) => goalState(await all.goal(goalId));
	const reason = async (goalId: GoalId) => stateReason(await all.goal(goalId));
	const ask = (goalId: GoalId, request: Parameters<typeof decide>[0]) =>
		all.commit(goalId, (goal) => decide(request, goal, { by: person, newId: (prefix) => `${prefix}-asked` as never }));
	const runs = (names: readonly string[]) =>
		until(
			() => same(world.running(), names),
			() => `runs ${world.running()}, not ${names}`,
		);
	const ended = (goalId: GoalId) =>
		until(
			async () => (await state(goalId)) === "completed",
			() => `${goalId} does not end`,
		);
	const one = (name: string): StepSketch[] => [{ id: "s", commands: [name] }];

	it("so many at once: the most urgent first, and then in the order of their launch", async () => {
		await start(1);
		await launch("a", one("a"), { workspace: "one" });
		await runs(["a"]);
		const named = [
			["low", "low"],
			["normal", "normal"],
			["high", "high"],
			["urgent", "urgent"],
			["later", "normal"],
		] as const;
		for (const [name, priority] of named) {
			await sleep(2);
			const goalId = await launch(name, one(name), { workspace: "two", priority });
			assert.equal(await state(goalId), "queued");
			assert.equal(await reason(goalId), "Waits for its turn: “a” is at work, and one goal may work at once.");
		}
		for (const name of ["a", "urgent", "high", "normal", "later", "low"]) {
			await runs([name]);
			world.end(name);
		}
		for (const [name] of named) await ended(`g-${name}` as GoalId);
	});

	it("a goal that only waits for a person takes no place", async () => {
		await start(1);
		const asks = await launch("asks", one("asks"), { granted: false });
		await until(
			async () => (await state(asks)) === "awaiting_approval",
			() => "nobody is asked",
		);
		await launch("b", one("b"), { workspace: "two" });
		await runs(["b"]);
		const [approval] = Object.values((await all.goal(asks)).approvals);
		await ask(asks, { kind: "answer", approvalId: approval!.approvalId, answer: "approve", scope: "once" });
		await until(
			async () => (await state(asks)) === "queued",
			() => "it does not wait for its turn",
		);
		world.end("b");
		await runs(["asks"]);
		world.end("asks");
		await ended(asks);
	});

	it("and one that is paused gives its place away and waits for the next when it is resumed", async () => {
		await start(1);
		const a = await launch("a", [{ id: "s", commands: ["a1", "a2"] }]);
		const b = await launch("b", one("b"), { workspace: "two" });
		await runs(["a1"]);
		await ask(a, { kind: "pause", now: false });
		assert.deepEqual(world.running(), ["a1"]);
		world.end("a1");
		await runs(["b"]);
		await ask(a, { kind: "resume" });
		await until(
			async () => (await state(a)) === "queued",
			() => "it does not wait for its turn",
		);
		await assert.rejects(() => ask(a, { kind: "resume" }), /waits for its turn/);
		world.end("b");
		await ended(b);
		await runs(["a2"]);
		world.end("a2");
		await ended(a);
	});

	it("step by step in one folder, and side by side in different ones", async () => {
		await start();
		const steps = (name: string): StepSketch[] => [
			{ id: "s1", commands: [`${name}1`, `${name}1+`] },
			{ id: "s2", commands: [`${name}2`], needs: ["s1"] },
			{ id: "s3", commands: [`${name}3`], needs: ["s2"] },
		];
		const a = await launch("a", steps("a"));
		const b = await launch("b", steps("b"));
		const other = await launch("c", one("c"), { workspace: "two" });
		await runs(["a1", "c"]);
		assert.equal(await state(b), "queued");
		assert.equal(await reason(b), "Waits for “a”, which works in the same folder.");
		for (const [name, next] of [
			["a1", "a1+"],
			["a1+", "b1"],
			["b1", "b1+"],
			["b1+", "a2"],
			["a2", "b2"],
			["b2", "a3"],
			["a3", "b3"],
		] as const) {
			world.end(name);
			await runs([next, "c"]);
		}
		world.end("b3");
		world.end("c");
		for (const goalId of [a, b, other]) await ended(goalId);
		assert.ok(events.get(a)!.some((event) => event.type === "hold.placed" && event.reason.includes("“b”")));
	});

	it("also where no place is free: the one that goes ahead is given that of the other", async () => {
		await start(2);
		const steps = (name: string): StepSketch[] => [
			{ id: "s1", commands: [`${name}1`] },
			{ id: "s2", commands: [`${name}2`], needs: ["s1"] },
		];
		const goals = [await launch("a", steps("a"), { priority: "low" })];
		goals.push(await launch("b", steps("b"), { priority: "low" }));
		goals.push(await launch("c", one("c"), { workspace: "two" }));
		await runs(["a1", "c"]);
		goals.push(await launch("urgent", one("urgent"), { workspace: "two", priority: "urgent" }));
		for (const [name, next] of [
			["a1", "b1"],
			["b1", "a2"],
			["a2", "b2"],
		] as const) {
			world.end(name);
			await runs([next, "c"]);
		}
		world.end("c");
		await runs(["b2", "urgent"]);
		world.end("b2");
		world.end("urgent");
		for (const goalId of goals) await ended(goalId);
		const placed = events.get(goals[0]!)!.filter((event) => event.type === "hold.placed");
		assert.deepEqual(
			placed.map((event) => event.reason),
			["Waits for “b”, which works in the same folder."],
		);
	});

	it("also where a folder lies in the other, and where many steps run side by side", async () => {
		await start();
		const many = Array.from(
			{ length: 6 },
			(_, index): StepSketch => ({ id: `s${index}`, commands: [`a${index}`], needs: [] }),
		);
		const a = await launch("a", many);
		const b = await launch("b", one("b"), { workspace: "one/inner" });
		await runs(["a0", "a1", "a2"]);
		world.end("a0");
		await sleep(20);
		assert.deepEqual(world.running(), ["a1", "a2"], "no further step begins before whoever waits had its turn");
		world.end("a1");
		world.end("a2");
		await runs(["b"]);
		world.end("b");
		await ended(b);
		await runs(["a3", "a4", "a5"]);
		for (const name of ["a3", "a4", "a5"]) world.end(name);
		await ended(a);
	});

	it("a step that waits for a person lets others into its folder, and goes on when they have ended theirs", async () => {
		await start();
		const asks = await launch("asks", one("asks"), { granted: false });
		await until(
			async () => (await state(asks)) === "awaiting_approval",
			() => "nobody is asked",
		);
		const b = await launch("b", one("b"));
		await runs(["b"]);
		const [approval] = Object.values((await all.goal(asks)).approvals);
		await ask(asks, { kind: "answer", approvalId: approval!.approvalId, answer: "approve", scope: "once" });
		await until(
			async () => (await reason(asks)).includes("“b”"),
			() => "it does not say what it waits for",
		);
		assert.deepEqual(world.running(), ["b"]);
		world.end("b");
		await ended(b);
		await runs(["asks"]);
		world.end("asks");
		await ended(asks);
	});

	it("and what waited goes on when the other is cancelled or deleted", async () => {
		await start(1);
		const a = await launch("a", one("a"));
		const b = await launch("b", one("b"));
		const c = await launch("c", one("c"), { workspace: "two" });
		await runs(["a"]);
		await ask(b, { kind: "cancel" });
		await ask(a, { kind: "cancel" });
		world.end("a");
		await runs(["c"]);
		await all.erase(a);
		world.end("c");
		await ended(c);
	});

	for (let crowd = 1; crowd <= 10; crowd++) {
		it(`whatever happens: never too many, never two in one folder, and each to its end (crowd ${crowd})`, async () => {
			const { between } = seeded("turns");
			const draw = (below: number) => between(0, below - 1);
			await start(2);
			const goals: GoalId[] = [];
			const folders = ["one", "two", "one/inner"];
			for (let at = 0; at < 8; at++) {
				const name = `g${at}`;
				const steps = Array.from({ length: 1 + draw(3) }, (_, step): StepSketch => {
					const commands = Array.from({ length: 1 + draw(2) }, (__, index) => `${name}.${step}.${index}`);
					return { id: `s${step}`, commands, needs: step > 0 && draw(2) ? [`s${step - 1}`] : [] };
				});
				const priority = (["low", "normal", "high", "urgent"] as const)[draw(4)]!;
				goals.push(await launch(name, steps, { workspace: folders[draw(3)]!, priority }));
			}
			const isOver = async () => (await Promise.all(goals.map(state))).every((one) => one === "completed");
			for (let round = 0; !(await isOver()); round++) {
				assert.ok(round < 2000, "they do not come to an end");
				const names = [...new Set(world.running().map((command) => command.split(".")[0]))];
				const at = await Promise.all(names.map(async (name) => (await all.goal(`g-${name}` as GoalId)).workspace));
				assert.ok(names.length <= 2, `at work: ${names}`);
				for (const [index, one] of at.entries())
					for (const other of at.slice(index + 1))
						assert.ok(!`${one}/`.startsWith(`${other}/`) && !`${other}/`.startsWith(`${one}/`), `${names} in ${at}`);
				const some = goals[draw(goals.length)]!;
				if (draw(6) === 0) await ask(some, { kind: "pause", now: false }).catch(isRefused);
				if (draw(3) === 0) for (const goalId of goals) await ask(goalId, { kind: "resume" }).catch(isRefused);
				const running = world.running();
				if (running.length > 0) world.end(running[draw(running.length)]!);
				await sleep(2);
			}
		});
	}

	it("and nothing is lost or interrupted when the daemon starts again", async () => {
		await start(1);
		const a = await launch("a", [{ id: "s", commands: ["a1", "a2"] }]);
		await sleep(2);
		const low = await launch("low", one("low"), { workspace: "two", priority: "low" });
		await sleep(2);
		const b = await launch("b", one("b"));
		await runs(["a1"]);
		await all.close();
		await start(1);
		await runs(["a1"]);
		assert.deepEqual([await state(a), await state(low), await state(b)], ["running", "queued", "queued"]);
		for (const name of ["a1", "a2", "b", "low"]) {
			await runs([name]);
			world.end(name);
		}
		for (const goalId of [a, low, b]) await ended(goalId);
		assert.deepEqual(world.begun, ["a1", "a2", "b", "low"]);
	});
});

interface CommandWorld {
	readonly commands: Commands;
	readonly begun: readonly string[];
	running(): readonly string[];
	end(command: string): void;
	endAll(): void;
}

/** Commands that run until the test ends them, whichever daemon follows them. */
function commandWorld(): CommandWorld {
	const spools = new Map<
		string,
		{ readonly command: string; readonly done: Promise<void>; end(): void; over: boolean }
	>();
	const begun: string[] = [];
	const running = () => [...spools.values()].filter(({ over }) => !over).map(({ command }) => command);
	const commands: Commands = {
		async run(spec, options) {
			let spool = spools.get(spec.id);
			if (!spool) {
				let end = () => {};
				const done = new Promise<void>((resolve) => {
					end = resolve;
				});
				spool = { command: spec.command, done, end, over: false };
				spools.set(spec.id, spool);
				begun.push(spec.command);
			}
			const { signal } = options ?? {};
			await Promise.race([
				spool.done,
				new Promise<never>((_resolve, reject) => {
					if (signal?.aborted) reject(signal.reason);
					signal?.addEventListener("abort", () => reject(signal.reason));
				}),
			]);
			const output = { head: "", tail: "", bytes: 0, sha256: "", path: "" };
			return { kind: "exited", exitCode: 0, timedOut: false, durationMs: 1, output };
		},
		stop: async () => undefined,
		running: async () => [],
		forget: async () => undefined,
	};
	return {
		commands,
		begun,
		running: () => running().sort(),
		end(command) {
			for (const spool of spools.values()) {
				if (spool.command !== command) continue;
				spool.over = true;
				spool.end();
			}
		},
		endAll() {
			for (const name of running()) this.end(name);
		},
	};
}

function isRefused(cause: unknown): void {
	assert.ok(isRefusal(cause), String(cause));
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(met: () => boolean | Promise<boolean>, why: () => string): Promise<void> {
	const giveUp = Date.now() + 45_000;
	while (!(await met())) {
		assert.ok(Date.now() < giveUp, why());
		await sleep(1);
	}
}

function same(some: readonly string[], others: readonly string[]): boolean {
	return JSON.stringify(some) === JSON.stringify([...others].sort());
}
