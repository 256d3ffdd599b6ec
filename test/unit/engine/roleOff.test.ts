import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { assignmentFor, reviewerOf } from "../../../src/core/rules/roster.ts";
import { editRoster, rosterEffect } from "../../../src/daemon/roster/editRoster.ts";
import { goalId, launchPrompt, person } from "../../support/simulation.ts";

function withEvents(goal: Goal, events: readonly GoalEvent[]): Goal {
	return evolveAll(goal, record(goal, 1, "2026-11-22T14:30:00.000Z", events));
}

describe("a role that is turned off", () => {
	const launched = withEvents(newGoal(goalId), launchPrompt("Do it", { reviewed: true }));
	const goal = withEvents(launched, editRoster({ edits: [{ role: "tester", enabled: true }] }, launched, person));
	const off = (role: string) => ({ edits: [{ role, enabled: false }] });
	const edited = (role: string) => withEvents(goal, editRoster(off(role), goal, person));

	it("says of the reviewer that green checks decide, and so they do", () => {
		assert.match(rosterEffect(off("reviewer"), goal), /^Without a reviewer green checks decide.*unverified\.$/);
		assert.equal(reviewerOf(edited("reviewer")), undefined);
		const on = { edits: [{ role: "reviewer", enabled: true }] };
		assert.match(rosterEffect(on, edited("reviewer")), /^A reviewer looks at each step/);
	});

	it("says of the planner, the researcher and any other that the primary agent does it, and it does", () => {
		for (const role of ["planner", "researcher", "tester"]) {
			assert.match(rosterEffect(off(role), goal), /primary agent/, role);
			const { provider, model } = assignmentFor(edited(role), role);
			assert.deepEqual([provider, model], [goal.settings.agent.provider, goal.settings.agent.model]);
		}
	});

	it("is one that the goal has: another is a slip of the pen", () => {
		assert.throws(() => editRoster(off("revewer"), goal, person), /The goal has no revewer to turn off/);
	});

	it("is never the implementer, because an agent has to do the steps", () => {
		assert.throws(() => editRoster(off("implementer"), goal, person), /An agent has to do the steps/);
	});
});
