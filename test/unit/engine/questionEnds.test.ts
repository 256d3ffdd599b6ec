import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal, record } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { CheckId, RunId, StepId, ThreadId } from "../../../src/core/ids.ts";
import { decide } from "../../../src/daemon/engine/decide.ts";
import { enact } from "../../../src/daemon/engine/enact.ts";
import { type AutomaticEvent, next } from "../../../src/daemon/engine/next.ts";
import type { Request } from "../../../src/daemon/engine/requests/request.ts";
import { engineLimits } from "../../support/engineLimits.ts";
import { isAutomatic } from "../../support/randomGoal.ts";
import { goalId, launchPlaybook, launchPrompt, person } from "../../support/simulation.ts";

/** A goal that is told events and requests, and takes by itself every step that is nothing but events. */
function told(...events: readonly GoalEvent[]) {
	let goal = newGoal(goalId);
	const log: GoalEvent[] = [];
	let ids = 0;
	const newId = <T extends string>(prefix: string) => `${prefix}-${++ids}` as T;
	const now = Date.parse("2026-11-22T14:30:00.000Z");
	const append = (given: readonly GoalEvent[]) => {
		log.push(...given);
		assert.ok(log.length < 200, `facts follow each other without end: ${JSON.stringify(given)}`);
		goal = evolveAll(goal, record(goal, 1, new Date(now).toISOString(), given));
		const automatic = next(goal, 1, now, engineLimits).effects.find((effect): effect is AutomaticEvent =>
			isAutomatic(effect),
		);
		if (automatic) append(enact(goal, automatic, newId, now, engineLimits));
	};
	append(events);
	return {
		goal: () => goal,
		tell: append,
		ask: (request: Request) => append(decide(request, goal, { by: person, newId })),
		activities: () => next(goal, 1, now, engineLimits).effects.map((effect) => effect.kind),
		endings: () => log.flatMap((event) => (event.type === "approval.superseded" ? [event.reason] : [])),
	};
}

const asked = (goal: Goal) => Object.values(goal.approvals).map(({ kind }) => kind);
const stepId = "a" as StepId;
const output = { head: "", tail: "it failed", bytes: 9, sha256: "" };
const checked = (checkId: string, ok: boolean, run: number): GoalEvent[] => {
	const about = { checkId: checkId as CheckId, runId: `${checkId}.${run}` as RunId, command: "read" };
	const tree: GoalEvent = { type: "snapshot.taken", tree: `tree-${run}`, toolCallIds: [about.runId], skipped: [] };
	return [
		{ type: "check.started", ...about },
		{ type: "check.completed", ...about, ok, exitCode: ok ? 0 : 1, output, durationMs: 1 },
		tree,
	];
};

/** A playbook without commands whose step says it is done, and whose checks decide. */
function playbookWith(checks: { readonly step?: string[]; readonly goal?: string[] }) {
	const run = told(
		...launchPlaybook([{ id: "a", commands: [], checks: checks.step ?? [] }], { checks: checks.goal ?? [] }),
	);
	run.tell([{ type: "snapshot.taken", tree: "tree", toolCallIds: [], skipped: [] }]);
	const approval = Object.values(run.goal().approvals)[0];
	if (approval) run.ask({ kind: "answer", approvalId: approval.approvalId, answer: "approve", scope: "once" });
	run.tell([{ type: "step.reported", stepId, attempt: 1, report: "Done." }]);
	return run;
}

describe("a question about a check ends when the check is green again", () => {
	it("for a red check of a playbook's step, once it is run again by hand", () => {
		const run = playbookWith({ step: ["read"] });
		run.tell(checked("a.1", false, 1));
		assert.deepEqual(asked(run.goal()), ["step"]);
		run.ask({ kind: "runChecks", checkId: "a.1" as CheckId });
		assert.deepEqual(asked(run.goal()), ["step"], "while it runs, the question stays");
		assert.ok(run.activities().includes("check"), "it runs at once");
		run.tell(checked("a.1", false, 2));
		assert.deepEqual(asked(run.goal()), ["step"], "red once more");
		run.ask({ kind: "runChecks", checkId: "a.1" as CheckId });
		run.tell(checked("a.1", true, 3));
		assert.deepEqual(asked(run.goal()), []);
		assert.equal(run.goal().steps[stepId]?.state, "completed");
		assert.deepEqual(run.endings(), ["Its checks are green again."]);
	});

	it("for red checks of the whole goal", () => {
		const run = playbookWith({ goal: ["read all"] });
		const checkId = Object.keys(run.goal().checks)[0]!;
		run.tell(checked(checkId, false, 1));
		assert.deepEqual(asked(run.goal()), ["question"]);
		run.ask({ kind: "runChecks" });
		assert.deepEqual(asked(run.goal()), ["question"]);
		run.tell(checked(checkId, true, 2));
		assert.deepEqual(asked(run.goal()), []);
		assert.deepEqual(run.endings(), ["The checks are green again."]);
		assert.ok(run.activities().includes("finish"));
	});

	it("for a step of an agent whose attempts have all failed: its checks decide once more", () => {
		const run = told(...launchPrompt());
		const planner = Object.keys(run.goal().threads)[0] as ThreadId;
		const [plan] = launchPlaybook([{ id: "a", commands: [], checks: ["read"] }]).filter(
			(event) => event.type === "plan.proposed",
		) as [Extract<GoalEvent, { type: "plan.proposed" }>];
		run.tell([
			{ type: "snapshot.taken", tree: "tree", toolCallIds: [], skipped: [] },
			{ ...plan, steps: plan.steps.map((step) => ({ ...step, actions: undefined })), threadId: planner },
			{ type: "thread.closed", threadId: planner },
		]);
		for (let attempt = 1; attempt <= 3; attempt++) {
			run.tell([{ type: "step.reported", stepId, attempt, report: "Done." }]);
			run.tell(checked("a.1", false, attempt));
		}
		assert.deepEqual(asked(run.goal()), ["step"]);
		run.ask({ kind: "runChecks", checkId: "a.1" as CheckId });
		run.tell(checked("a.1", true, 4));
		assert.deepEqual(asked(run.goal()), []);
		assert.deepEqual(run.endings(), ["Its checks are green again."]);
		assert.equal(run.goal().steps[stepId]?.state, "verifying");
		run.tell(checked("a.1", true, 5));
		assert.equal(run.goal().steps[stepId]?.state, "completed");
	});
});

describe("a question about a limit ends", () => {
	const budget = (resource: "turns" | "tokens", id: string): GoalEvent => ({
		type: "approval.requested",
		approvalId: id as never,
		kind: "budget",
		resource,
		summary: "The budget stops the goal.",
		risk: "read",
		reasons: [],
		digest: id,
		options: ["raise", "stop"],
		files: {},
	});
	const limited = () => {
		const [launched, ...rest] = launchPrompt() as [Extract<GoalEvent, { type: "goal.launched" }>];
		return told({ ...launched, settings: { ...launched.settings, budget: { turns: 5, tokens: 900_000 } } }, ...rest);
	};

	it("for every thread that asks about it, once it is raised, and for no other limit", () => {
		for (const request of [
			{ kind: "raise", by: { turns: 5 } } as const,
			{ kind: "answer", approvalId: "b-1" as never, answer: "raise", scope: "once" } as const,
		]) {
			const run = limited();
			run.tell([budget("turns", "b-1"), budget("turns", "b-2"), budget("tokens", "b-3")]);
			run.ask(request);
			assert.deepEqual(Object.keys(run.goal().approvals), ["b-3"]);
		}
	});
});
