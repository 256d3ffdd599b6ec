import assert from "node:assert/strict";
import type { RequestPermissionRequest, RequestPermissionResponse } from "@agentclientprotocol/sdk";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, answerRole, type Life, shell, working } from "../../support/acpGoal.ts";
import { memoryProcesses } from "../../support/memoryProcesses.ts";
import { type ScriptedTurn, scriptedAgent } from "../../support/scriptedAcp.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("leave that an agent asks for and does not wait for any more", () => {
	const { start } = acpGoals();
	const options = [
		{ optionId: "yes", name: "Yes", kind: "allow_once" as const },
		{ optionId: "no", name: "No", kind: "reject_once" as const },
	];
	const asks = ({ client, sessionId }: ScriptedTurn, command: string, withdrawn: AbortSignal): Promise<string> =>
		client
			.request<RequestPermissionResponse, RequestPermissionRequest>(
				"session/request_permission",
				{ sessionId, toolCall: shell("c1", command), options },
				{ cancellationSignal: withdrawn },
			)
			.then(({ outcome }) => ("optionId" in outcome ? outcome.optionId : outcome.outcome), String);
	/** The moments of a test, in its own hand. */
	const moments = () => {
		let come = () => {};
		const came = new Promise<void>((resolve) => {
			come = resolve;
		});
		return { came, come };
	};
	const isAsked = (life: Life, command: string) =>
		until(`a person is asked about ${command}`, () => life.approval()?.command === command);
	const isTakenBack = (life: Life) =>
		until("it is taken back", () => life.events("approval.superseded").length > 0 && life.approval() === undefined);

	it("is taken back while its turn goes on, asked for anew when it asks again, and refused to nobody", async () => {
		const withdrawn = new AbortController();
		const again = moments();
		const told: string[] = [];
		const life = await start(
			working(async (turn) => {
				told.push(await asks(turn, "make", withdrawn.signal));
				await again.came;
				told.push(await asks(turn, "make", new AbortController().signal));
				await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
				await turn.say("Done.");
				return "end_turn";
			}),
		);
		await isAsked(life, "make");
		withdrawn.abort();
		await isTakenBack(life);
		assert.match(life.events("approval.superseded")[0]!.reason, /does not wait for it any more/);
		const [first] = life.events("tool.completed");
		assert.deepEqual([first?.ok, first?.refused], [false, "The agent does not wait for it any more."]);
		assert.deepEqual(life.goal().calls, {});
		again.come();
		await isAsked(life, "make");
		await life.answer("approve");
		await life.ended();
		assert.equal(goalState(life.goal()), "completed");
		assert.deepEqual(told, ["cancelled", "yes"]);
		assert.deepEqual(
			life.events("tool.completed").map(({ ok }) => ok),
			[false, true],
		);
		assert.equal(life.events("tool.requested").filter(({ unasked }) => unasked).length, 0);
	});

	it("is not taken back where it asked for the same twice, and waits for one of them", async () => {
		const withdrawn = new AbortController();
		const told: string[] = [];
		const life = await start(
			working(async (turn) => {
				const twice = [withdrawn.signal, new AbortController().signal].map((signal) => asks(turn, "make", signal));
				told.push(...(await Promise.all(twice)));
				await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
				await turn.say("Done.");
				return "end_turn";
			}),
		);
		await isAsked(life, "make");
		withdrawn.abort();
		await life.answer("approve");
		await life.ended();
		assert.deepEqual(told.sort(), ["cancelled", "yes"]);
		assert.deepEqual(life.types("approval.superseded"), []);
		assert.equal(life.events("tool.completed")[0]?.ok, true);
	});

	it("counts as not given: what it does all the same is shown as done without asking", async () => {
		const withdrawn = new AbortController();
		const act = moments();
		const life = await start(
			working(async (turn) => {
				await asks(turn, "make", withdrawn.signal);
				await act.came;
				await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
				await turn.say("Done.");
				return "end_turn";
			}),
		);
		await isAsked(life, "make");
		withdrawn.abort();
		await isTakenBack(life);
		act.come();
		await life.ended();
		assert.deepEqual(
			life.events("tool.requested").map(({ unasked }) => unasked === true),
			[false, true],
		);
	});

	it("is taken back by the daemon that reads on, where the one before was killed while it waited", async () => {
		const store = createMemoryStore();
		const withdrawn = new AbortController();
		const end = moments();
		const memory = working(async (turn) => {
			await asks(turn, "make", withdrawn.signal);
			await end.came;
			await turn.say("Done.");
			return "end_turn";
		});
		const before = await start(memory, { store });
		await isAsked(before, "make");
		before.kill();
		withdrawn.abort();
		const after = await start(memory, { store });
		failures.splice(0);
		await isTakenBack(after);
		end.come();
		await after.ended();
		assert.equal(goalState(after.goal()), "completed");
	});

	it("is taken back when its file is not to be written any more", async () => {
		const withdrawn = new AbortController();
		const end = moments();
		const life = await start(
			working(async ({ client, sessionId, say }) => {
				const params = { sessionId, path: "a.txt", content: "x" };
				await client
					.request("fs/write_text_file", params, { cancellationSignal: withdrawn.signal })
					.catch(() => undefined);
				await end.came;
				await say("Done.");
				return "end_turn";
			}),
		);
		await until("a person is asked", () => life.approval()?.summary === "edit a.txt");
		withdrawn.abort();
		await isTakenBack(life);
		end.come();
		await life.ended();
		assert.equal(goalState(life.goal()), "completed");
	});

	it("is taken back when it ends its turn without waiting, and answered as cancelled", async () => {
		const told: string[] = [];
		const asked = moments();
		const life = await start(
			working(async (turn) => {
				void asks(turn, "make", new AbortController().signal).then((answer) => told.push(answer));
				await asked.came;
				await turn.say("Done.");
				return "end_turn";
			}),
		);
		await isAsked(life, "make");
		asked.come();
		await life.ended();
		assert.equal(life.events("approval.superseded").length, 1);
		assert.match(life.events("tool.completed")[0]!.refused!, /turn ended before it was allowed/);
		await until("it is told", () => told.length > 0);
		assert.deepEqual(told, ["cancelled"]);
		assert.deepEqual(life.types("tool.started"), []);
	});

	it("is taken back when its program dies", async () => {
		let lives = 0;
		let die = () => {};
		const memory = memoryProcesses((spool) =>
			scriptedAgent({
				prompt: (turn) =>
					answerRole(turn) ??
					(async () => {
						if (++lives === 1) {
							die = () => spool.die();
							await asks(turn, "make", new AbortController().signal);
						}
						await turn.say("Done.");
						return "end_turn" as const;
					})(),
			}),
		);
		const life = await start(memory);
		await isAsked(life, "make");
		die();
		await isTakenBack(life);
		await life.ended();
		assert.deepEqual(life.types("tool.started"), []);
		assert.equal(goalState(life.goal()), "completed");
	});
});
