import assert from "node:assert/strict";
import fc from "fast-check";
import { evolveAll, newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import { isAbandoned, isDelegation } from "../../../src/core/rules/delegations.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { holds, personHold, turnHolds } from "../../../src/core/rules/holds.ts";
import { type Effect, next } from "../../../src/daemon/engine/next.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { type Moment, tell } from "../../support/randomGoal.ts";
import { goalId } from "../../support/simulation.ts";

/** Histories of each property; `MISSION_RUNS` for the long form. fast-check prints the seed of a failure. */
const numRuns = Number(process.env.MISSION_RUNS ?? 300);

/**
 * Random histories of a goal: people who ask for anything at any time, activities that end in any way, daemons that die in
 * between. What is decided is drawn from a stream of numbers, so that a failing history shrinks.
 */
describe("in a random history", function () {
	this.timeout(120_000 + numRuns * 500);
	// Shrinking a long history costs more than it tells.
	const options = { numRuns, endOnFailure: numRuns > 1000 };
	const draws = fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 250, size: "max" });

	it("nothing begins while the goal is queued, paused, blocked or over", () => {
		fc.assert(
			fc.property(draws, (numbers) => {
				tell(numbers, ({ goal, effects }) => {
					const state = goalState(goal);
					if (state === "queued" || state === "blocked" || goal.end || personHold(goal))
						assert.deepEqual(effects.filter(isBeginning(goal)), [], state);
				});
			}),
			options,
		);
	});

	it("no step begins while others have their turn, and what is under way goes on", () => {
		fc.assert(
			fc.property(draws, (numbers) => {
				let before: Goal | undefined;
				tell(numbers, ({ goal, effects, told }) => {
					const held = before && turnHolds(before).length > 0 && !told.some((event) => event.type === "hold.lifted");
					if (held) assert.ok(!told.some((event) => event.type === "step.started"));
					for (const call of Object.values(goal.calls).filter((one) => one.state === "started" && !isDelegation(one)))
						assert.ok(effects.some((effect) => effect.kind === "call" && effect.toolCallId === call.toolCallId));
					before = goal.end ? undefined : goal;
				});
			}),
			options,
		);
	});

	it("a goal that is said to run can move, one that is blocked says by what, one that waits for a person has a question", () => {
		fc.assert(
			fc.property(draws, (numbers) => {
				tell(numbers, ({ goal, effects, wakeAt }) => {
					const state = goalState(goal);
					const shown = JSON.stringify(goal, null, 1);
					if (state === "queued") assert.ok(turnHolds(goal).length > 0, `nothing says what it waits for: ${shown}`);
					if (state === "running" || state === "planning")
						assert.ok(effects.length > 0 || wakeAt !== undefined, `it is ${state}, and nothing can move: ${shown}`);
					if (state === "blocked") assert.ok(holds(goal).length > 0, `nothing says what blocks it: ${shown}`);
				});
			}),
			options,
		);
	});

	it("a call that waits for a sub-agent has one at work, and a sub-agent that is over has told its parent", () => {
		fc.assert(
			fc.property(draws, (numbers) => {
				tell(numbers, ({ goal }) => {
					for (const call of Object.values(goal.calls))
						assert.ok(goal.end || !isAbandoned(goal, call), `nobody will complete ${call.toolCallId}`);
				});
			}),
			options,
		);
	});

	it("a call that began is never begun again without its outcome, and no approval outlives what it is about", () => {
		fc.assert(
			fc.property(draws, (numbers) => {
				const open = new Map<string, number>();
				tell(numbers, ({ goal, told }) => {
					for (const event of told) {
						if (event.type === "tool.started") {
							assert.ok(!open.has(event.toolCallId), `${event.toolCallId} began twice`);
							open.set(event.toolCallId, event.run);
						}
						if (event.type === "tool.completed" || event.type === "tool.interrupted") open.delete(event.toolCallId);
					}
					for (const approval of Object.values(goal.approvals)) {
						assert.equal(goal.end, undefined, "an approval of a goal that is over");
						if (approval.kind === "tool" && approval.toolCallId) assert.ok(goal.calls[approval.toolCallId]);
					}
				});
			}),
			options,
		);
	});

	it("the sequence has no gap, and whoever folds it in other chunks, each kept on disk in between, is at the same goal and would do the same next", () => {
		fc.assert(
			fc.property(draws, fc.array(fc.nat(), { maxLength: 5 }), (numbers, cuts) => {
				let last: Moment | undefined;
				tell(numbers, (moment) => {
					last = moment;
				});
				const { goal, log } = last!;
				assert.ok(log.every((event, index) => event.seq === index + 1));
				const ends = [...cuts.map((cut) => cut % (log.length + 1)), log.length].sort((a, b) => a - b);
				let folded = newGoal(goalId);
				let from = 0;
				for (const end of ends) {
					folded = JSON.parse(JSON.stringify(evolveAll(folded, log.slice(from, end)))) as Goal;
					from = end;
				}
				assert.deepEqual(folded, JSON.parse(JSON.stringify(goal)));
				const later = Date.parse(log.at(-1)!.at);
				assert.deepEqual(next(folded, 1_000_000, later, engineLimits), next(goal, 1_000_000, later, engineLimits));
			}),
			options,
		);
	});
});

/** Effects that only settle what had begun, or wait no longer for it. */
function isBeginning(goal: Goal): (effect: Effect) => boolean {
	return (effect) => {
		switch (effect.kind) {
			case "turn":
			case "interruptTurn":
			// A look changes nothing.
			case "snapshot":
			case "dropCall":
			case "supersede":
			case "liftHold":
			case "expire":
			case "overdue":
				return false;
			case "call":
				return goal.calls[effect.toolCallId]?.state !== "started";
			case "check":
				return goal.checks[effect.checkId]?.state !== "running";
			default:
				return true;
		}
	};
}
