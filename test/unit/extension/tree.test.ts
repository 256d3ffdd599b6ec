import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Goal } from "../../../src/core/goal.ts";
import { statusText } from "../../../src/extension/status/statusText.ts";
import {
	goalNodes,
	groupOf,
	rootNodes,
	stepNodes,
	type TreeNode,
	threadNodes,
} from "../../../src/extension/tree/nodes.ts";
import { rowOf } from "../../../src/extension/tree/rows.ts";
import type { ChangeView } from "../../../src/protocol/view.ts";
import {
	answered,
	asked,
	at,
	checkId,
	goalId,
	goalOf,
	planned,
	started,
	stepId,
	summaryOf,
	threadId,
	withMore,
} from "./goalFixture.ts";

const view = { now: Date.parse(at), folders: ["/home/mara/payments"] };

describe("the tree of goals", () => {
	const waits = goalOf(
		...planned({}, { needs: [stepId("step-1")] }),
		...started("step-1", "t1"),
		asked({ stepId: stepId("step-1") }),
	);
	const change: ChangeView = {
		path: "src/routes/refunds.ts",
		status: "modified",
		stepId: stepId("step-1"),
		toolCallIds: [],
		added: 3,
		removed: 1,
		by: "agent",
	};

	it("shows a step that another plan dropped below the others, to be read and undone and nothing else", () => {
		const goal = goalOf(
			...planned({ title: "The wall" }),
			...started("step-1", "t1"),
			{
				type: "file.changed",
				path: "wall.txt",
				status: "added",
				by: "agent",
				stepId: stepId("step-1"),
				toolCallIds: [],
				after: "blob",
			},
			...planned({ stepId: stepId("roof"), title: "The roof" }),
		);
		const steps = goalNodes(goal, [], "").filter((node) => node.kind === "step");
		assert.deepEqual(
			steps.map((node) => rowOf(node, view)).map(({ label, description, context }) => [label, description, context]),
			[
				["1 The roof", "", "step.pending;can.skip"],
				["The wall", "no longer in the plan", "step.dropped.begun;can.undo"],
			],
		);
	});

	it("groups goals by what they need, the most pressing group first, and leaves empty groups out", () => {
		const running = summaryOf(goalOf(), { state: "running", pendingApprovals: 0 });
		const states = ["completed", "paused", "blocked", "failed", "queued", "cancelled", "planning"] as const;
		const goals = [
			summaryOf(waits),
			running,
			...states.map((state) => summaryOf(goalOf(), { state, pendingApprovals: 0 })),
		];
		assert.deepEqual(
			rootNodes(goals).map((node) => [rowOf(node, view).label, rowOf(node, view).description]),
			[
				["Needs you", "1"],
				["Running", "3"],
				["Blocked", "2"],
				["Finished", "3"],
			],
		);
		assert.deepEqual(
			rootNodes([running]).map((node) => rowOf(node, view).label),
			["Running"],
		);
	});

	it("shows sub-agents under the thread that asked for them, and theirs under them", () => {
		const opened = (thread: string, parent: string, title: string) => ({
			type: "thread.opened" as const,
			threadId: threadId(thread),
			role: "researcher",
			stepId: stepId("step-1"),
			attempt: 1,
			assignment: { provider: "local", model: "qwen3" },
			parentThreadId: threadId(parent),
			parentCallId: `call-${thread}` as never,
			title,
		});
		const goal = goalOf(
			...planned({}),
			...started("step-1", "t1"),
			opened("t2", "t1", "Find the routes"),
			opened("t3", "t2", "Read the router"),
		);
		const tree = (nodes: readonly TreeNode[]): unknown[] =>
			nodes.map((node) => [
				rowOf(node, view).label,
				rowOf(node, view).fold,
				node.kind === "thread" ? tree(threadNodes(goal, node.thread)) : [],
			]);
		assert.deepEqual(tree(stepNodes(goal, goal.steps[stepId("step-1")]!, [])), [
			[
				"Step 1: Step number 1",
				"open",
				[["Research: Find the routes", "open", [["Research: Read the router", "leaf", []]]]],
			],
		]);
	});

	it("counts a running goal with an approval among those that need the person, and an ended one never", () => {
		assert.equal(groupOf(summaryOf(waits, { state: "running" })), "needsYou");
		assert.equal(groupOf(summaryOf(waits, { state: "cancelled" })), "finished");
	});

	it("shows under a goal what waits for the person first, then the steps in the plan's order, then the changed files", () => {
		const rows = goalNodes(waits, [change], "").map((node) => rowOf(node, view));
		assert.deepEqual(
			rows.map(({ label, description, icon }) => [label, description, icon?.codicon]),
			[
				["npm install express@5", undefined, "shield"],
				["1 Step number 1", "waits for you", "shield"],
				["2 Step number 2", "needs 1", "circle-large"],
				["Changed files", "1  +3 −1", "diff-multiple"],
			],
		);
	});

	it("offers Approve in the row only for a command that the row shows whole", () => {
		const rowFor = (command: string) => {
			const goal = goalOf(asked({ command }));
			return rowOf({ kind: "approval", goalId, goal, approval: Object.values(goal.approvals)[0]! }, view);
		};
		assert.match(rowFor("npm test").context, /^approval\.tool\.short/);
		assert.match(rowFor("x".repeat(28)).context, /\.short/);
		for (const command of ["x".repeat(29), "a\nb", "rm \u202e-rf", "echo [a](command:b)", "ls\u200b"])
			assert.match(rowFor(command).context, /\.long/, JSON.stringify(command));
	});

	it("offers Retry in the row of a step that a person decides about, and not where only a command waits", () => {
		const contextOf = (goal: Goal) =>
			rowOf({ kind: "step", goal, step: goal.steps[stepId("step-1")]! } as never, view).context;
		const begun = goalOf(...planned({}), ...started("step-1", "t1"));
		assert.match(contextOf(withMore(begun, asked({ stepId: stepId("step-1") }))), /^step\.in_progress\.begun;/);
		const stuck = asked({ kind: "step", command: undefined, stepId: stepId("step-1") });
		assert.match(contextOf(withMore(begun, stuck)), /^step\.stuck\.begun;can\.retry;/);
		const menus = JSON.parse(readFileSync(path.join(__dirname, "../../../package.json"), "utf8")).contributes.menus;
		const inline = menus["view/item/context"].filter(
			({ command, group }: { command: string; group: string }) =>
				command === "missionControl.retryStep" && group.startsWith("inline"),
		);
		assert.deepEqual(
			inline.map(({ when }: { when: string }) => /step\\\.\((.*?)\)/.exec(when)?.[1]),
			["failed|stuck"],
		);
	});

	it("shows the threads of a step, the newest attempt first, and the files that it changed", () => {
		const second = withMore(
			waits,
			{ type: "attempt.failed", stepId: stepId("step-1"), attempt: 1, diagnosis: "red" },
			...started("step-1", "t2", 2),
		);
		const nodes = stepNodes(second, second.steps[stepId("step-1")]!, [change, { ...change, stepId: stepId("step-2") }]);
		assert.deepEqual(
			nodes.map((node) => [rowOf(node, view).label, rowOf(node, view).description]),
			[
				["Step 1: Step number 1", "implementer · local/qwen3"],
				["Step 1: Step number 1", "implementer · local/qwen3 · attempt 1"],
				["refunds.ts", "src/routes  +3 −1"],
			],
		);
	});

	it("says `unverified` of what no check has proved, and `check stale` of what changed since", () => {
		const done = (verified: boolean) =>
			withMore(goalOf(...planned({}), ...started("step-1", "t1")), {
				type: "step.completed",
				stepId: stepId("step-1"),
				attempt: 1,
				verified,
			});
		const rowFor = (goal: ReturnType<typeof done>) =>
			rowOf({ kind: "step", goalId, goal, step: goal.steps[stepId("step-1")]! }, view);
		assert.deepEqual([rowFor(done(false)).description, rowFor(done(false)).icon?.codicon], ["unverified", "pass"]);
		assert.deepEqual([rowFor(done(true)).description, rowFor(done(true)).icon?.codicon], ["", "pass-filled"]);
		const id = checkId("check-1");
		const output = { head: "", tail: "", bytes: 0, sha256: "" };
		const run = { checkId: id, runId: "run-1" as never, command: "npm test" };
		const stale = withMore(
			goalOf(...planned({ checks: [{ checkId: id, command: "npm test" }] }), ...started("step-1", "t1")),
			{ type: "check.started", ...run },
			{ type: "check.completed", ...run, ok: true, exitCode: 0, output, durationMs: 1 },
			{ type: "step.completed", stepId: stepId("step-1"), attempt: 1, verified: true },
			{ type: "file.changed", path: "a", status: "modified", toolCallIds: [], by: "outside" },
		);
		assert.equal(rowFor(stale).description, "check stale");
	});

	it("says of a goal in words what its icon shows", () => {
		const rowFor = (more: Parameters<typeof summaryOf>[1]) =>
			rowOf({ kind: "goal", goalId, summary: summaryOf(goalOf(), { pendingApprovals: 0, ...more }) }, view);
		const yesterday = new Date(view.now - 86_400_000).toISOString();
		assert.equal(rowFor({ state: "failed", updatedAt: yesterday }).description, "failed yesterday");
		assert.match(rowFor({ state: "completed", verified: false }).description!, /^unverified /);
		assert.equal(rowFor({ state: "running", stepsDone: 2, stepsTotal: 7 }).description, "2 of 7");
		assert.equal(rowFor({ state: "blocked", stateReason: "Quota at acme." }).description, "Quota at acme");
		assert.equal(rowFor({ state: "paused", workspace: "/srv/other" }).description, "paused · other");
		assert.match(
			rowFor({ state: "running", stateReason: "Works on A." }).spoken!,
			/Express 4 to 5, running, Works on A\./,
		);
	});

	it("says of a goal whose turn it is not whom it waits for, and of one in which nothing stirs since when", () => {
		const goalRow = (more: Partial<ReturnType<typeof summaryOf>>) =>
			rowOf({ kind: "goal", summary: summaryOf(waits, more) } as never, view).description;
		const stateReason = "Waits for “Upgrade”, which works in the same folder.";
		assert.equal(goalRow({ state: "queued", stateReason }), "Waits for “Upgrade”, which works in the same folder");
		assert.match(goalRow({ state: "running", silentSince: at }) ?? "", /^silent since \d\d:\d\d$/);
		assert.equal(statusText([summaryOf(waits, { state: "running", silentSince: at })]).running, "1 running, 1 silent");
	});

	it("keeps a row's id when its state changes, so that what is folded stays folded", () => {
		const later = withMore(waits, answered("approve"));
		const ids = (goal: typeof waits) => goalNodes(goal, [], "").map((node) => rowOf(node, view).id);
		assert.deepEqual(
			ids(later),
			ids(waits).filter((id) => !id.startsWith("approval:")),
		);
	});

	it("has one sentence for a goal that has nothing to show yet", () => {
		const rows = goalNodes(goalOf(), [], "Waits for its turn.").map((node) => rowOf(node, view));
		assert.deepEqual(
			rows.map((row) => row.description),
			["Waits for its turn."],
		);
	});
});
