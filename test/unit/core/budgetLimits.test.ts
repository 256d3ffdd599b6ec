import assert from "node:assert/strict";
import * as v from "valibot";
import { budgetOption } from "../../../src/cli/input/given.ts";
import { GivenLimits, possibleLimits, raiseStep } from "../../../src/core/budgetLimits.ts";
import { type BudgetResource, budgetResources } from "../../../src/core/values.ts";
import { goalOf, launched } from "../extension/goalFixture.ts";

const never = ["0", "-1", "-0.5", "NaN", "Infinity", "1e999", "99999999999999", "ten", "", " ", "0x10", "1,000"];
const whole: ReadonlySet<BudgetResource> = new Set(["tokens", "turns"]);

describe("a limit that a person sets", () => {
	for (const resource of budgetResources) {
		const flag = `budget${resource[0]!.toUpperCase()}${resource.slice(1)}`;
		for (const typed of [...never, ...(whole.has(resource) ? ["1.5", "0.1"] : [])]) {
			it(`of ${resource} cannot be “${typed}” in the terminal, nor on the wire`, () => {
				assert.throws(
					() => budgetOption({ [flag]: typed }, "budget"),
					({ message }: Error) =>
						message.startsWith(`--budget-${resource} takes a `) &&
						message.endsWith(`, not “${typed}”. Leave it out for no limit.`),
				);
				const { success, issues } = v.safeParse(GivenLimits, { [resource]: Number(typed || "x") });
				if (/^[-\d. ]*$/.test(typed) || typed === "NaN") {
					assert.equal(success, false);
					assert.match(issues![0].message, new RegExp(`^a limit of ${resource} is a .*; leave it out for none$`));
				}
			});
		}
		for (const typed of ["1", "12", "1000000", "1e6", ...(whole.has(resource) ? [] : ["0.5", ".5"])]) {
			it(`of ${resource} can be ${typed}`, () => {
				assert.deepEqual(budgetOption({ [flag]: typed }, "budget"), { [resource]: Number(typed) });
				assert.deepEqual(v.parse(GivenLimits, { [resource]: Number(typed) }), { [resource]: Number(typed) });
			});
		}
	}

	it("that an older goal was launched with and nobody could set today is offered to no other goal", () => {
		assert.deepEqual(possibleLimits({ minutes: 0, turns: 1.5, usd: 3 }), { usd: 3 });
	});

	it("of an older goal is raised by something, also where it was 0", () => {
		const goal = goalOf(launched());
		const old = { ...goal, budget: { minutes: 0 }, settings: { ...goal.settings, budget: { minutes: 0 } } };
		assert.equal(raiseStep(old, "minutes"), 1);
		assert.equal(raiseStep({ ...old, budget: { minutes: 7 } }, "minutes"), 7);
	});
});
