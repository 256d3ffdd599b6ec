import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolve, newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { workedMs } from "../../../src/core/rules/workingTime.ts";
import { next } from "../../../src/daemon/engine/next.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { seeded } from "../../support/seed.ts";
import { goalId, launchPrompt, person } from "../../support/simulation.ts";

const threadId = "t-1" as never;
const assignment = { provider: "local", model: "m" };

/** A goal with a clock of its own; each step of the tests says what happens and how long after. */
function begin(minutes?: number) {
	let now = Date.parse("2030-01-01T00:00:00.000Z");
	let epoch = 1;
	let goal: Goal = newGoal(goalId);
	const add = (event: GoalEvent) => {
		goal = evolve(goal, { ...event, seq: goal.seq + 1, epoch, at: new Date(now).toISOString() } as never);
	};
	const [launch] = launchPrompt();
	assert.ok(launch?.type === "goal.launched");
	add({ ...launch, settings: { ...launch.settings, budget: { minutes } } });
	add({ type: "thread.opened", threadId, role: "planner", assignment, purpose: "plan" });
	return {
		add,
		pass: (ms: number) => {
			now += ms;
		},
		newDaemon: () => {
			epoch++;
		},
		worked: () => workedMs(goal, now),
		/** Everything that is due now. */
		due: () => next(goal, epoch, now, engineLimits).effects.map(({ kind }) => kind),
		/** What the time alone asks for now. */
		timed: () =>
			next(goal, epoch, now, engineLimits)
				.effects.map(({ kind }) => kind)
				.filter((kind) => kind === "noteWork" || kind === "endAtLimit"),
	};
}

const turnBegins: GoalEvent = {
	type: "turn.started",
	turnId: "u-1" as never,
	threadId,
	asked: assignment,
	reserved: { tokens: 1, usd: null },
};
const turnEnds: GoalEvent = {
	type: "turn.interrupted",
	turnId: "u-1" as never,
	threadId,
	reason: "x",
	charged: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
};
const hold = (cause: "person" | "queue" | "workspace" | "quota" | "provider"): GoalEvent => ({
	type: "hold.placed",
	holdId: "h-1" as never,
	cause,
	reason: "x",
	now: false,
});
const lift: GoalEvent = { type: "hold.lifted", holdId: "h-1" as never, by: person };
const failed: GoalEvent = {
	type: "provider.failed",
	turnId: "u-1" as never,
	threadId,
	provider: "local",
	code: "rateLimited",
	reason: "x",
	retryAt: "2030-01-01T09:00:00.000Z",
	charged: { inputTokens: 0, outputTokens: 0, costUsd: 0 },
};

describe("working time", () => {
	for (const cause of ["person", "queue", "workspace", "quota", "provider"] as const) {
		it(`does not count a hold of ${cause}`, () => {
			const run = begin();
			run.pass(1_000);
			run.add(hold(cause));
			run.pass(62_000);
			assert.equal(run.worked(), 1_000);
			run.add(lift);
			run.pass(500);
			assert.equal(run.worked(), 1_500);
		});
	}

	it("counts what is still under way in a pause", () => {
		const run = begin();
		run.add(turnBegins);
		run.add(hold("person"));
		run.pass(3_000);
		run.add(turnEnds);
		run.pass(60_000);
		assert.equal(run.worked(), 3_000);
	});

	it("does not count the wait until a provider is asked again", () => {
		const run = begin();
		run.add(turnBegins);
		run.pass(2_000);
		run.add(failed);
		run.pass(60_000);
		run.add(turnBegins);
		run.pass(1_000);
		assert.equal(run.worked(), 3_000);
	});

	it("does not count from a daemon's last event to the next one's first", () => {
		const run = begin();
		run.add(turnBegins);
		run.pass(2_000);
		run.add({ type: "work.noted" });
		run.pass(3_600_000);
		run.newDaemon();
		run.add(turnEnds);
		run.pass(1_000);
		assert.equal(run.worked(), 3_000);
	});

	it("is noted without a limit too, so that a kill in a long command loses a minute or a twentieth of it", () => {
		const run = begin();
		run.add(turnBegins);
		let notes = 0;
		let unnotedMs = 0;
		for (let second = 0; second < 8 * 3_600; second++) {
			run.pass(1_000);
			unnotedMs += 1_000;
			assert.ok(unnotedMs <= Math.max(61_000, run.worked() / 20 + 1_000), `${unnotedMs} of ${run.worked()} ms`);
			if (run.timed().length === 0) continue;
			assert.deepEqual(run.timed(), ["noteWork"]);
			run.add({ type: "work.noted" });
			notes++;
			unnotedMs = 0;
		}
		assert.ok(notes < 110, `${notes} notes in eight hours`);
		const noted = run.worked() - unnotedMs;
		run.newDaemon();
		run.pass(3_600_000);
		assert.deepEqual(run.timed(), ["noteWork"], "the new daemon's time counts from its first event on");
		run.add({ type: "work.noted" });
		assert.equal(run.worked(), noted);
		run.pass(5_000);
		assert.equal(run.worked(), noted + 5_000);
	});

	it("is not noted where other events tell it, nor while the goal waits", () => {
		const run = begin();
		run.pass(59_000);
		run.add(turnBegins);
		run.pass(59_000);
		assert.deepEqual(run.timed(), []);
		run.add(turnEnds);
		run.add(hold("quota"));
		run.pass(3_600_000);
		assert.deepEqual(run.timed(), []);
	});

	for (const minutes of [undefined, 60])
		it(`is noted beside what the goal is about to do, which its turn among the goals hangs on (limit: ${minutes})`, () => {
			const run = begin(minutes);
			run.pass(120_000);
			assert.deepEqual(run.due(), ["noteWork", "snapshot", "startTurn"]);
			run.newDaemon();
			assert.deepEqual(run.due(), ["noteWork", "snapshot", "startTurn"]);
		});

	it("is over no sooner because a daemon was long in coming", () => {
		const run = begin(1);
		run.add(turnBegins);
		run.pass(2_000);
		run.add({ type: "work.noted" });
		run.pass(3_600_000);
		run.newDaemon();
		assert.deepEqual(run.timed(), ["noteWork"]);
		run.add({ type: "work.noted" });
		assert.deepEqual(run.timed(), []);
		assert.equal(run.worked(), 2_000);
		run.pass(4_000);
		assert.deepEqual(run.timed(), ["noteWork"]);
		run.add({ type: "work.noted" });
		for (let note = 0; note < 18; note++) {
			run.pass(3_000);
			assert.deepEqual(run.timed(), note < 17 ? ["noteWork"] : ["endAtLimit"], `after ${run.worked()} ms`);
			if (note < 17) run.add({ type: "work.noted" });
		}
	});

	it("under a limit counts no gap that a daemon at work would not have left", () => {
		const run = begin(60);
		run.add(turnBegins);
		run.pass(8 * 3_600_000);
		run.add(turnEnds);
		assert.ok(run.worked() <= 130_000, `${run.worked()} ms while the machine slept`);
	});

	it("is the sum of the spans at work, over random waits", () => {
		const random = seeded("working time");
		for (let round = 0; round < 300; round++) {
			const run = begin();
			let expected = 0;
			for (let span = 0; span < 20; span++) {
				const ms = random.between(0, 100_000);
				const kind = random.between(0, 3);
				if (kind === 0) run.add(hold("person"));
				if (kind === 1) run.add(turnBegins);
				run.pass(ms);
				if (kind !== 0 && kind !== 3) expected += ms;
				if (kind === 3) run.newDaemon();
				run.add(kind === 0 ? lift : kind === 1 ? turnEnds : { type: "work.noted" });
			}
			assert.equal(run.worked(), expected, `MISSION_SEED=${random.seed}, round ${round}`);
		}
	});
});
