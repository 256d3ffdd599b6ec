import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, answerRole, type Life, shell, working } from "../../support/acpGoal.ts";
import { memoryProcesses } from "../../support/memoryProcesses.ts";
import { type ScriptedTurn, scriptedAgent } from "../../support/scriptedAcp.ts";
import { until } from "../../support/until.ts";

describe("an agent's program that does not behave", () => {
	const { start, warnings, workspace } = acpGoals();
	const heldFor = async (life: Life) => {
		await until("the goal is held", () => life.events("hold.placed").length > 0);
		return life.events("hold.placed")[0]!.reason;
	};
	const failedFor = async (life: Life) => {
		await until("a turn fails", () => life.events("provider.failed").length > 0);
		return life.events("provider.failed")[0]!.reason;
	};

	it("and is not there is said to be so, with what to do", async () => {
		const life = await start(
			working(async () => "end_turn"),
			{ configured: { command: ["no-such-program-here"] } },
		);
		assert.match(await heldFor(life), /“no-such-program-here” is no program on the daemon's path\. Correct “command”/);
	});

	it("and exits at once is said to have ended, and tried again with another process", async () => {
		let times = 0;
		const memory = memoryProcesses((spool) => {
			if (++times < 3) {
				spool.die("It exited with code 3.");
				return "silent";
			}
			return scriptedAgent({ prompt: (turn) => answerRole(turn) ?? turn.say("Done.").then(() => "end_turn") });
		});
		const life = await start(memory);
		assert.match(await failedFor(life), /It exited with code 3/);
		await until("another comes up", () => life.events("agent.started").length > 0);
		assert.deepEqual(
			life
				.events("agent.ended")
				.slice(0, 2)
				.map(({ process, died }) => [process, died]),
			[
				[1, true],
				[2, true],
			],
		);
	});

	it("and never answers when it is started is ended after a time", async () => {
		const memory = memoryProcesses(() => "silent");
		const life = await start(memory, { agent: { initMs: 50 } });
		assert.match(await failedFor(life), /did not answer within/);
		assert.equal([...memory.spools.values()][0]?.isAlive, false);
	});

	const modes = { currentModeId: "auto", availableModes: [{ id: "ask", name: "Ask" }] };
	const hanging = (log: string[]) =>
		working(async () => "end_turn", { session: { modes }, hangs: ["session/set_mode"], log });

	it("and never answers what is set before its first prompt is ended after a time", async () => {
		const memory = hanging([]);
		const life = await start(memory, { agent: { initMs: 50 }, configured: { mode: "ask" } });
		assert.match(await failedFor(life), /did not answer within/);
		assert.equal([...memory.spools.values()][0]?.isAlive, false);
	});

	it("and hangs before its first prompt is ended with its turn when a person pauses at once", async () => {
		const log: string[] = [];
		const memory = hanging(log);
		const life = await start(memory, { configured: { mode: "ask" } });
		await until("it is asked for its mode", () => log.length > 0);
		await life.ask({ kind: "pause", now: true });
		await until("the turn is over", () => life.events("turn.interrupted").length > 0);
		assert.match(life.events("agent.ended")[0]!.reason, /before it was ready/);
		assert.equal([...memory.spools.values()][0]?.isAlive, false);
	});

	it("and hangs before its first prompt is let go when the daemon is stopped, and followed by the next", async () => {
		const log: string[] = [];
		const memory = hanging(log);
		const store = createMemoryStore();
		const before = await start(memory, { store, configured: { mode: "ask" } });
		await until("it is asked for its mode", () => log.length > 0);
		await before.close();
		assert.equal([...memory.spools.values()][0]?.isAlive, true);
		const after = await start(memory, { store, agent: { initMs: 50 }, configured: { mode: "ask" } });
		assert.match(await failedFor(after), /did not answer within/);
		assert.equal(log[1], undefined, "it is asked once");
	});

	it("and never opens its old session again is given a new one, and told what was before", async () => {
		const log: string[] = [];
		let turns = 0;
		const memory = working(
			async ({ say }) => {
				if (++turns === 1) throw new Error("Overloaded, try again.");
				await say("Done.");
				return "end_turn";
			},
			{ capabilities: { loadSession: true }, hangs: ["session/load"], log },
		);
		const life = await start(memory, { agent: { initMs: 500, idleMs: 10 } });
		await until("it is asked anew", () => turns > 1);
		assert.ok(log.some((line) => line.startsWith("session/load")));
		assert.equal(life.events("agent.started").at(-1)?.took, "told");
	});

	it("and opens a session that cannot be used is ended", async () => {
		const memory = working(async () => "end_turn", { session: { modes } });
		const life = await start(memory, { configured: { mode: "no-such-mode" } });
		assert.match(await failedFor(life), /no session mode “no-such-mode”/);
		assert.match(life.events("agent.ended")[0]!.reason, /opened no session that can be used/);
		assert.equal([...memory.spools.values()][0]?.isAlive, false);
	});

	it("and prints what is no message is understood all the same", async () => {
		const memory = memoryProcesses((spool) => {
			for (const line of [
				"Loading…",
				"{",
				"[]",
				"null",
				'{"jsonrpc":"2.0","id":99,"result":{}}',
				'{"jsonrpc":"1.0"}',
				"",
			])
				spool.print(line);
			return scriptedAgent({ prompt: (turn) => answerRole(turn) ?? turn.say("Done.").then(() => "end_turn") });
		});
		const life = await start(memory);
		await until("it works", () => life.events("turn.completed").length > 1);
		assert.ok(warnings().some((text) => text.includes("Loading…")));
	});

	it("and tells what nobody knows, of sessions that nobody opened, is listened to for the rest", async () => {
		const life = await start(
			working(async ({ client, sessionId, tell, say }) => {
				const anything = [
					{ sessionUpdate: "from_the_future", content: 7 },
					{ sessionUpdate: "tool_call", toolCallId: 5, kind: ["x"] },
					{ sessionUpdate: "tool_call", toolCallId: "t", kind: "levitate", status: "floating" },
					{ sessionUpdate: "plan", entries: "none" },
					{ sessionUpdate: "agent_message_chunk", content: null },
					{ sessionUpdate: "usage_update", used: "much", cost: { amount: -1, currency: "USD" } },
					{},
				];
				for (const update of anything) await tell(update);
				await client.notify("session/update", {
					sessionId: "another",
					update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: "Not me." } },
				});
				const leave = client.request("session/request_permission", {
					sessionId: "another",
					toolCall: shell("c9", "make"),
					options: [{ optionId: "y", name: "Yes", kind: "allow_once" }],
				});
				await assert.rejects(leave, /There is no session “another” here/);
				await assert.rejects(client.request("session/levitate", { sessionId }));
				await assert.rejects(client.request("session/request_permission", { nothing: true } as never));
				await say("Done.");
				return "end_turn";
			}),
		);
		await until("it works", () => life.events("turn.completed").length > 1);
		const said = life.events("message.added").filter(({ from }) => from === "implementer");
		assert.deepEqual(
			said.map(({ text }) => text),
			["Done."],
		);
		assert.deepEqual(life.types("approval.requested"), []);
	});

	it("and says that nobody is signed in is not asked again before a person did that", async () => {
		const life = await start(working(async () => "end_turn", { needsLogin: true }));
		assert.match(await heldFor(life), /mine is not signed in\. Sign in with mine itself/);
	});

	it("and prints its key has it in no event, while a file that it writes stays as it is", async () => {
		const key = "sk-heron-0123456789";
		const memory = working(async ({ say, tell, ask, client, sessionId }) => {
			await say(`My key is ${key}.`);
			await tell({ sessionUpdate: "tool_call", ...shell("c1", "env"), status: "completed", rawOutput: `KEY=${key}` });
			const place = path.join(workspace(), "key.txt");
			await ask({ toolCallId: "e1", kind: "edit", title: key, locations: [{ path: place }] });
			await client.request("fs/write_text_file", { sessionId, path: place, content: key });
			await tell({ sessionUpdate: "tool_call_update", toolCallId: "e1", status: "completed" });
			throw new Error(`It does not take ${key}.`);
		});
		const life = await start(memory, { configured: { env: { SOME_API_KEY: key } } });
		await life.answer("approve");
		await failedFor(life);
		const events = JSON.stringify([
			...life.events("message.added"),
			...life.events("tool.requested"),
			...life.events("tool.completed"),
			...life.events("provider.failed"),
		]);
		assert.ok(!events.includes(key) && events.includes("[SOME_API_KEY]"));
		assert.equal(readFileSync(path.join(workspace(), "key.txt"), "utf8"), key);
		await life.ask({ kind: "cancel" });
	});

	it("and prints a secret of the daemon's, as of an MCP server that it was given, has it in no event", async () => {
		const life = await start(
			working(async ({ say }) => {
				await say("It is hunter2-of-server.");
				throw new Error("It does not take hunter2-of-server.");
			}),
			{ agent: { redact: (text) => text.replaceAll("hunter2-of-server", "[secret]") } },
		);
		assert.equal(await failedFor(life), "mine: Internal error: It does not take [secret].");
		assert.deepEqual(
			life.events("message.added").flatMap(({ from, text }) => (from === "implementer" ? [text] : [])),
			["It is [secret]."],
		);
	});

	it("and plans may only look", async () => {
		const chosen: string[] = [];
		const memory = memoryProcesses(() =>
			scriptedAgent({
				async prompt(turn) {
					if (turn.text.includes("You plan the work")) {
						const place = path.join(workspace(), "x.txt");
						chosen.push(await turn.ask({ toolCallId: "r", kind: "read", title: "Read", locations: [{ path: place }] }));
						await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "r", status: "completed" });
						chosen.push(await turn.ask(shell("c", "make")));
					}
					return answerRole(turn) ?? turn.say("Done.").then(() => "end_turn");
				},
			}),
		);
		const life = await start(memory);
		await until("it has planned", () => life.types("plan.proposed").length > 0);
		assert.deepEqual(chosen, ["allow_once", "reject_once"]);
		assert.deepEqual(life.types("approval.requested"), []);
	});

	it("and was allowed to read a file may not write it by that", async () => {
		const place = () => path.join(workspace(), "x.txt");
		const refused: string[] = [];
		const readThenWrite = async (turn: ScriptedTurn) => {
			await turn.ask({ toolCallId: "r", kind: "read", title: "Read", locations: [{ path: place() }] });
			await turn.client
				.request("fs/write_text_file", { sessionId: turn.sessionId, path: place(), content: "changed" })
				.catch((cause: unknown) => refused.push(String(cause)));
			await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "r", status: "completed" });
		};
		const memory = memoryProcesses(() =>
			scriptedAgent({
				async prompt(turn) {
					if (/You plan the work|You are the implementer/.test(turn.text)) await readThenWrite(turn);
					return answerRole(turn) ?? turn.say("Done.").then(() => "end_turn");
				},
			}),
		);
		const life = await start(memory);
		await until("a person is asked about the worker's", () => life.approval() !== undefined);
		assert.match(refused[0] ?? "", /This role only looks/);
		assert.equal(life.approval()!.summary, "edit x.txt");
		assert.equal(existsSync(place()), false);
		await life.answer("deny", "No.");
		await life.ended();
		assert.equal(existsSync(place()), false);
	});

	it("and asks outside a turn is answered as cancelled, and what it tells then is told with the next turn", async () => {
		let said = () => {};
		const late = new Promise<void>((resolve) => {
			said = resolve;
		});
		let turns = 0;
		const life = await start(
			working(async ({ say, tell, ask }) => {
				if (++turns === 1) {
					setTimeout(() => void say("By the way: it rains.").then(said), 5);
					return "end_turn";
				}
				await late;
				void tell({ sessionUpdate: "session_info_update", title: "x" });
				assert.equal(await ask({ toolCallId: "r", kind: "search", title: "Look" }), "allow_once");
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "r", status: "completed" });
				await say("Done.");
				return "end_turn";
			}),
		);
		await life.ended();
		assert.equal(goalState(life.goal()), "completed");
		const texts = life
			.events("message.added")
			.filter(({ from }) => from === "implementer")
			.map(({ text }) => text);
		assert.equal(texts.join(""), "By the way: it rains.Done.");
	});
});
