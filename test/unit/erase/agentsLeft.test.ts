import assert from "node:assert/strict";
import type { Goal } from "../../../src/core/goal.ts";
import type { GoalId, ThreadId } from "../../../src/core/ids.ts";
import { type AgentsLeftParts, watchAgentsLeft } from "../../../src/daemon/erase/agentsLeft.ts";
import type { GoalSummary } from "../../../src/protocol/view.ts";
import { until } from "../../support/until.ts";

type State = GoalSummary["state"];

describe("a program of an agent", () => {
	const rows: readonly (readonly [name: string, goals: Stage["goals"], isEnded: boolean])[] = [
		["lives while its thread is open", { g: { state: "running", threads: { t1: "active" } } }, false],
		["lives while its goal is paused", { g: { state: "paused", threads: { t1: "active" } } }, false],
		["lives while its goal waits", { g: { state: "blocked", threads: { t1: "active" } } }, false],
		["ends with its thread", { g: { state: "running", threads: { t1: "closed", t2: "active" } } }, true],
		["ends with its goal, done", { g: { state: "completed", threads: { t1: "active" } } }, true],
		["ends with its goal, cancelled", { g: { state: "cancelled", threads: { t1: "active" } } }, true],
		["ends with its goal, deleted", {}, true],
		["ends when only others are left", { g: { state: "running", threads: { t11: "active" } } }, true],
	];
	for (const [name, goals, isEnded] of rows)
		it(name, async () => {
			const stage = stageOf(goals, ["t1.1", "t1.2", "gone.1"]);
			const left = watchAgentsLeft(stage.parts);
			await until("others were ended", () => stage.forgotten.includes("gone.1"));
			assert.deepEqual(stage.forgotten, isEnded ? ["t1.1", "t1.2", "gone.1"] : ["gone.1"]);
			left.close();
		});

	it("is looked for when the daemon begins, and when a goal tells of itself", async () => {
		const stage = stageOf({ g: { state: "running", threads: { t1: "active" } } }, ["t1.1", "t2.1"]);
		const left = watchAgentsLeft(stage.parts);
		await until("what was left is gone", () => stage.forgotten.length >= 1);
		stage.goals = {};
		stage.tell();
		await until("the other is gone", () => stage.forgotten.length >= 2);
		assert.deepEqual(stage.forgotten, ["t2.1", "t1.1"]);
		left.close();
	});

	it("has its time to end by itself when it is not needed any more", async () => {
		const stage = stageOf({}, ["t1.1"]);
		const began = performance.now();
		const left = watchAgentsLeft({ ...stage.parts, patienceMs: 400 });
		await until("it was ended", () => stage.forgotten.length >= 1);
		assert.ok(performance.now() - began >= 890);
		left.close();
	});

	it("ends at once with a goal that is erased, and no other does", async () => {
		const stage = stageOf({}, ["t1.1", "t1.2", "t11.1"]);
		const left = watchAgentsLeft({ ...stage.parts, patienceMs: 60_000 });
		await left.endOf(["t1" as ThreadId, "t7" as ThreadId]);
		assert.deepEqual(stage.forgotten, ["t1.1", "t1.2"]);
		left.close();
	});

	it("is left alone when its goal cannot be read, and that is told", async () => {
		const stage = stageOf({ g: { state: "running", threads: { t1: "active" } } }, ["t1.1"]);
		const goal = () => Promise.reject(new Error("the disk is away"));
		const left = watchAgentsLeft({ ...stage.parts, supervisor: { ...stage.parts.supervisor, goal } });
		await until("it was told", () => stage.warnings.length > 0);
		assert.deepEqual(stage.forgotten, []);
		left.close();
	});
});

interface Stage {
	goals: Readonly<Record<string, { readonly state: State; readonly threads: Record<string, "active" | "closed"> }>>;
	readonly forgotten: string[];
	readonly warnings: string[];
	readonly parts: AgentsLeftParts;
	tell(): void;
}

function stageOf(goals: Stage["goals"], keys: readonly string[]): Stage {
	const listeners = new Set<(summary: GoalSummary) => void>();
	const summaryOf = ([goalId, { state }]: [string, { readonly state: State }]) => ({ goalId, state }) as GoalSummary;
	const stage: Stage = {
		goals,
		forgotten: [],
		warnings: [],
		tell() {
			for (const listener of listeners) listener(summaryOf(["g", { state: "running" }]));
		},
		parts: {
			patienceMs: 1,
			processes: {
				kept: async () => keys.filter((key) => !stage.forgotten.includes(key)),
				forget: async (forgotten) => void stage.forgotten.push(...forgotten),
			},
			supervisor: {
				summaries: () => Object.entries(stage.goals).map(summaryOf),
				async goal(goalId: GoalId) {
					const threads = Object.entries(stage.goals[goalId]!.threads).map(([threadId, state]) => [
						threadId,
						{ threadId, state },
					]);
					return { threads: Object.fromEntries(threads) } as Goal;
				},
				onSummary(listener) {
					listeners.add(listener);
					return () => listeners.delete(listener);
				},
			},
			log: { info() {}, error() {}, warn: (message: string) => void stage.warnings.push(message) } as never,
		},
	};
	return stage;
}
