import assert from "node:assert/strict";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GrantId, HoldId } from "../../../src/core/ids.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { stalls } from "../../../src/core/rules/movement.ts";
import { stateReason } from "../../../src/core/words/stateReason.ts";
import type { Agent, Turn } from "../../../src/daemon/agents/agent.ts";
import type { RunOptions } from "../../../src/daemon/commands/command.ts";
import type { Commands } from "../../../src/daemon/commands/commands.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { summarize } from "../../../src/protocol/view.ts";
import {
	answered,
	launchPlaybook,
	launchPrompt,
	newWorld,
	person,
	type Simulation,
	simulate,
} from "../../support/simulation.ts";

describe("a command that says nothing for long", () => {
	const output = { head: "", tail: "", bytes: 0, sha256: "", path: "" };

	/** One command that runs until it is told to end, and prints when it is told to. */
	async function run(silenceMs = 200) {
		let end = () => {};
		const ended = new Promise<void>((resolve) => {
			end = resolve;
		});
		const listening: RunOptions[] = [];
		const commands: Commands = {
			async run(_spec, options = {}) {
				listening.push(options);
				await Promise.race([
					ended,
					new Promise<never>((_resolve, reject) =>
						options.signal?.addEventListener("abort", () => reject(options.signal?.reason)),
					),
				]);
				return { kind: "exited", exitCode: 0, timedOut: false, durationMs: 1, output };
			},
			stop: async () => assert.fail("nobody ends it"),
			running: async () => [],
			forget: async () => undefined,
		};
		const store = createMemoryStore();
		const open = () => simulate({ store, world: newWorld(), commands, silenceMs });
		const simulation = await open();
		await simulation.driver.commit(() => launchPlaybook([{ id: "a", commands: ["make"] }]));
		return { simulation, open, end: () => end(), print: () => listening.at(-1)?.onOutput?.("Hello") };
	}

	const noticed = ({ events }: Simulation) => events.filter((event) => event.type === "silence.noticed").length;

	it("is shown to be silent, once, and is not ended for it", async () => {
		const { simulation, end } = await run();
		const { driver } = simulation;
		await until(() => noticed(simulation) === 1);
		assert.equal(goalState(driver.goal()), "running");
		assert.match(stateReason(driver.goal()), /`make` has said nothing since/);
		assert.ok(summarize(driver.goal()).silentSince);
		await sleep(500);
		assert.equal(noticed(simulation), 1);
		end();
		await simulation.settled();
		assert.equal(goalState(driver.goal()), "completed");
		assert.deepEqual(stalls(driver.goal()), []);
		assert.equal(summarize(driver.goal()).silentSince, undefined);
	});

	it("is not while it prints, and is no more when it prints again", async () => {
		const silenceMs = 3000;
		const { simulation, end, print } = await run(silenceMs);
		for (const printsUntil = Date.now() + 1.5 * silenceMs; Date.now() < printsUntil; ) {
			print();
			await sleep(10);
		}
		assert.equal(noticed(simulation), 0);
		await until(() => noticed(simulation) === 1);
		print();
		await until(() => stalls(simulation.driver.goal()).length === 0);
		assert.equal(stateReason(simulation.driver.goal()), "Works on a.");
		end();
		await simulation.settled();
	});

	it("stays silent over a restart of the daemon, which says so no second time", async () => {
		const { simulation, open, end, print } = await run();
		await until(() => noticed(simulation) === 1);
		await simulation.driver.close();
		const again = await open();
		again.driver.wake();
		await sleep(60);
		print();
		await sleep(60);
		assert.equal(noticed(again), 0);
		assert.equal(stalls(again.driver.goal()).length, 1);
		end();
		await again.settled();
		assert.equal(goalState(again.driver.goal()), "completed");
	});
});

describe("a model that says nothing for long", () => {
	const plan = JSON.stringify({ title: "T", summary: "", steps: [{ id: "a", title: "a", instructions: "Work." }] });
	const reflection = JSON.stringify({ summary: "Done.", reflection: "Nothing." });

	/** A model whose answers to the work never come, as often as is said; one that is cut says that it was. */
	async function run(silentTimes: number, silenceMs = 300) {
		const asked: Turn[] = [];
		/** Words about silence that it read, each time. */
		const heard: number[] = [];
		const agent: Agent = {
			async takeTurn(turn, signal) {
				const { purpose } = turn.thread;
				if (purpose !== "work") return answered(purpose === "plan" ? plan : reflection);
				asked.push(turn);
				heard.push(
					turn.transcript.filter((event) => event.type === "message.added" && event.about === "silence").length,
				);
				if (asked.length > silentTimes + 1) return answered("It is done.");
				if (asked.length > silentTimes) return answered("", [{ name: "runCommand", args: { command: "read it" } }]);
				await new Promise((resolve) => signal.addEventListener("abort", resolve));
				return { kind: "aborted" };
			},
		};
		const store = createMemoryStore();
		const open = () => simulate({ store, world: newWorld(), agent, silenceMs });
		const simulation = await open();
		await simulation.driver.commit(() => [
			...launchPrompt(),
			{
				type: "grant.added",
				grantId: "g" as GrantId,
				scope: "goal",
				kind: "command",
				subject: "read it",
				covers: "files",
				files: {},
				by: person,
			},
		]);
		return { simulation, open, asked, heard };
	}

	const of = ({ events }: Simulation, type: RecordedEvent["type"]) => events.filter((event) => event.type === type);

	it("is asked again, once, with a word about it, and what it was asked before is charged", async () => {
		const { simulation, heard } = await run(1);
		const { driver } = simulation;
		await until(() => goalState(driver.goal()) === "completed");
		assert.deepEqual(heard, [0, 1, 1]);
		assert.equal(of(simulation, "silence.nudged").length, 1);
		assert.equal(of(simulation, "silence.noticed").length, 0);
		const [cut] = of(simulation, "turn.interrupted");
		assert.ok(cut?.type === "turn.interrupted");
		const begun = of(simulation, "turn.started").find(
			(event) => event.type === "turn.started" && event.turnId === cut.turnId,
		);
		assert.ok(begun?.type === "turn.started");
		assert.equal(cut.charged.inputTokens, begun.reserved.tokens);
		assert.ok(begun.reserved.tokens > 0);
	});

	it("is shown when it is silent after its retry, and is not retried again, over a restart neither", async () => {
		const { simulation, open, asked } = await run(3);
		const { driver } = simulation;
		await until(() => of(simulation, "silence.noticed").length >= 1);
		assert.equal(asked.length, 2);
		assert.match(stateReason(driver.goal()), /`local\/scripted:high` has said nothing since/);
		assert.equal(goalState(driver.goal()), "running");
		await driver.close();
		const again = await open();
		again.driver.wake();
		await until(() => of(again, "silence.noticed").length >= 1);
		assert.equal(asked.length, 3);
		assert.equal(of(again, "silence.nudged").length, 0);
		await again.driver.close();
		const last = await open();
		last.driver.wake();
		await until(() => goalState(last.driver.goal()) === "completed");
	});

	it("is not while anything arrives of its answer", async () => {
		const { simulation, asked } = await run(1, 3000);
		await until(() => asked.length >= 1);
		for (const signsUntil = Date.now() + 4500; Date.now() < signsUntil; await sleep(10)) asked[0]?.onSign();
		assert.equal(of(simulation, "silence.nudged").length, 0);
		await until(() => goalState(simulation.driver.goal()) === "completed");
		assert.equal(of(simulation, "silence.nudged").length, 1);
	});

	it("is shown without a retry in a paused goal, in which nothing could be asked again", async () => {
		const { simulation, asked } = await run(1);
		const { driver } = simulation;
		await until(() => asked.length >= 1);
		await driver.commit(() => [
			{ type: "hold.placed", holdId: "h" as HoldId, cause: "person", reason: "Paused.", now: false },
		]);
		await until(() => of(simulation, "silence.noticed").length >= 1);
		assert.equal(of(simulation, "silence.nudged").length, 0);
		assert.equal(asked.length, 1);
		await driver.close();
	});
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(met: () => boolean): Promise<void> {
	const giveUp = Date.now() + 45_000;
	while (!met()) {
		assert.ok(Date.now() < giveUp, "it does not come");
		await sleep(2);
	}
}
