import assert from "node:assert/strict";
import fc from "fast-check";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { endOfQuestion } from "../../../src/core/questions/questions.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { personHold, standingHolds, turnHolds } from "../../../src/core/rules/holds.ts";
import { stateReason } from "../../../src/core/words/stateReason.ts";
import { summarize } from "../../../src/protocol/view.ts";
import { histories } from "../../histories/history.ts";
import { eachMoment } from "../../histories/moments.ts";
import { tell } from "../../support/randomGoal.ts";
import { asked, goalOf, planned, stepId, withMore } from "../extension/goalFixture.ts";

const numRuns = Number(process.env.MISSION_RUNS ?? 200);

/** A sentence of state tells of nothing that has ended. */
function assertCurrent(goal: Goal): void {
	const state = goalState(goal);
	const reason = stateReason(goal);
	const where = `${state} at ${goal.seq}: ${reason}`;
	if (goal.end) {
		assert.doesNotMatch(reason, /\bwaits?\b|\bpaused\b|under way|tries again|said nothing|will end first/i, where);
		assert.deepEqual(Object.keys(goal.holds), [], where);
		assert.equal(summarize(goal).silentSince, undefined, where);
		return;
	}
	if (/Waits for (you|\d+ decisions)/.test(reason)) assert.ok(Object.keys(goal.approvals).length > 0, where);
	if (/Tries again at/.test(reason))
		assert.ok(
			standingHolds(goal).some(({ wakeAt }) => wakeAt !== undefined),
			where,
		);
	if (/will end first/.test(reason)) assert.ok(personHold(goal) && goal.files.writers.length > 0, where);
	if (state === "blocked")
		assert.ok(
			standingHolds(goal).some((hold) => reason.startsWith(hold.reason)),
			where,
		);
	if (state === "queued" && goal.plan) assert.ok(turnHolds(goal).length > 0, where);
	if (state === "running")
		assert.ok(!standingHolds(goal).some((hold) => hold.reason.length > 3 && reason.includes(hold.reason)), where);
	for (const step of Object.values(goal.steps))
		if (step.state === "in_progress" || step.state === "verifying" || step.state === "completed")
			assert.equal(step.reason, undefined, `step ${step.stepId} is ${step.state}, and has a reason: ${step.reason}`);
}

describe("a sentence of state ends when what it tells of has ended", () => {
	it("at every moment of every recorded history", () => {
		for (const history of histories()) eachMoment(history, (goal) => goal.deleted || assertCurrent(goal));
	});

	it("at every moment of random histories, in which no question outlives what it is about", function () {
		this.timeout(60_000 + numRuns * 500);
		fc.assert(
			fc.property(fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 250, size: "max" }), (numbers) => {
				tell(numbers, ({ goal }) => {
					assertCurrent(goal);
					for (const approval of Object.values(goal.approvals))
						assert.equal(endOfQuestion(goal, approval), undefined, JSON.stringify(approval));
				});
			}),
			{ numRuns },
		);
	});

	it("says of a pause what still runs only while it runs, also where an earlier version wrote it down", () => {
		const hold = (reason: string) =>
			({ type: "hold.placed", holdId: "h-1" as never, cause: "person", reason, now: false }) as const;
		const old = goalOf(hold("Paused in VS Code. One command still under way will end first."));
		assert.equal(stateReason(old), "Paused in VS Code.");
		const writing = { ...old, files: { ...old.files, writers: [{ id: "c-1" }, { id: "c-2" }] } };
		assert.equal(stateReason(writing), "Paused in VS Code. 2 commands still under way will end first.");
	});

	it("forgets why a step had failed once it is tried again, skipped or done", () => {
		const failed = goalOf(
			...planned({}),
			{ type: "step.started", stepId: stepId("step-1"), attempt: 1, threadId: "t1" as never },
			{ type: "attempt.failed", stepId: stepId("step-1"), attempt: 1, diagnosis: "red" },
		);
		const reasonAfter = (...events: readonly GoalEvent[]) =>
			withMore(failed, ...events).steps[stepId("step-1")]?.reason;
		assert.equal(reasonAfter(), "red");
		const again = { type: "step.started", stepId: stepId("step-1"), attempt: 2, threadId: "t2" as never } as const;
		assert.equal(reasonAfter(again), undefined);
		assert.equal(reasonAfter({ type: "step.skipped", stepId: stepId("step-1"), attempt: 1 }), undefined);
	});

	it("ends a question of a reviewer that the roster names no more", () => {
		const review = goalOf(...planned({}), asked({ kind: "question", options: ["accept", "rerun", "fail"] }));
		const [approval] = Object.values(review.approvals);
		assert.match(endOfQuestion(review, approval!) ?? "", /\.$/);
	});
});
