import assert from "node:assert/strict";
import { approvalText, goalText } from "../../../src/cli/commands/show.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { ThreadId, ToolCallId } from "../../../src/core/ids.ts";
import { viewApprovals, viewGoal } from "../../../src/protocol/view.ts";
import { asked, at, goalOf, planned, started, stepId } from "../extension/goalFixture.ts";

const shown = (goal: Goal) => goalText(viewGoal(goal, [], Date.parse(at)), Date.parse(at));

describe("what `mission show` tells", () => {
	it("names the commands that the goal and its steps allow now, and no other", () => {
		const running = shown(goalOf(...planned({}, {}), ...started("step-1", "t1")));
		assert.match(running, /mission pause goal-1/);
		assert.match(running, /mission skip goal-1 <step>.*step 1, 2/);
		assert.doesNotMatch(running, /mission (resume|delete|retry|undo|raise) /);
		const over = shown(goalOf(...planned({}), { type: "goal.failed", reason: "It failed." }));
		assert.match(over, /mission delete goal-1/);
		assert.doesNotMatch(over, /mission (pause|cancel|resume) /);
	});

	it("lists what runs in the background, since when and with what it printed last, and what ended", () => {
		const call = (id: string) => ({
			toolCallId: id as ToolCallId,
			threadId: "t1" as ThreadId,
			stepId: stepId("step-1"),
		});
		const begun = (id: string, command: string) =>
			({ type: "background.started", ...call(id), command, run: 1, timeoutMs: 0 }) as const;
		const output = (tail: string) => ({ head: "", tail, bytes: tail.length, sha256: "" });
		const goal = goalOf(
			...planned({}),
			...started("step-1", "t1"),
			begun("c-watch", "npm run watch"),
			begun("c-dev", "npm run dev"),
			begun("c-tail", "tail -f log"),
			begun("c-build", "npm run build"),
			{ type: "background.stopRequested", ...call("c-dev"), by: { client: "CLI", user: "mara" } },
			{
				...{ type: "background.ended", ...call("c-dev"), run: 1, exitCode: 143, durationMs: 1 },
				...{ reason: "Stopped by CLI (mara).", output: output("up\nready on 3000\r\n") },
			},
			{ type: "background.stopRequested", ...call("c-tail"), by: { client: "CLI", user: "mara" } },
			{ type: "background.ended", ...call("c-build"), run: 1, exitCode: 2, durationMs: 1, output: output("") },
		);
		const now = Date.parse(at) + 180_000;
		const view = viewGoal(goal, [], now);
		const [first, ...rest] = view.background!;
		const lively = { ...view, background: [{ ...first!, lastLine: "Found 0 errors." }, ...rest] };
		// Without the marks that become colours in a terminal.
		const text = goalText(lively, now).replace(/\p{Co}/gu, "");
		const lines = text.slice(text.indexOf("In the background")).split("\n\n")[0]!.split("\n").slice(1);
		assert.deepEqual(
			lines.map((line) => line.trim().replace(/^[●○–] /, "")),
			[
				"npm run watch  running for 3 min  c-watch",
				"Found 0 errors.",
				"tail -f log  being stopped by CLI (mara)  c-tail",
				"npm run build  ended with exit code 2, 3 min ago  c-build",
				"npm run dev  ended with exit code 143, stopped by CLI (mara), 3 min ago  c-dev",
				"ready on 3000",
			],
		);
		assert.match(text, /mission background goal-1 stop <id>.*1 command/);
	});

	it("names each way to answer what waits, and what it does", () => {
		const goal = goalOf(
			...planned({}),
			asked({
				kind: "budget",
				command: undefined,
				resource: "turns",
				options: ["raise", "stop"],
				stepId: stepId("step-1"),
			}),
		);
		const text = viewApprovals(goal).map(approvalText).join("\n");
		assert.match(text, /mission answer \S+ --option raise.*The limit is raised/);
		assert.match(text, /mission answer \S+ --option stop.*The goal ends as failed/);
		assert.doesNotMatch(text, /mission deny/);
	});
});
