import assert from "node:assert/strict";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, answerRole, type Life, shell, working } from "../../support/acpGoal.ts";
import { type MemoryProcesses, memoryProcesses } from "../../support/memoryProcesses.ts";
import { type Scripted, scriptedAgent } from "../../support/scriptedAcp.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("what an agent is told that takes a thread up", () => {
	const { start } = acpGoals();
	/** Its first turn for the step ends in an error that is worth another try. */
	const twice = (more: Partial<Scripted> = {}) => {
		const texts: string[] = [];
		const log: string[] = [];
		const memory = working(
			async ({ text, say, ask, tell }) => {
				texts.push(text);
				if (texts.length > 1) return say("Done.").then(() => "end_turn");
				await ask({ toolCallId: "r", kind: "read", title: "Look" });
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "r", status: "completed" });
				throw new Error("Overloaded, try again.");
			},
			{ log, ...more },
		);
		return { memory, texts, log };
	};
	const stopped = (memory: MemoryProcesses) =>
		until("its program is ended", () =>
			[...memory.spools.values()].some(
				({ isAlive, written }) => !isAlive && written.some((line) => line.includes("Write the file")),
			),
		);
	/** The daemon of before finds that it is another's goal. */
	const overtaken = (done: Promise<void>) =>
		done.finally(() => {
			for (const failure of failures.splice(0)) assert.match(String(failure), /Another writer has claimed/);
		});
	const endOf = (life: Life) => {
		const worked = life.events("tool.requested")[0]?.threadId ?? life.events("agent.ended")[0]?.threadId;
		return life.events("agent.ended").filter(({ threadId }) => threadId === worked);
	};

	for (const [how, capabilities] of [
		["in its old session", { loadSession: true }],
		["in a new session", {}],
	] as const)
		it(`is no word of a death where its program had nothing to do for long: ${how}`, async () => {
			const { memory, texts } = twice({ capabilities });
			const life = await start(memory, { agent: { idleMs: 10 } });
			await life.ended();
			assert.equal(texts.length, 2);
			assert.doesNotMatch(texts[1]!, /died|half done/);
			if (capabilities.loadSession) assert.equal(texts[1], "Go on.");
			else assert.match(texts[1]!, /You worked on this before[\s\S]*as it was recorded/);
		});

	it("is no word of a death where the daemon that had ended its program was killed before it said so", async () => {
		const store = createMemoryStore();
		const { memory, texts } = twice({ capabilities: { loadSession: true } });
		const before = await start(memory, { store, agent: { idleMs: 10 } });
		await until("the turn has failed", () => before.events("provider.failed").length > 0);
		await stopped(memory);
		before.kill();
		const after = await start(memory, { store });
		await overtaken(after.ended());
		assert.doesNotMatch(texts[1]!, /died/);
		assert.deepEqual(
			endOf(after).flatMap(({ died }) => died ?? []),
			[],
		);
	});

	for (const [when, idleMs] of [
		["runs", 60_000],
		["was ended", 10],
	] as const)
		it(`is that another one worked before it, whose session it is not asked to open, where the other's program ${when}`, async () => {
			const store = createMemoryStore();
			const { memory, texts, log } = twice({ capabilities: { loadSession: true } });
			const before = await start(memory, { store, agent: { idleMs } });
			await until("the turn has failed", () => before.events("provider.failed").length > 0);
			if (idleMs < 1000) await stopped(memory);
			before.kill();
			const choice = { provider: "agent-other", model: "default" };
			const after = await start(memory, { store, choice, configured: { id: "other" } });
			await overtaken(after.ended());
			assert.deepEqual(
				log.filter((line) => line.startsWith("session/load")),
				[],
			);
			assert.match(texts[1]!, /Another agent worked on this before you[\s\S]*as it was recorded/);
			assert.doesNotMatch(texts[1]!, /died/);
			const [started] = after.events("agent.started");
			assert.deepEqual([started?.agent, started?.took], ["agent-other", "new"]);
		});

	it("is that its turn was ended early, where it was ended because it did not listen", async () => {
		const texts: string[] = [];
		const memory = working(
			async ({ text, say }) => {
				texts.push(text);
				if (texts.length > 1) return say("Done.").then(() => "end_turn");
				await say("I never stop.");
				return new Promise<never>(() => {});
			},
			{ capabilities: { loadSession: true } },
		);
		const life = await start(memory);
		await until("it works", () => texts.length > 0);
		await life.ask({ kind: "pause", now: true });
		await until("the turn is over", () => life.events("turn.interrupted").length > 0);
		await life.ask({ kind: "resume" });
		await until("it is asked anew", () => texts.length > 1);
		assert.match(texts[1]!, /^The turn before this one was ended early\. What was being done then may be half done/);
	});

	it("is that its program died, also where the daemon was killed before the next one was asked", async () => {
		const memoryStore = createMemoryStore();
		let kill = () => {};
		// It is killed between the session of the next program and its prompt.
		const store: Store = {
			...memoryStore,
			async append(...given) {
				const rows = await memoryStore.append(...given);
				if (given[3].some(({ body }) => String(body).includes('"took":"loaded"'))) kill();
				return rows;
			},
		};
		const texts: string[] = [];
		const memory = memoryProcesses((spool) =>
			scriptedAgent({
				capabilities: { loadSession: true },
				prompt: (turn) =>
					answerRole(turn) ??
					(async () => {
						texts.push(turn.text);
						if (texts.length > 1) return turn.say("Done.").then(() => "end_turn" as const);
						assert.equal(await turn.ask(shell("c1", "make")), "allow_once");
						spool.die("It was killed.");
						return new Promise<never>(() => {});
					})(),
			}),
		);
		const before = await start(memory, { store });
		let isKilled = false;
		kill = () => {
			before.kill();
			isKilled = true;
		};
		await before.answer("approve");
		await until("a person is asked about the act", () => before.approval()?.kind === "recovery");
		await before.answer("verify");
		await until("the next one has its session", () => isKilled);
		assert.equal(texts.length, 1);
		const after = await start(memory, { store: memoryStore });
		await overtaken(after.ended());
		assert.match(texts[1]!, /^The program that you were before has died/);
	});
});
