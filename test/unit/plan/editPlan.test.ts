import assert from "node:assert/strict";
import fc from "fast-check";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { CheckId, StepId, ThreadId } from "../../../src/core/ids.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import type { PlanStep } from "../../../src/core/values.ts";
import { editPlan } from "../../../src/daemon/plan/editPlan.ts";
import { readPlan } from "../../../src/daemon/plan/readPlan.ts";
import { writePlan } from "../../../src/daemon/plan/writePlan.ts";
import { goalId, launchPrompt, person } from "../../support/simulation.ts";

const step = (id: string, fields: Partial<PlanStep> = {}): PlanStep => ({
	stepId: id as StepId,
	title: `Do ${id}`,
	instructions: `Instructions of ${id}.`,
	kind: "work",
	role: "implementer",
	needs: [],
	checks: [{ checkId: `${id}.1` as CheckId, command: `test -f ${id}.txt` }],
	confidence: "high",
	...fields,
});

function fold(events: readonly GoalEvent[]): Goal {
	const empty = newGoal(goalId);
	return evolveAll(empty, record(empty, 1, "2026-03-01T10:00:00.000Z", events));
}

/** Three steps in a row: the first done, the second under way, the third not begun. */
function underWay(steps = [step("one"), step("two", { needs: ["one" as StepId] }), step("three")]): Goal {
	const [a, b] = [steps[0]!.stepId, steps[1]?.stepId];
	const begun = (stepId: StepId, threadId: string): GoalEvent[] => [
		{ type: "step.started", stepId, attempt: 1, threadId: threadId as ThreadId },
	];
	return fold([
		...launchPrompt("Make a report"),
		{
			type: "plan.proposed",
			revision: 1,
			summary: "In three parts.",
			steps,
			checks: [{ checkId: "goal.1" as CheckId, command: "npm test" }],
			threadId: "t-0" as ThreadId,
		},
		{ type: "plan.approved", revision: 1 },
		...begun(a, "t-1"),
		{ type: "step.completed", stepId: a, attempt: 1, verified: true },
		...(b ? begun(b, "t-2") : []),
	]);
}

const edited = (goal: Goal, change: (text: string) => string) => editPlan(goal, change(writePlan(goal)), person);

describe("a plan as a document", () => {
	it("reads as it is written, whatever the instructions, the checks and the titles hold", () => {
		const line = fc.constantFrom(
			"## Title",
			"\\## Title",
			"```check",
			"```",
			"~~~~",
			"````sh",
			"<!-- a",
			"-->",
			"# One",
			"needs: two",
			"id: x",
			"text",
			"",
			"  indented",
			"---",
		);
		const text = fc
			.array(fc.oneof(line, fc.string({ maxLength: 12 })), { maxLength: 12 })
			.map((lines) => lines.join("\n"));
		const command = fc.oneof(fc.constantFrom("a ``` b", "one\ntwo", "```"), fc.string({ minLength: 1, maxLength: 20 }));
		fc.assert(
			fc.property(text, text, fc.array(command, { maxLength: 3 }), (instructions, summary, commands) => {
				const wanted = commands.filter((one) => one.trim() !== "").map((one) => one.replace(/\r/g, ""));
				const checks = [...new Set(wanted)].map((one, at) => ({ checkId: `three.${at + 1}` as CheckId, command: one }));
				const clean = instructions.replace(/\r/g, "");
				const goal = underWay([step("one"), step("two"), step("three", { instructions: clean, checks })]);
				const about = { ...goal, plan: { ...goal.plan!, summary: summary.replace(/\r/g, "") } };
				const read = readPlan(writePlan(about));
				assert.ok("steps" in read, JSON.stringify(read));
				assert.equal(read.steps.length, 3);
				assert.equal(read.steps[2]?.instructions, clean.trim());
				assert.equal(read.summary, about.plan.summary.trim());
				assert.deepEqual(
					read.steps[2]?.checks,
					checks.map((check) => check.command),
				);
				assert.equal(editPlan(about, writePlan(about), person), undefined, "nothing was changed");
			}),
			{ numRuns: 500 },
		);
	});

	it("says of each step what is known of it, and of the goal what proves it", () => {
		assert.equal(
			writePlan(underWay()),
			`---
revision: 1
checks:
  - npm test
---

# Make a report

In three parts.

## Do one
id: one
needs: none
role: implementer
state: completed

Instructions of one.

\`\`\`check
test -f one.txt
\`\`\`

## Do two
id: two
needs: one
role: implementer
state: in progress

Instructions of two.

\`\`\`check
test -f two.txt
\`\`\`

## Do three
id: three
needs: none
role: implementer
state: pending

Instructions of three.

\`\`\`check
test -f three.txt
\`\`\`
`,
		);
	});

	const changes: Readonly<Record<string, { change: (text: string) => string; says: RegExp }>> = {
		"what is done rewritten": {
			change: (text) => text.replace("Instructions of one.", "Other instructions."),
			says: /^Line 11: Step “one” is completed, so it stays as it is\.$/,
		},
		"what is under way rewritten": {
			change: (text) => text.replace("test -f two.txt", "true"),
			says: /Step “two” is under way, so it stays as it is/,
		},
		"what is done taken away": {
			change: (text) => text.replace(/## Do one[\s\S]*?(?=## Do two)/, "").replace("needs: one", "needs: none"),
			says: /Step “two” is under way/,
		},
		"what is under way taken away": {
			change: (text) => text.replace(/## Do two[\s\S]*?(?=## Do three)/, ""),
			says: /Step “two” is under way, so it cannot be taken away/,
		},
		"an unknown need": {
			change: (text) => text.replace(/(id: three\nneeds: )none/, "$1tow"),
			says: /^Line 37: Step “three” needs the unknown step “tow”\. Name one of: one, two\.$/,
		},
		"a cycle": {
			change: (text) => `${text.replace(/(id: three\nneeds: )none/, "$1four")}\n## Four\nneeds: three\n`,
			says: /^Line 37: These steps wait for each other: “three” needs “four” needs “three”/,
		},
		"two steps of one id": {
			change: (text) => `${text}\n## Again\nid: three\n`,
			says: /Two steps have the id “three”/,
		},
		"an id that is none": {
			change: (text) => text.replace("id: three", "id: The Third"),
			says: /“The Third” is not a valid id/,
		},
		"a fence without end": {
			change: (text) => `${text}\n\`\`\`sh\nls\n`,
			says: /fence that begins here is never closed/,
		},
		"a check without a command": { change: (text) => `${text}\n\`\`\`check\n\`\`\`\n`, says: /This check is empty/ },
		"no step at all": { change: () => "# Nothing\n", says: /The plan has no step/ },
		"a plan of yesterday": {
			change: (text) => text.replace("revision: 1", "revision: 7"),
			says: /it is revision 1 now, and this is revision 7\. Open it again/,
		},
		"a head that means nothing": {
			change: (text) => text.replace("checks:", "budget:"),
			says: /“budget” means nothing here/,
		},
	};
	for (const [name, { change, says }] of Object.entries(changes)) {
		it(`refuses ${name}, in a sentence`, () => {
			assert.throws(
				() => edited(underWay(), change),
				(cause: unknown) => isRefusal(cause) && says.test(cause.message),
			);
		});
	}

	it("changes, adds, takes away and reorders what has not begun; checks that stay keep their ids", () => {
		const goal = underWay([step("one"), step("two"), step("three"), step("four")]);
		const event = edited(goal, (text) => {
			const added =
				"## Tell everybody\nneeds: three\nrole: writer\n\nWrite it down.\n\n```check\ntest -s news.txt\n```\n\n";
			return text
				.replace("Instructions of three.", "Other instructions of three.")
				.replace("test -f three.txt\n", "test -f three.txt\n```\n\n```check\ntest -s three.txt\n")
				.replace(/## Do four[\s\S]*$/, "")
				.replace("## Do two", `${added}## Do two`)
				.replace("- npm test", "- npm test\n  - npm run lint");
		});
		assert.ok(event);
		assert.deepEqual([event.added, event.changed, event.removed], [["tell-everybody"], ["three"], ["four"]]);
		assert.deepEqual(
			event.steps.map(({ stepId }) => stepId),
			["one", "tell-everybody", "two", "three"],
		);
		assert.deepEqual(
			event.checks.map(({ checkId }) => checkId),
			["goal.1", "goal.2"],
		);
		const now = evolveAll(goal, record(goal, 1, "2026-03-01T11:00:00.000Z", [event]));
		assert.deepEqual(
			Object.values(now.steps).map(({ stepId, state, role }) => [stepId, state, role]),
			[
				["one", "completed", "implementer"],
				["tell-everybody", "pending", "writer"],
				["two", "in_progress", "implementer"],
				["three", "pending", "implementer"],
			],
		);
		assert.equal(now.plan?.approved, true, "a person's own change needs no other person");
		assert.deepEqual(
			Object.values(now.checks).map(({ command, origin }) => [command, origin]),
			[
				["test -f one.txt", "planner"],
				["test -s news.txt", "person"],
				["test -f two.txt", "planner"],
				["test -f three.txt", "planner"],
				["test -s three.txt", "person"],
				["npm test", "planner"],
				["npm run lint", "person"],
			],
			"what the planner wrote is still asked about",
		);
		assert.equal(now.steps["one" as StepId], goal.steps["one" as StepId]);
		assert.equal(now.steps["two" as StepId], goal.steps["two" as StepId]);
	});
});
