import assert from "node:assert/strict";
import type { Commands, RunOptions } from "../../../src/daemon/commands/commands.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { silences } from "../../../src/protocol/readiness.ts";
import { goalState, stateReason } from "../../../src/protocol/state.ts";
import { summarize } from "../../../src/protocol/view.ts";
import { launchPlaybook, newWorld, type Simulation, simulate } from "../../support/simulation.ts";

describe("a command that says nothing for long", () => {
	const output = { head: "", tail: "", bytes: 0, sha256: "", path: "" };

	/** One command that runs until it is told to end, and prints when it is told to. */
	async function run(silenceMs = 40) {
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
		await sleep(120);
		assert.equal(noticed(simulation), 1);
		end();
		await simulation.settled();
		assert.equal(goalState(driver.goal()), "completed");
		assert.deepEqual(silences(driver.goal()), []);
		assert.equal(summarize(driver.goal()).silentSince, undefined);
	});

	it("is not while it prints, and is no more when it prints again", async () => {
		const silenceMs = 1000;
		const { simulation, end, print } = await run(silenceMs);
		for (const printsUntil = Date.now() + 2 * silenceMs; Date.now() < printsUntil; ) {
			print();
			await sleep(10);
		}
		assert.equal(noticed(simulation), 0);
		await until(() => noticed(simulation) === 1);
		print();
		await until(() => silences(simulation.driver.goal()).length === 0);
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
		assert.equal(silences(again.driver.goal()).length, 1);
		end();
		await again.settled();
		assert.equal(goalState(again.driver.goal()), "completed");
	});
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(met: () => boolean): Promise<void> {
	const giveUp = Date.now() + 15_000;
	while (!met()) {
		assert.ok(Date.now() < giveUp, "it does not come");
		await sleep(2);
	}
}
