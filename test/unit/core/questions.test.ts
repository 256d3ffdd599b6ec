import assert from "node:assert/strict";
import fc from "fast-check";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, record } from "../../../src/core/folds/evolve.ts";
import type { Approval, Goal } from "../../../src/core/goal.ts";
import { answeredWord, choicesOf, meantBy, reachOf } from "../../../src/core/questions/questions.ts";
import { allStepsOver } from "../../../src/core/rules/steps.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { histories } from "../../histories/history.ts";
import { eachMoment } from "../../histories/moments.ts";
import { exampleOf } from "../../support/exampleValue.ts";
import { tell } from "../../support/randomGoal.ts";
import { person } from "../../support/simulation.ts";
import { asked, goalOf, planned, stepId } from "../extension/goalFixture.ts";

const numRuns = Number(process.env.MISSION_RUNS ?? 300);

/** What an answer appends beside itself, whatever ids it makes. */
function consequences(goal: Goal, approval: Approval, answer: string, scope: "once" | "goal" | "workspace") {
	const { approvalId, digest } = approval;
	const needed = choicesOf(goal, approval).find((choice) => choice.answer === meantBy(answer, approval))?.value;
	// Of an agent's question: one in words needs some, and several are chosen among its options.
	const chosen = answer === "choose" ? approval.asked?.options.map((option) => option.answer) : undefined;
	const reason = approval.asked && "In words.";
	const request = {
		kind: "answer",
		approvalId,
		answer,
		scope,
		digest,
		chosen,
		reason,
		values: exampleOf(needed),
	} as const;
	return decide(request, goal, {
		by: person,
		newId: (prefix) => prefix as never,
		now: Date.parse(approval.requestedAt),
	});
}

function withEvents(goal: Goal, events: readonly GoalEvent[]): Goal {
	return evolveAll(goal, record(goal, 1_000_000, goal.updatedAt, events));
}

/** The words of a question hold: what is offered is taken, what is taken is offered, and labels say what happens. */
function assertHonest(goal: Goal, approval: Approval, seen: Set<string>): void {
	const choices = choicesOf(goal, approval);
	const { question } = approval;
	assert.ok(question, `no row of the table is about ${JSON.stringify(approval)}`);
	seen.add(question);
	assert.deepEqual(
		choices.map(({ label }) => label),
		[...new Set(choices.map(({ label }) => label))],
		"two buttons of one name",
	);
	const offered = choices.map((choice) => JSON.stringify(consequences(goal, approval, choice.answer, choice.scope)));
	for (const option of [...approval.options, "approve", "deny"]) {
		const answer = meantBy(option, approval);
		// Which of an agent's options is right, no bare word says.
		if (option === "approve" && approval.asked && !approval.asked.default) {
			assert.equal(answer, undefined);
			continue;
		}
		assert.ok(answer !== undefined && approval.options.includes(answer), option);
		const [, ...follow] = consequences(goal, approval, option, "once");
		assert.ok(
			offered.some((one) => JSON.stringify(JSON.parse(one).slice(1)) === JSON.stringify(follow)),
			`${option} is taken, but no button does it: ${choices.map(({ label }) => label)}`,
		);
	}
	for (const { answer, scope, label, effect } of choices) {
		assert.match(effect, /^[A-Z].*\.$/, `${label} does not say what it does`);
		const after = withEvents(goal, consequences(goal, approval, answer, scope));
		const endsGoal = after.end !== undefined || (answer === "fail" && allStepsOver(after));
		assert.equal(/Goal$/.test(label) && scope === "once", endsGoal, `${question}: ${label}`);
		if (/Step/.test(label)) assert.ok(approval.stepId && !endsGoal, `${question}: ${label}`);
		if (label === "Deny") assert.equal(approval.kind, "tool", "only an action is denied");
	}
}

describe("what a question offers", () => {
	it("is what the daemon takes, and each label says what happens, in random histories", function () {
		this.timeout(60_000 + numRuns * 500);
		const seen = new Set<string>();
		fc.assert(
			fc.property(fc.array(fc.nat(1_000_000), { minLength: 20, maxLength: 250, size: "max" }), (numbers) => {
				tell(numbers, ({ goal }) => {
					for (const approval of Object.values(goal.approvals)) assertHonest(goal, approval, seen);
				});
			}),
			{ numRuns },
		);
		for (const question of ["call", "check", "stuckStep", "startStep"])
			assert.ok(seen.has(question), `no history asked about ${question}`);
	});

	it("has the same labels everywhere: what each answer really does", () => {
		const rows: readonly (readonly [Partial<Approval>, readonly string[], GoalEvent[]?])[] = [
			[{}, ["Approve", "Deny"]],
			[{ goalScope: "this" }, ["Approve", "Approve for Goal", "Deny"]],
			[{ kind: "budget", resource: "turns", options: ["raise", "stop"] }, ["Raise", "Stop Goal"]],
			[{ kind: "plan", options: ["approve", "return"] }, ["Approve", "Send Back"]],
			[{ kind: "recovery", options: ["verify", "skip", "rerun"] }, ["Verify", "Go On Without It", "Run Again"]],
			[
				{ kind: "recovery", checkId: "c" as never, options: ["verify", "skip", "rerun"] },
				["Run Check Again", "Count as Red"],
			],
			[{ kind: "question", stepId: stepId("step-1"), options: ["approve", "skip"] }, ["Begin Step", "Skip Step"]],
			[{ kind: "question", options: ["rerun", "fail"] }, ["Run Checks Again", "Fail Goal"]],
			[
				{ kind: "question", options: ["accept", "rerun", "replan", "fail"] },
				["Accept As It Is", "Review Again", "Plan Anew", "Fail Goal"],
			],
			[
				{ kind: "step", stepId: stepId("step-1"), options: ["retry", "rerun", "skip", "fail", "replan"] },
				["Retry", "Skip Step", "Plan Anew", "Fail Step"],
			],
			[
				{ kind: "step", stepId: stepId("step-2"), options: ["retry", "rerun", "skip", "fail"] },
				["Retry", "Skip Step", "Fail Goal"],
				[{ type: "step.skipped", stepId: stepId("step-1"), attempt: 1 }],
			],
			[{ kind: "question", options: ["left", "right"] }, ["left", "right"]],
		];
		for (const [about, labels, before = []] of rows) {
			const goal = goalOf(...planned({}, {}), ...before, asked(about));
			const [approval] = Object.values(goal.approvals);
			assert.deepEqual(
				choicesOf(goal, approval!).map(({ label }) => label),
				labels,
				JSON.stringify(about),
			);
		}
	});

	it("is the same in every recorded history", () => {
		const seen = new Set<string>();
		for (const history of histories())
			eachMoment(history, (goal) => {
				for (const approval of Object.values(goal.approvals)) assertHonest(goal, approval, seen);
			});
		assert.ok(seen.has("plan") && seen.has("budget"), [...seen].join());
	});
});

describe("how far an answer reaches", () => {
	const choices = [
		{ answer: "approve", scope: "workspace" },
		{ answer: "approve", scope: "goal" },
		{ answer: "deny", scope: "once" },
	] as const;

	it("is never less than what is offered, so that what is recorded and said is what holds", () => {
		assert.equal(reachOf(choices, "approve", "once"), "goal");
		assert.equal(reachOf(choices, "approve", "workspace"), "workspace");
		assert.equal(reachOf(choices, "deny", "once"), "once");
		assert.equal(answeredWord("approve", undefined, "goal"), "Approved for this goal");
	});
});
