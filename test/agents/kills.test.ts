import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { seeded } from "../support/seed.ts";
import { type GoalWorld, openGoalWorld } from "./goalWorld.ts";
import { realAgents } from "./realAgents.ts";

/** A model plans and another reviews, a real agent works, commands check; a person approves whatever is asked. */
describe("a goal of models and a real agent, its daemon killed at random", function () {
	this.timeout(600_000);
	const kills = 20;
	const lines = Array.from({ length: 8 }, (_, index) => `line-${index}`);
	let world: GoalWorld;
	afterEach(() => world.close());

	it(`completes after ${kills} kills, with nothing repeated and nothing lost`, async () => {
		const random = seeded("when the daemon is killed");
		const real = realAgents.find(({ id }) => id === "gemini-cli")!;
		world = await openGoalWorld(real, ({ allResults, text }) => {
			const isDone = (line: string) => [...allResults, text].some((told) => told.includes(`${line}-ok`));
			const next = lines.find((line) => !isDone(line));
			const log = path.join(world.workspace, "log.txt");
			return next
				? { calls: [real.shell(`echo ${next} >> ${log} && printf '%s-%s' ${next} ok`, world.workspace)] }
				: { text: "All lines are written." };
		});
		const reviewer = { role: "reviewer", provider: "yard", model: "plan", enabled: true };
		const checks = [`test $(wc -l < log.txt) -eq ${lines.length}`];
		const goalId = await world.launch("[[lines]] Write the lines.", { roster: [reviewer], checks });
		for (let kill = 0; kill < kills; kill++) {
			const until = performance.now() + random.between(0, 2500);
			while (performance.now() < until) {
				const { approvals } = await world.client().request("approval/list", { goalId });
				// As many answers as questions would have the goal over before it was killed often.
				for (const { approvalId } of approvals.slice(0, random.next() < 0.3 ? 1 : 0))
					await world.answer(approvalId, "approve");
				await sleep(50);
			}
			await world.kill();
			await world.start();
		}
		const goal = await world.approveUntil(goalId, ["completed"]);
		assert.deepEqual(world.read("log.txt").trim().split("\n"), lines);
		assert.deepEqual(
			goal.checks.map(({ state }) => state),
			["green"],
		);
		assert.ok((await world.events(goalId, "review.completed")).some(({ verdict }) => verdict === "pass"));
	});
});
