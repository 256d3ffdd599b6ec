import assert from "node:assert/strict";
import type { GoalsListener } from "../../../src/client/goalsWatch.ts";
import type { GoalListener } from "../../../src/client/goalWatch.ts";
import type { Daemon, OpenClient } from "../../../src/extension/connection/daemon.ts";
import { createGoals } from "../../../src/extension/connection/goals.ts";
import type { GoalSummary } from "../../../src/protocol/view.ts";
import { goalId, goalOf, summaryOf } from "./goalFixture.ts";

/** A daemon that can be opened, closed and opened again, and tells what is watched. */
function daemon() {
	let use: ((open: OpenClient) => () => void) | undefined;
	let list: GoalsListener | undefined;
	const watched = new Map<string, GoalListener>();
	return {
		part: {
			whileOpen(given: typeof use) {
				use = given;
			},
		} as unknown as Daemon,
		watched,
		open: () =>
			use!({
				client: {} as never,
				watchGoals(_client, listener) {
					list = listener;
					return () => {
						list = undefined;
					};
				},
				watchGoal(_client, id, listener) {
					watched.set(id, listener);
					return () => void watched.delete(id);
				},
			}),
		tell: (...goals: readonly GoalSummary[]) => list!(goals),
	};
}

describe("what the extension knows of the goals", () => {
	const quiet = summaryOf(goalOf(), { pendingApprovals: 0 });
	const asking = summaryOf(goalOf(), { pendingApprovals: 1 });

	it("has a goal whole while it waits for the person, and only its summary otherwise", () => {
		const { part, watched, open, tell } = daemon();
		const goals = createGoals(part);
		open();
		tell(quiet);
		assert.equal(watched.size, 0);
		tell(asking);
		watched.get(goalId)!.onChange(goalOf(), []);
		assert.equal(goals.goal(goalId)?.title, "Express 4 to 5");
		tell(quiet);
		assert.equal(watched.size, 0);
		assert.equal(goals.goal(goalId), undefined);
	});

	it("follows a goal once for all who look at it, until the last of them looks away", () => {
		const { part, watched, open, tell } = daemon();
		const goals = createGoals(part);
		open();
		tell(asking);
		const first = goals.follow(goalId);
		const second = goals.follow(goalId);
		tell(quiet);
		first();
		assert.equal(watched.size, 1);
		second();
		assert.equal(watched.size, 0);
	});

	it("follows the same goals again when the client is opened anew, and forgets what the old daemon said", () => {
		const { part, watched, open, tell } = daemon();
		const goals = createGoals(part);
		const close = open();
		tell(quiet);
		const seen: number[] = [];
		goals.follow(goalId, { onChange: (goal) => seen.push(goal.seq) });
		watched.get(goalId)!.onChange(goalOf(), []);
		close();
		assert.deepEqual([goals.all.length, goals.areKnown, goals.goal(goalId), watched.size], [0, false, undefined, 0]);
		open();
		assert.equal(watched.size, 1);
		watched.get(goalId)!.onChange(goalOf(), []);
		assert.deepEqual(seen, [1, 1]);
	});
});
