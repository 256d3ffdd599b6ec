import assert from "node:assert/strict";
import { newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { GoalId } from "../../../src/core/ids.ts";
import { type LaunchSettings, resolve } from "../../../src/core/settings.ts";
import { readEvent } from "../../../src/core/upcast.ts";
import type { Assignment, RosterEdit } from "../../../src/core/values.ts";
import { unpricedEdits, unpricedNotes } from "../../../src/daemon/roster/unpriced.ts";

const priceOf = ({ model }: { readonly model: string }) =>
	model.startsWith("priced") ? { input: 1, output: 2 } : undefined;

function settings(model: string, usd: number | undefined, assignments: Partial<Assignment>[] = []): LaunchSettings {
	const roles = assignments.map((one) => ({
		role: "reviewer",
		enabled: true,
		inherits: false,
		source: "launch",
		...one,
	}));
	return {
		...resolve([]).settings,
		agent: { provider: "local", model },
		assignments: roles as unknown as LaunchSettings["assignments"],
		budget: { usd },
	};
}

describe("a limit of money over a model whose price nobody knows", () => {
	const own = { provider: "other", model: "own" };
	const rows: readonly [what: string, settings: LaunchSettings, names: readonly string[]][] = [
		["says nothing without a limit of money", settings("plain", undefined), []],
		["says nothing where the price is known", settings("priced", 5), []],
		["names the primary agent's model", settings("plain", 5), ["local/plain"]],
		["names a role's own model", settings("priced", 5, [own]), ["other/own"]],
		["names a model once, whoever uses it", settings("plain", 5, [{}, { model: "plain" }]), ["local/plain"]],
		["passes over a role that is off", settings("priced", 5, [{ ...own, enabled: false }]), []],
	];
	for (const [what, given, names] of rows) {
		it(what, () => {
			const notes = unpricedNotes(given, { priceOf });
			assert.equal(notes.length, names.length, notes.join("\n"));
			for (const [at, name] of names.entries()) {
				assert.ok(
					notes[at]?.startsWith(`No price is known for ${name}, so a limit of money cannot be held`),
					notes[at],
				);
			}
		});
	}

	const edited = (edit: object, usd: number | undefined = 5, prices?: Goal["prices"]) =>
		unpricedEdits(
			[{ role: "reviewer", ...edit } as RosterEdit],
			{ ...newGoal("g-1" as GoalId), settings: settings("priced", usd), budget: { usd }, prices },
			{ priceOf },
		);

	it("is told of a model that a roster edit names", () => {
		assert.match(edited({ model: "plain" }).join(), /^No price is known for local\/plain,/);
		assert.match(edited({ provider: "hub", model: "plain" }).join(), /^No price is known for hub\/plain,/);
	});

	it("is not told where the price is known, was set for the goal, or counts for nothing", () => {
		const price = { input: 1, output: 2 };
		assert.deepEqual(edited({ model: "priced" }), []);
		assert.deepEqual(edited({ model: "plain" }, 5, { "local/plain": price }), []);
		assert.deepEqual(edited({ model: "plain", enabled: false }), []);
		assert.deepEqual(edited({ enabled: true }), []);
	});

	it("is read out of the sentence in the logs of earlier versions, and out of no other", () => {
		const read = (summary: string, resource = "usd") =>
			readEvent({
				seq: 1,
				epoch: 1,
				at: 0,
				type: "approval.requested",
				body: JSON.stringify({ kind: "budget", resource, summary }),
			}) as unknown as { readonly unpriced?: unknown };
		const sentence =
			"The budget stops the goal: No price is known for hub/org/name, so a limit of 5 USD cannot be held.";
		assert.deepEqual(read(sentence).unpriced, { provider: "hub", model: "org/name" });
		assert.equal(read("The budget stops the goal: 1.0000 of 5 USD are used.").unpriced, undefined);
		assert.equal(read(sentence, "tokens").unpriced, undefined);
	});
});
