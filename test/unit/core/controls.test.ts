import assert from "node:assert/strict";
import fc from "fast-check";
import type { Goal } from "../../../src/core/goal.ts";
import { choicesOf } from "../../../src/core/questions/questions.ts";
import { isRefusal, type Refused } from "../../../src/core/refusal.ts";
import {
	allowedInState,
	answerRefusal,
	checkRefusal,
	type GoalRequest,
	goalRefusal,
	goalRequests,
	messageRefusal,
} from "../../../src/core/rules/controls.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { stepRefusal, stepRequests } from "../../../src/core/rules/stepControls.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import type { Request } from "../../../src/daemon/engine/requests/request.ts";
import { writePlan } from "../../../src/daemon/plan/writePlan.ts";
import { editRoster } from "../../../src/daemon/roster/editRoster.ts";
import { undoableSteps } from "../../../src/daemon/undo/mayUndo.ts";
import { histories } from "../../histories/history.ts";
import { eachMoment } from "../../histories/moments.ts";
import { exampleOf } from "../../support/exampleValue.ts";
import { tell } from "../../support/randomGoal.ts";
import { person } from "../../support/simulation.ts";

const numRuns = Number(process.env.MISSION_RUNS ?? 150);

/** What the daemon does with it: nothing where it carries it out, else its code and sentence. */
function attempted(act: () => unknown): Refused | undefined {
	try {
		act();
		return undefined;
	} catch (cause) {
		if (!isRefusal(cause)) throw cause;
		return { code: cause.code, message: cause.message };
	}
}

function decided(goal: Goal, request: Request): Refused | undefined {
	return attempted(() => decide(request, goal, { by: person, newId: (prefix) => prefix as never }));
}

/** Each request as a person would make it. A message is for each thread, see below. */
const asked: { readonly [R in Exclude<GoalRequest, "message">]: (goal: Goal) => Refused | undefined } = {
	pause: (goal) => decided(goal, { kind: "pause", now: false }),
	pauseNow: (goal) => decided(goal, { kind: "pause", now: true }),
	resume: (goal) => decided(goal, { kind: "resume" }),
	cancel: (goal) => decided(goal, { kind: "cancel" }),
	delete: (goal) => decided(goal, { kind: "delete" }),
	retry: (goal) => decided(goal, { kind: "retry" }),
	raise: (goal) => {
		const [resource = "usd"] = Object.keys(goal.budget);
		return decided(goal, { kind: "raise", by: { [resource]: 1 } });
	},
	editPlan: (goal) => decided(goal, { kind: "editPlan", markdown: writePlan(goal) }),
	replan: (goal) => decided(goal, { kind: "replan" }),
	editRoster: (goal) =>
		attempted(() => {
			const edits = [{ role: "researcher", provider: "local", model: `other-${goal.roster.revision}` }];
			editRoster({ edits, apply: "future" }, goal, person);
		}),
	runChecks: (goal) => decided(goal, { kind: "runChecks" }),
};

function assertTable(goal: Goal): void {
	const where = () => `at ${goal.seq} ${goalState(goal)}`;
	for (const request of goalRequests) {
		if (request === "message") continue;
		assert.deepEqual(asked[request](goal), goalRefusal(request, goal), `${request} ${where()}`);
	}
	const readers = Object.values(goal.threads).filter((thread) => {
		const refusal = messageRefusal(goal, thread);
		const sent = decided(goal, { kind: "send", threadId: thread.threadId, text: "Hello" });
		assert.deepEqual(sent, refusal, `message to ${thread.threadId} ${where()}`);
		return refusal === undefined;
	});
	assert.equal(goalRefusal("message", goal) === undefined, readers.length > 0, `message ${where()}`);
	for (const step of Object.values(goal.steps)) {
		for (const request of stepRequests) {
			const done =
				request === "undo"
					? attempted(() => undoableSteps(goal, step.stepId, false))
					: decided(goal, { kind: request, stepId: step.stepId });
			assert.deepEqual(done, stepRefusal(request, goal, step), `${request} ${step.stepId} ${where()}`);
		}
	}
	for (const check of Object.values(goal.checks)) {
		const { checkId } = check;
		assert.deepEqual(decided(goal, { kind: "runChecks", checkId }), checkRefusal(goal, check), `${checkId} ${where()}`);
	}
	for (const approval of Object.values(goal.approvals)) {
		for (const { answer, scope, value, asksFirst, chooses } of choicesOf(goal, approval)) {
			const given = {
				values: exampleOf(value),
				reason: asksFirst ? "In words." : undefined,
				chosen: chooses ? approval.asked?.options.map((option) => option.answer) : undefined,
			};
			const done = decided(goal, { kind: "answer", approvalId: approval.approvalId, answer, scope, ...given });
			assert.deepEqual(done, answerRefusal(goal, approval), `${answer} ${where()}`);
		}
	}
}

describe("what user interfaces offer is what the daemon carries out, and nothing else", () => {
	it("at every moment of every recorded history", () => {
		for (const history of histories()) eachMoment(history, assertTable);
	});

	it("at every moment of random histories, with the sentence that refuses", function () {
		this.timeout(60_000 + numRuns * 500);
		fc.assert(
			fc.property(fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 250, size: "max" }), (numbers) => {
				tell(numbers, ({ goal }) => assertTable(goal));
			}),
			{ numRuns },
		);
	});

	it("also while an undo is under way", () => {
		for (const history of histories())
			eachMoment(history, (goal) => {
				if (goal.end || Object.keys(goal.steps).length === 0) return;
				const undo = { undoId: "u-1" as never, stepIds: [], files: [], by: person, epoch: 1 } as never;
				assertTable({ ...goal, undo });
			});
	});

	it("names in a list no request that the whole goal would be refused for its state", () => {
		for (const history of histories())
			eachMoment(history, (goal) => {
				if (goal.deleted) return;
				for (const request of goalRequests)
					if (goalRefusal(request, goal) === undefined)
						assert.ok(allowedInState(goalState(goal)).includes(request), `${request} in ${goalState(goal)}`);
			});
	});
});
