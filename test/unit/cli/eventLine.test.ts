import assert from "node:assert/strict";
import { eventLines } from "../../../src/cli/terminal/eventLine.ts";
import { clock } from "../../../src/cli/terminal/layout.ts";
import { visible } from "../../../src/cli/terminal/output.ts";
import type { GoalEvent, RecordedEvent } from "../../../src/core/events.ts";
import type { ApprovalId, StepId, ThreadId, ToolCallId, TurnId } from "../../../src/core/ids.ts";

const at = "2026-03-04T05:06:07.000Z";
const output = { head: "fine\n", tail: "almost\nthis went wrong\n", bytes: 10, sha256: "0" };
const toolCallId = "c1" as ToolCallId;
const threadId = "t1" as ThreadId;
const stepId = "join" as StepId;

describe("an event as one line", () => {
	const rows: readonly (readonly [name: string, events: readonly GoalEvent[], expected: string])[] = [
		[
			"a command that failed: what it was, how it ended, what it said last",
			[
				{
					type: "tool.requested",
					toolCallId,
					threadId,
					turnId: "u1" as TurnId,
					name: "runCommand",
					args: {},
					effect: "workspace",
					summary: "make all\nmake check",
				},
				{ type: "tool.completed", toolCallId, ok: false, exitCode: 2, durationMs: 1234, output },
			],
			"action     make all make check  exit 2 in 1.2 s: this went wrong",
		],
		[
			"an approval: the exact command, and how to answer",
			[
				{
					type: "approval.requested",
					approvalId: "a1" as ApprovalId,
					kind: "tool",
					summary: "Run a command",
					command: "rm -rf build",
					risk: "dangerous",
					reasons: [],
					digest: "0",
					options: ["approve", "deny"],
					files: {},
				},
			],
			"approval   rm -rf build  waits for you: mission approve a1",
		],
		[
			"a question with answers of its own",
			[
				{
					type: "approval.requested",
					approvalId: "a1" as ApprovalId,
					kind: "step",
					summary: "Step “Join” cannot go on by itself.",
					risk: "read",
					reasons: [],
					digest: "0",
					options: ["retry", "skip"],
					files: {},
				},
			],
			"approval   Step “Join” cannot go on by itself.  waits for you: mission answer a1 --option retry|skip",
		],
		[
			"a step by the title that its plan gave it",
			[
				{
					type: "plan.proposed",
					revision: 1,
					summary: "",
					steps: [
						{
							stepId,
							title: "Join the parts",
							instructions: "",
							kind: "work",
							role: "implementer",
							needs: [],
							checks: [],
							confidence: "high",
						},
					],
					checks: [],
				},
				{ type: "step.completed", stepId, attempt: 1, verified: false },
			],
			"step       Join the parts  completed, unverified",
		],
		[
			"a file and how much of it changed",
			[
				{
					type: "file.changed",
					path: "a.ts",
					status: "modified",
					toolCallIds: [],
					added: 3,
					removed: 1,
					by: "outside",
				},
			],
			"file       a.ts  modified +3 −1, outside the goal",
		],
		["an event that a newer daemon knows", [{ type: "moon.risen" } as unknown as GoalEvent], "           moon.risen"],
	];
	for (const [name, events, expected] of rows) {
		it(`shows ${name}`, () => {
			const lines = eventLines();
			const shown = events.map((event, index) =>
				lines.line({ ...event, seq: index + 1, epoch: 1, at } as RecordedEvent),
			);
			assert.equal(visible(shown.at(-1) ?? "").replace(/[\uE010-\uE01F]/g, ""), `${clock(at)}  ${expected}`);
		});
	}

	it("fits into the terminal", () => {
		const line = eventLines().line(
			{
				type: "message.added",
				messageId: "m" as never,
				threadId,
				from: "person",
				text: "x".repeat(500),
				seq: 1,
				epoch: 1,
				at,
			},
			60,
		);
		assert.ok(line.replace(/[\uE010-\uE01F]/g, "").length <= 60);
		assert.ok(line.endsWith("…"));
	});
});
