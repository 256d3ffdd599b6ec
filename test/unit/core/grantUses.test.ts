import assert from "node:assert/strict";
import type { GoalEvent } from "../../../src/core/events.ts";
import type { GrantId, ToolCallId, TurnId } from "../../../src/core/ids.ts";
import { summarize } from "../../../src/protocol/view.ts";
import { at, goalOf, planned, started, threadId } from "../extension/goalFixture.ts";

describe("how often a grant let something happen", () => {
	const grant = "r-1" as GrantId;
	const call = (name: string, by: { grant?: GrantId } = {}): GoalEvent[] => [
		{
			type: "tool.requested",
			toolCallId: name as ToolCallId,
			threadId: threadId("t1"),
			turnId: "turn-1" as TurnId,
			name: "runCommand",
			args: { command: "true" },
			effect: "workspace",
			summary: "true",
		} as GoalEvent,
		{ type: "tool.started", toolCallId: name as ToolCallId, run: 1, ...by },
	];
	const begun = [...planned({}), ...started("step-1", "t1")];

	it("is counted by the fold, with the event of the last time", () => {
		const goal = goalOf(...begun, ...call("c-1", { grant }), ...call("c-2"), ...call("c-3", { grant }));
		assert.deepEqual(goal.grantUses, { "r-1": { times: 2, seq: goal.seq, at } });
		assert.equal(summarize(goal).grants, 1);
	});

	it("counts a page of the web, which has no intent, when it was read", () => {
		const read = {
			type: "tool.completed",
			toolCallId: "c-1" as ToolCallId,
			ok: true,
			durationMs: 1,
			output: { head: "", tail: "", bytes: 0, sha256: "" },
			grant,
		} as GoalEvent;
		const [asked] = call("c-1");
		const goal = goalOf(...begun, asked!, read);
		assert.equal(goal.grantUses?.[grant]?.times, 1);
	});

	it("is unknown of what an older log tells", () => {
		const goal = goalOf(...begun, ...call("c-1"));
		assert.equal(goal.grantUses, undefined);
		assert.equal(summarize(goal).grants, 0);
	});
});
