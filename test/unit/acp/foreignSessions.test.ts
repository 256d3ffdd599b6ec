import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, shell, working } from "../../support/acpGoal.ts";
import type { ScriptedTurn } from "../../support/scriptedAcp.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("a request of an agent for a session that is not its own", () => {
	const { start, workspace, warnings } = acpGoals();
	const place = (name: string) => path.join(workspace(), name);
	const options = [{ optionId: "yes", name: "Yes", kind: "allow_once" }];
	/** A turn in which nothing is done says nothing of the work. */
	const look = async ({ ask, tell }: ScriptedTurn) => {
		await ask({ toolCallId: "look", kind: "read", title: "Look" });
		await tell({ sessionUpdate: "tool_call_update", toolCallId: "look", status: "completed" });
	};
	/** All that an agent may ask of a client for a session. */
	const requests: Readonly<Record<string, () => object>> = {
		"fs/read_text_file": () => ({ path: place("here.txt") }),
		"fs/write_text_file": () => ({ path: place("made.txt"), content: "x" }),
		"session/request_permission": () => ({ toolCall: shell("c1", "make"), options }),
		"elicitation/create": () => ({
			mode: "form",
			message: "Which?",
			requestedSchema: { type: "object", properties: { name: { type: "string" } } },
		}),
	};
	const notServed: Readonly<Record<string, () => object>> = {
		"terminal/create": () => ({ command: "touch", args: [place("made.txt")] }),
		"terminal/output": () => ({ terminalId: "1" }),
		"terminal/wait_for_exit": () => ({ terminalId: "1" }),
		"terminal/kill": () => ({ terminalId: "1" }),
		"terminal/release": () => ({ terminalId: "1" }),
	};
	const foreign = ["another", "", "s0", " s1", "../s1"];

	for (const [method, params] of Object.entries({ ...requests, ...notServed }))
		it(`is refused with a sentence, and nothing is done or asked: ${method}`, async () => {
			const told: { readonly code?: number; readonly message?: string }[] = [];
			const life = await start(
				working(async (turn) => {
					writeFileSync(place("here.txt"), "secret\n");
					for (const sessionId of foreign)
						told.push(
							await turn.client.request(method, { ...params(), sessionId }).then(
								(result) => ({ message: JSON.stringify(result) }),
								(cause: object) => cause,
							),
						);
					await look(turn);
					await turn.say("Done.");
					return "end_turn";
				}),
			);
			await life.ended();
			assert.equal(goalState(life.goal()), "completed");
			const codes = told.map(({ code }) => code);
			if (method in notServed) assert.deepEqual(new Set(codes), new Set([-32601]));
			else {
				assert.deepEqual(new Set(codes), new Set([-32602]));
				for (const [index, { message }] of told.entries()) {
					assert.ok(message?.includes(`There is no session “${foreign[index]}” here`), message);
					assert.match(message!, /Nothing was done\.$/);
				}
				assert.ok(warnings().some((text) => text.includes("it speaks of another session (another)")));
			}
			assert.deepEqual(life.types("approval.requested"), []);
			assert.deepEqual(
				life.events("tool.requested").map(({ agentCallId }) => agentCallId),
				["look"],
			);
			assert.equal(existsSync(place("made.txt")), false);
		});

	it("is refused by the daemon that reads it, where the one before was killed; one of its own session is answered", async () => {
		const store = createMemoryStore();
		const told: unknown[] = [];
		let write = async () => {};
		const memory = working(async (turn) => {
			const { client, sessionId } = turn;
			const writes = (id: string, name: string) =>
				client
					.request("fs/write_text_file", { sessionId: id, path: place(name), content: "x" })
					.catch(({ code }: { code: number }) => code);
			write = async () =>
				void told.push(...(await Promise.all([writes("another", "foreign.txt"), writes(sessionId, "own.txt")])));
			assert.equal(await turn.ask(shell("c1", "make")), "allow_once");
			await until("its writes are answered", () => told.length > 0);
			await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
			await turn.say("Done.");
			return "end_turn";
		});
		const before = await start(memory, { store });
		await until("a person is asked", () => before.approval() !== undefined);
		before.kill();
		const writing = write();
		const after = await start(memory, { store });
		failures.splice(0);
		await after.answer("approve");
		await until("it asks about its own", () => after.approval()?.summary === "edit own.txt");
		await after.answer("approve");
		await writing;
		await after.ended();
		assert.equal(told[0], -32602);
		assert.equal(existsSync(place("foreign.txt")), false);
		assert.equal(readFileSync(place("own.txt"), "utf8"), "x");
	});
});
