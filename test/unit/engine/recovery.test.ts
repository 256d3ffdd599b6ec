import assert from "node:assert/strict";
import fc from "fast-check";
import { evolve, evolveAll, newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { readEvent } from "../../../src/core/upcast.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import {
	failures,
	goalId,
	launchPlaybook,
	newWorld,
	type Simulation,
	type StepSketch,
	simulate,
} from "../../support/simulation.ts";

/** Runs of each property; `MISSION_RUNS` for the long form. fast-check prints the seed of a failure. */
const numRuns = Number(process.env.MISSION_RUNS ?? 40);

const plans: fc.Arbitrary<StepSketch[]> = fc
	.array(
		fc.record({
			commands: fc.integer({ min: 0, max: 3 }),
			checks: fc.integer({ min: 0, max: 2 }),
			needs: fc.array(fc.nat(), { maxLength: 2 }),
		}),
		{
			minLength: 1,
			maxLength: 5,
		},
	)
	.map((sketches) =>
		sketches.map(({ commands, checks, needs }, index) => ({
			id: `s${index}`,
			commands: Array.from({ length: commands }, (_, at) => `make ${index} ${at}`),
			checks: Array.from({ length: checks }, (_, at) => `read ${index} ${at}`),
			needs: index === 0 ? [] : [...new Set(needs.map((need) => `s${need % index}`))],
		})),
	);

describe("a daemon that dies at any moment", function () {
	this.timeout(120_000 + numRuns * 500);
	afterEach(() =>
		assert.deepEqual(
			failures.splice(0).filter(([text]) => !/fenced|failed \(/.test(text)),
			[],
		),
	);

	it("is followed by one that completes the goal, with every command carried out once", async () => {
		await fc.assert(
			fc.asyncProperty(plans, fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 6 }), async (plan, deaths) => {
				const store = createMemoryStore();
				const world = newWorld();
				const options = { store, world, commandMs: () => Math.random() * 4 };
				let run: Simulation = await simulate(options);
				await run.driver.commit(() => launchPlaybook(plan));
				for (const pauseMs of deaths) {
					await new Promise((resolve) => setTimeout(resolve, pauseMs));
					// The next daemon claims the goal; what the dead one still has in hand no longer counts.
					run = await simulate(options);
					run.driver.wake();
				}
				await run.settled();
				assert.equal(goalState(run.driver.goal()), "completed", JSON.stringify(run.driver.goal(), null, 1));
				for (const [command, times] of world.carriedOut) {
					if (command.startsWith("make")) assert.equal(times, 1, `${command} was carried out ${times} times`);
				}
				const rows = await store.read(goalId, { limit: 10_000 });
				assert.deepEqual(
					rows.map((row) => row.seq),
					rows.map((_, index) => index + 1),
					"the sequence has a gap",
				);
			}),
			{ numRuns },
		);
	});

	it("gives the same goal, in whatever chunks its events are folded", async () => {
		await fc.assert(
			fc.asyncProperty(plans, fc.array(fc.nat(), { maxLength: 5 }), async (plan, cuts) => {
				const store = createMemoryStore();
				const run = await simulate({ store, world: newWorld() });
				await run.driver.commit(() => launchPlaybook(plan));
				await run.settled();
				const events = (await store.read(goalId, { limit: 10_000 })).map(readEvent);
				const whole = events.reduce(evolve, newGoal(goalId));
				let chunked = newGoal(goalId);
				const ends = [...cuts.map((cut) => cut % (events.length + 1)), events.length].sort((a, b) => a - b);
				let from = 0;
				for (const end of ends) {
					chunked = JSON.parse(JSON.stringify(evolveAll(chunked, events.slice(from, end)))) as Goal;
					from = end;
				}
				assert.deepEqual(chunked, JSON.parse(JSON.stringify(whole)));
			}),
			{ numRuns },
		);
	});
});
