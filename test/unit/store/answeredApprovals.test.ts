import assert from "node:assert/strict";
import type { Goal } from "../../../src/core/goal.ts";
import { openAnsweredApprovals } from "../../../src/daemon/store/answeredApprovals.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { event, goalId } from "./fixtures.ts";

const goal = goalId("goal-1");

describe("what a goal asked and is no longer open", () => {
	const request = (name: string) =>
		event("approval.requested", {
			approvalId: name,
			kind: "tool",
			summary: `run ${name}`,
			risk: "write",
			reasons: [],
			digest: "0",
			options: ["approve", "deny"],
		});
	const answer = (name: string) =>
		event("approval.answered", { approvalId: name, answer: "deny", reason: `why ${name}`, by: { client: "test" } });
	const settled = (names: readonly string[]) => ({
		goalId: goal,
		settled: names.map((approvalId) => ({
			approvalId,
			state: "denied",
			answer: "deny",
			by: "test",
			at: "2026-01-01T00:00:00.000Z",
		})),
	});

	it("is told newest first with what it was about, as far as the goal remembers, and read once", async () => {
		const store = createMemoryStore();
		await store.claim(goal);
		const read: number[] = [];
		const counted = {
			read: async (...given: Parameters<typeof store.read>) => {
				const rows = await store.read(...given);
				read.push(rows.length);
				return rows;
			},
		};
		const approvals = openAnsweredApprovals(counted);
		const names = Array.from({ length: 260 }, (_, at) => `a-${at + 1}`);
		await store.append(
			goal,
			0,
			1,
			names.flatMap((name) => [request(name), answer(name)]),
			"{}",
		);
		const list = async (last: number) =>
			(await approvals.list(settled(names.slice(0, last).slice(-50)) as unknown as Goal)).map(
				({ approvalId, summary, reason }) => [approvalId, summary, reason].join(" "),
			);
		const shown = await list(260);
		assert.equal(shown.length, 50);
		assert.equal(shown[0], "a-260 run a-260 why a-260");
		assert.equal(shown.at(-1), "a-211 run a-211 why a-211");
		await list(260);
		assert.deepEqual(read, [520, 0]);
		assert.deepEqual(await approvals.list(settled([]) as unknown as Goal), []);
	});
});
