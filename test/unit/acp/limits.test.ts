import assert from "node:assert/strict";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, answerRole, shell, working } from "../../support/acpGoal.ts";
import { memoryProcesses } from "../../support/memoryProcesses.ts";
import { scriptedAgent } from "../../support/scriptedAcp.ts";
import { until } from "../../support/until.ts";

describe("the program of an agent", () => {
	const { start } = acpGoals();
	const alive = (memory: { spools: ReadonlyMap<string, { isAlive: boolean }> }) =>
		[...memory.spools.values()].filter(({ isAlive }) => isAlive).length;

	it("runs one turn after the other in the same session, and is told only what is new", async () => {
		const texts: string[] = [];
		let mayEnd = () => {};
		const end = new Promise<void>((resolve) => {
			mayEnd = resolve;
		});
		const memory = working(async ({ text, say, ask, tell }) => {
			texts.push(text);
			if (texts.length === 1) {
				await ask({ toolCallId: "r", kind: "read", title: "Look" });
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "r", status: "completed" });
				await end;
			}
			await say(`Turn ${texts.length}.`);
			return "end_turn";
		});
		const life = await start(memory);
		await until("it works", () => life.events("tool.completed").length > 0);
		const threadId = life.events("tool.requested")[0]!.threadId;
		await life.ask({ kind: "send", text: "Use tabs.", threadId });
		mayEnd();
		await life.ended();
		assert.equal(texts.length, 2);
		assert.match(texts[1]!, /^The person who watches over this goal says:\nUse tabs\.$/);
		assert.equal(life.events("agent.started").filter((one) => one.threadId === threadId).length, 1);
	});

	it("is ended when its thread is done, and a goal that ended leaves none behind", async () => {
		const memory = working(async ({ say, tell }) => {
			await tell({ sessionUpdate: "tool_call", toolCallId: "r", kind: "read", title: "Look", status: "completed" });
			await say("Done.");
			return "end_turn";
		});
		const life = await start(memory);
		await life.ended();
		await until("its programs are ended", () => alive(memory) === 0);
		assert.equal(memory.spools.size, 0, "and what passed between it and us is erased");
		await until("it is told", () => life.events("agent.ended").length >= 3);
		assert.deepEqual(
			life.events("agent.ended").filter(({ died }) => died),
			[],
		);
	});

	it("is ended when it has had nothing to do for long, and its session is opened again when it is asked anew", async () => {
		const log: string[] = [];
		let turns = 0;
		const memory = working(
			async ({ say }) => {
				if (++turns === 1) throw new Error("Overloaded, try again.");
				await say("Done.");
				return "end_turn";
			},
			{ capabilities: { loadSession: true }, log },
		);
		const life = await start(memory, { agent: { idleMs: 10 } });
		await until("it is asked anew", () => turns > 1);
		assert.match(life.events("provider.failed")[0]!.reason, /Overloaded/);
		assert.ok(life.events("agent.ended").some(({ reason, died }) => /nothing to do/.test(reason) && !died));
		assert.ok(log.some((line) => line.startsWith("session/load")));
	});

	it("is told to stop when the turn has used more than the goal may, as far as it tells", async () => {
		const memory = working(async ({ tell, cancelled }) => {
			await tell({ sessionUpdate: "usage_update", used: 90_000, size: 200_000 });
			await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
			return "cancelled";
		});
		const life = await start(memory, { settings: { budget: { tokens: 50_000 } } });
		await until("the turn is ended", () => life.events("provider.failed").length > 0);
		assert.match(life.events("provider.failed")[0]!.reason, /of 50000 tokens are used/);
		await until("a person is asked", () => life.approval()?.kind === "budget");
	});

	const costs = (amount: number) => ({
		sessionUpdate: "usage_update",
		used: 190_000,
		size: 200_000,
		cost: { amount, currency: "USD" },
	});
	const stops = {
		"as its answer counts it": { inputTokens: 180_000, outputTokens: 9, totalTokens: 180_009 },
		"as far as it told, where its answer counts nothing": undefined,
	};
	for (const [how, usage] of Object.entries(stops))
		it(`is charged what a turn that a person ended has used: ${how}`, async () => {
			const memory = working(async ({ tell, cancelled }) => {
				await tell(costs(0.25));
				await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
				return { stopReason: "cancelled", usage } as never;
			});
			const life = await start(memory);
			await until("it works", () => life.types("turn.started").length >= 2);
			await until("it has told", () => [...memory.spools.values()].some(({ written }) => written.some(isWork)));
			await life.ask({ kind: "pause", now: true });
			await until("the turn is over", () => life.events("turn.interrupted").length > 0);
			const { charged } = life.events("turn.interrupted")[0]!;
			assert.equal(charged?.costUsd, 0.25);
			assert.equal(charged?.inputTokens, usage ? 180_000 : 190_000);
		});

	const isWork = (line: string) => line.includes("Write the file");

	it("is charged what a turn has used that it answers with an error", async () => {
		const life = await start(
			working(async ({ tell }) => {
				await tell(costs(0.25));
				throw new Error("Overloaded, try again.");
			}),
		);
		await until("the turn fails", () => life.events("provider.failed").length > 0);
		assert.equal(life.events("provider.failed")[0]!.charged?.costUsd, 0.25);
	});

	it("is charged what a turn has cost that was silent and is asked again", async () => {
		let turns = 0;
		const life = await start(
			working(async ({ tell, cancelled, say }) => {
				if (++turns > 1) return say("Here I am.").then(() => "end_turn");
				await tell({ ...costs(0.25), used: 10 });
				await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
				return "cancelled";
			}),
			{ silenceMs: 500 },
		);
		await until("it is asked again", () => turns > 1);
		assert.equal(life.events("turn.interrupted")[0]?.charged.costUsd, 0.25);
	});

	it("that does not listen to being stopped leaves what it had begun in the log", async () => {
		let begun = false;
		const memory = working(async ({ tell }) => {
			await tell({ sessionUpdate: "tool_call", ...shell("u1", "make"), status: "in_progress" });
			begun = true;
			return new Promise(() => {});
		});
		const life = await start(memory);
		await until("it has begun", () => begun);
		await life.ask({ kind: "pause", now: true });
		await until("the turn is over", () => life.events("turn.interrupted").length > 0);
		const [call] = life.events("tool.requested");
		assert.deepEqual([call?.summary, call?.unasked], ["make", true]);
	});

	it("is asked again when it is silent for the first time, and never while an act of it is under way", async () => {
		let turns = 0;
		const quiet = await start(
			working(async ({ cancelled, say }) => {
				if (++turns > 1) return say("Here I am.").then(() => "end_turn");
				await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
				return "cancelled";
			}),
			{ silenceMs: 500 },
		);
		await until("it is asked again", () => turns > 1);
		assert.ok(quiet.events("silence.nudged").some(({ stepId }) => stepId !== undefined));
		const busy = await start(
			working(async ({ ask, tell, say }) => {
				await ask(shell("c", "make"));
				await until("several silences have passed", () => busy.types("silence.noticed").length > 0);
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "c", status: "completed" });
				await say("Done.");
				return "end_turn";
			}),
			{ silenceMs: 500 },
		);
		await busy.answer("approve");
		await busy.ended();
		// A busy machine may be silent itself before it acts.
		const [began] = busy.events("tool.started");
		const given = [...busy.events("silence.nudged"), ...busy.events("turn.interrupted")];
		assert.deepEqual(
			given.filter(({ seq, threadId }) => seq > began!.seq && threadId === busy.events("tool.requested")[0]!.threadId),
			[],
		);
	});

	it("goes on while the daemon is stopped in order, and is followed by the next one", async () => {
		const store = createMemoryStore();
		let mayEnd = () => {};
		const end = new Promise<void>((resolve) => {
			mayEnd = resolve;
		});
		let asked = 0;
		const memory = working(async ({ say, tell }) => {
			asked++;
			await tell({ sessionUpdate: "tool_call", toolCallId: "r", kind: "read", title: "Look", status: "completed" });
			await end;
			await say("Done.");
			return "end_turn";
		});
		const before = await start(memory, { store });
		await until("it works", () => before.events("tool.completed").length > 0);
		await before.close();
		assert.equal(alive(memory) > 0, true);
		mayEnd();
		const after = await start(memory, { store });
		await after.ended();
		assert.equal(goalState(after.goal()), "completed");
		assert.equal(asked, 1);
		assert.deepEqual(after.types("turn.interrupted"), []);
	});

	for (const [how, isSilent] of [
		["and goes on", true],
		["and is done while none runs", false],
	] as const)
		it(`that did something without asking, where config.jsonc refuses that, has its turn ended by the daemon that takes it over: it tells no more ${how}`, async () => {
			const store = createMemoryStore();
			let kill = () => {};
			const memory = working(async ({ tell, cancelled }) => {
				await tell({ sessionUpdate: "tool_call", ...shell("u1", "rm -r old"), status: "completed" });
				await until("the daemon is dead", () => isDead);
				if (isSilent) await new Promise((resolve) => cancelled.addEventListener("abort", resolve));
				return isSilent ? "cancelled" : "end_turn";
			});
			let isDead = false;
			// It dies in the moment in which it has recorded what was done.
			const dying: Store = {
				...store,
				async append(...given) {
					const seq = await store.append(...given);
					if (given[3].some(({ type }) => type === "tool.completed")) kill();
					return seq;
				},
			};
			const configured = { refuseUnasked: true };
			const before = await start(memory, { store: dying, configured });
			kill = () => {
				before.kill();
				isDead = true;
			};
			await until("it has acted", () => isDead);
			const after = await start(memory, { store, configured });
			await until("the goal is held", () => after.events("hold.placed").length > 0);
			assert.match(after.events("hold.placed")[0]!.reason, /without asking \(`rm -r old`\)/);
			assert.deepEqual(after.types("turn.started", "turn.completed"), []);
			await after.ask({ kind: "cancel" });
		});

	it("that finished its turn and died while no daemon ran has its answer counted", async () => {
		const store = createMemoryStore();
		let kill = () => {};
		const memory = memoryProcesses((spool) =>
			scriptedAgent({
				prompt: (turn) =>
					answerRole(turn) ??
					(async () => {
						await turn.tell({
							sessionUpdate: "tool_call",
							toolCallId: "r",
							kind: "read",
							title: "Look",
							status: "completed",
						});
						kill();
						await turn.say("It is done.");
						setTimeout(() => spool.die(), 20);
						return "end_turn" as const;
					})(),
			}),
		);
		const before = await start(memory, { store });
		kill = before.kill;
		await until("it has died", () =>
			[...memory.spools.values()].some(
				({ isAlive, written }) => !isAlive && written.some((line) => line.includes("Write the file")),
			),
		);
		const after = await start(memory, { store });
		await after.ended();
		assert.equal(after.events("step.reported")[0]?.report, "It is done.");
		assert.deepEqual(after.types("provider.failed", "turn.interrupted"), []);
	});
});
