import assert from "node:assert/strict";
import type { PlaybookAction } from "../../../src/core/values.ts";
import type { TurnOutcome } from "../../../src/daemon/agents/agent.ts";
import { createPlaybookAgent } from "../../../src/daemon/agents/playbookAgent.ts";
import { completed, makeTurn, requested } from "./turns.ts";

const actions: readonly PlaybookAction[] = [
	{ kind: "command", command: "ls > a.txt", line: 3 },
	{ kind: "write", path: "b.txt", content: "B\n", line: 6 },
	{ kind: "command", command: "cat a.txt b.txt", line: 9 },
];
const signal = new AbortController().signal;

describe("the playbook agent", () => {
	it("asks for the step's actions one a turn, in the order written, from the place the log knows", async () => {
		const agent = createPlaybookAgent();
		const calls: unknown[] = [];
		for (let done = 0; done < actions.length; done++) {
			const outcome = answered(await agent.takeTurn(makeTurn({ actions, done }), signal));
			assert.equal(outcome.text, "");
			calls.push(...outcome.calls);
		}
		assert.deepEqual(calls, [
			{ name: "runCommand", args: { command: "ls > a.txt" } },
			{ name: "writeFile", args: { path: "b.txt", content: "B\n" } },
			{ name: "runCommand", args: { command: "cat a.txt b.txt" } },
		]);
	});

	it("ends with a report of what it did, and costs nothing", async () => {
		const transcript = [
			...requested("c1", "runCommand"),
			...completed("c1"),
			...requested("c2", "writeFile"),
			...completed("c2"),
			...requested("c3", "runCommand"),
			...completed("c3", { refused: "denied" }),
		];
		const turn = makeTurn({ actions, done: 3, transcript });
		const outcome = answered(await createPlaybookAgent().takeTurn(turn, signal));
		assert.deepEqual(outcome.calls, []);
		assert.equal(outcome.text, "Ran 1 command, wrote 1 file, passed over 1 action.");
		assert.equal(outcome.answered, "playbook");
		assert.deepEqual(outcome.usage, { inputTokens: 0, outputTokens: 0, costUsd: 0 });
	});

	it("says so when there is nothing to run", async () => {
		const outcome = answered(await createPlaybookAgent().takeTurn(makeTurn({ actions: [] }), signal));
		assert.equal(outcome.text, "This step has nothing to run.");
	});

	it("does nothing once it is aborted", async () => {
		assert.deepEqual(await createPlaybookAgent().takeTurn(makeTurn({ actions }), AbortSignal.abort()), {
			kind: "aborted",
		});
	});
});

function answered(outcome: TurnOutcome) {
	if (outcome.kind !== "answered") assert.fail(JSON.stringify(outcome));
	return outcome;
}
