import assert from "node:assert/strict";
import { approvalText, goalText } from "../../../src/cli/commands/show.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { viewApprovals, viewGoal } from "../../../src/protocol/view.ts";
import { asked, at, goalOf, planned, started, stepId } from "../extension/goalFixture.ts";

const shown = (goal: Goal) => goalText(viewGoal(goal, [], Date.parse(at)), Date.parse(at));

describe("what `mission show` tells", () => {
	it("names the commands that the goal and its steps allow now, and no other", () => {
		const running = shown(goalOf(...planned({}, {}), ...started("step-1", "t1")));
		assert.match(running, /mission pause goal-1/);
		assert.match(running, /mission skip goal-1 <step>.*step 1, 2/);
		assert.doesNotMatch(running, /mission (resume|delete|retry|undo|raise) /);
		const over = shown(goalOf(...planned({}), { type: "goal.failed", reason: "It failed." }));
		assert.match(over, /mission delete goal-1/);
		assert.doesNotMatch(over, /mission (pause|cancel|resume) /);
	});

	it("names each way to answer what waits, and what it does", () => {
		const goal = goalOf(
			...planned({}),
			asked({
				kind: "budget",
				command: undefined,
				resource: "turns",
				options: ["raise", "stop"],
				stepId: stepId("step-1"),
			}),
		);
		const text = viewApprovals(goal).map(approvalText).join("\n");
		assert.match(text, /mission answer \S+ --option raise.*The limit is raised/);
		assert.match(text, /mission answer \S+ --option stop.*The goal ends as failed/);
		assert.doesNotMatch(text, /mission deny/);
	});
});
