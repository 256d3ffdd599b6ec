import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EventType } from "../../../src/core/events.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, answerRole, type Life, shell, working } from "../../support/acpGoal.ts";
import { png } from "../../support/images.ts";
import { memoryProcesses } from "../../support/memoryProcesses.ts";
import type { Scripted, ScriptedTurn } from "../../support/scriptedAcp.ts";
import { scriptedAgent } from "../../support/scriptedAcp.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("an agent that is a program", () => {
	const { start, workspace } = acpGoals();
	const edit = (id: string, file: string, text: string) => ({
		toolCallId: id,
		kind: "edit" as const,
		title: `Edit ${file}`,
		content: [{ type: "diff" as const, path: path.join(workspace(), file), oldText: null, newText: text }],
	});
	it("plans, works and looks back, with what it tells and asks in the log as it happens", async () => {
		const told: string[] = [];
		const life = await start(
			working(async ({ text, tell, say, ask: leave }) => {
				told.push(text);
				await tell({ sessionUpdate: "agent_thought_chunk", content: { type: "text", text: "Hm." } });
				await say("I write ");
				await say("the file.");
				await tell({ sessionUpdate: "plan", entries: [{ content: "Write", priority: "high", status: "in_progress" }] });
				await tell({ sessionUpdate: "tool_call", ...edit("e1", "out.txt", "ok\n"), status: "pending" });
				assert.equal(await leave(edit("e1", "out.txt", "ok\n")), "allow_once");
				writeFileSync(path.join(workspace(), "out.txt"), "ok\n");
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "e1", status: "completed" });
				await say("It is written.");
				return { stopReason: "end_turn", usage: { totalTokens: 120, inputTokens: 100, outputTokens: 20 } } as never;
			}),
		);
		await until("a person is asked", () => life.approval() !== undefined);
		assert.equal(life.approval()!.summary, "edit out.txt");
		assert.equal(life.goal().todos[life.approval()!.threadId!]?.[0]?.state, "in_progress");
		await life.answer("approve");
		await life.ended();
		assert.equal(goalState(life.goal()), "completed");
		assert.match(told[0] ?? "", /You are the implementer[\s\S]*Write the file\./);
		const said = life
			.events("message.added")
			.flatMap(({ from, text, reasoning }) => (from === "implementer" ? [[reasoning, text]] : []));
		assert.deepEqual(said, [
			["Hm.", "I write the file."],
			[undefined, "It is written."],
		]);
		const [, worked] = life.events("turn.completed");
		assert.deepEqual(worked?.usage, { inputTokens: 100, outputTokens: 20, costUsd: null });
		assert.equal(life.events("step.reported")[0]?.report, "It is written.");
		assert.deepEqual(
			life.events("agent.started").map(({ name, version, took }) => [name, version, took]),
			Array.from({ length: 3 }, () => ["scripted", "1.0", "new"]),
		);
		await until("its programs are ended", () => life.events("agent.ended").length >= 3);
	});

	it("is shown the images of the goal and those that a person sends, where it takes images in a prompt", async () => {
		const mock = png(64, 48);
		const seen: [string, readonly string[]][] = [];
		let turns = 0;
		const work: Scripted["prompt"] = async ({ text, images, ask: leave, say }) => {
			seen.push([text, images]);
			turns += 1;
			if (turns === 1) await leave(shell("c1", "make"));
			await say("Done.");
			return turns === 1 ? "cancelled" : "end_turn";
		};
		for (const image of [true, false]) {
			seen.length = turns = 0;
			const life = await start(working(work, { capabilities: { promptCapabilities: { image } } }), {
				images: [["mock.png", mock]],
			});
			await until("a person is asked", () => life.approval() !== undefined);
			await life.send("Like this.", [["red.png", mock]]);
			await life.answer("deny");
			await life.ended();
			const [first, second] = seen;
			const base64 = image ? [mock.toString("base64")] : [];
			assert.deepEqual([first?.[1], second?.[1]], [base64, base64]);
			const unseen = image ? "" : " It is not shown: you take no images in a prompt\\.";
			assert.match(first![0], new RegExp(`\\[Image: mock\\.png \\(PNG, 64×48 pixels, \\d+ bytes\\)\\.${unseen}\\]`));
			assert.match(second![0], new RegExp(`says:\nLike this\\.\n\\[Image: red\\.png [^\\]]*\\.${unseen}\\]`));
			const told = life.events("provider.adapted").map(({ text }) => text);
			const sentence = "mine takes no images in a prompt: it is told their names in their place.";
			assert.deepEqual(told, image ? [] : [sentence]);
		}
	});

	it("is told that it is denied, and ends its turn as it likes", async () => {
		const chosen: string[] = [];
		const life = await start(
			working(async ({ ask: leave, say }) => {
				chosen.push(await leave(shell("c1", "make")));
				await say("Then I leave it.");
				return "cancelled";
			}),
		);
		await life.answer("deny");
		await life.ended();
		assert.deepEqual([chosen, goalState(life.goal())], [["reject_once"], "completed"]);
		assert.deepEqual(life.types("tool.started"), []);
		assert.equal(life.events("turn.completed")[1]?.finish, "stop");
	});

	it("reads the reason for which it was denied before its report counts", async () => {
		const prompts: string[] = [];
		const life = await start(
			working(async ({ text, ask: leave, say }) => {
				prompts.push(text);
				if (prompts.length === 1) await leave(shell("c1", "make"));
				await say(prompts.length === 1 ? "It cannot be built." : "Then I leave it.");
				return "end_turn";
			}),
		);
		await life.answer("deny", "Not on a Sunday.");
		await life.ended();
		assert.equal(prompts.length, 2);
		assert.match(prompts[1]!, /Not on a Sunday\./);
		assert.equal(life.events("step.reported")[0]?.report, "Then I leave it.");
	});

	it("goes on when its turn ended with a call that was denied: what it said before is no report", async () => {
		let turns = 0;
		const life = await start(
			working(async ({ ask: leave, say }) => {
				turns += 1;
				if (turns > 1) {
					await say("Then I leave it.");
					return "end_turn";
				}
				await say("First I build it.");
				await leave(shell("c1", "make"));
				return "cancelled";
			}),
		);
		await life.answer("deny");
		await until("it has reported", () => life.events("message.added").some(({ text }) => text === "Then I leave it."));
		const told = life.events("message.added").filter(({ from }) => from === "daemon");
		assert.match(
			told[0]!.text,
			/^Your turn ended with a call that was not carried out \(`\w+ make`: Denied by the person/,
		);
	});

	it("asks the person once about one call, however often it asks, and anew about another command under the same name", async () => {
		const chosen: string[] = [];
		const life = await start(
			working(async ({ ask: leave, tell, say }) => {
				chosen.push(...(await Promise.all([leave(shell("c1", "make")), leave(shell("c1", "make"))])));
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "failed" });
				chosen.push(await leave(shell("c1", "make install")));
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
				await say("Done.");
				return "end_turn";
			}),
		);
		await life.answer("approve");
		await until("it asks about the other", () => life.approval()?.command === "make install");
		await life.answer("approve");
		await life.ended();
		assert.deepEqual(chosen, ["allow_once", "allow_once", "allow_once"]);
		assert.equal(life.events("approval.requested").length, 2);
	});

	it("has what it does without asking shown as such, and its turn ended where config.jsonc wants that", async () => {
		const act = async ({ tell, say, cancelled }: ScriptedTurn) => {
			await tell({ sessionUpdate: "tool_call", ...shell("u1", "rm -r old"), status: "in_progress" });
			await tell({ sessionUpdate: "tool_call_update", toolCallId: "u1", status: "completed" });
			await new Promise((resolve) => setTimeout(resolve, 20));
			if (cancelled.aborted) return "cancelled" as const;
			await say("Done.");
			return "end_turn" as const;
		};
		const life = await start(working(act));
		await life.ended();
		assert.equal(life.events("tool.requested")[0]?.unasked, true);
		const strict = await start(working(act), { configured: { refuseUnasked: true } });
		await until("the goal is held", () => strict.events("hold.placed").length > 0);
		assert.match(strict.events("hold.placed")[0]!.reason, /without asking \(`rm -r old`\)/);
	});

	it("writes through us what it was allowed to, and asks for anything else that it writes", async () => {
		const life = await start(
			working(async ({ ask: leave, client, sessionId, tell, say }) => {
				await leave(edit("e1", "a.txt", "a"));
				await client.request("fs/write_text_file", { sessionId, path: path.join(workspace(), "a.txt"), content: "a" });
				const { content } = await client.request("fs/read_text_file", {
					sessionId,
					path: path.join(workspace(), "a.txt"),
				});
				assert.equal(content, "a");
				await client.request("fs/write_text_file", { sessionId, path: path.join(workspace(), "b.txt"), content: "b" });
				await assert.rejects(
					client.request("fs/read_text_file", { sessionId, path: path.join(workspace(), "new.txt") }),
					(error: { code?: number; message?: string }) =>
						error.code === -32002 && /Resource not found/.test(error.message ?? ""),
				);
				for (const file of ["/etc/hostname", path.join(workspace(), ".git/hooks/x")])
					await assert.rejects(client.request("fs/read_text_file", { sessionId, path: file }));
				await assert.rejects(client.request("fs/write_text_file", { sessionId, path: "/etc/x", content: "" }));
				await tell({ sessionUpdate: "tool_call_update", toolCallId: "e1", status: "completed" });
				await say("Done.");
				return "end_turn";
			}),
		);
		await life.answer("approve");
		await until("it asks about the other", () => life.approval()?.summary === "edit b.txt");
		await life.answer("approve");
		await life.ended();
		assert.equal(readFileSync(path.join(workspace(), "b.txt"), "utf8"), "b");
	});

	for (const [what, request] of [
		["cancels the goal", { kind: "cancel" }],
		["pauses it at once", { kind: "pause", now: true }],
	] as const)
		it(`is told to stop when a person ${what}, and what it had asked is answered as cancelled`, async () => {
			const chosen: string[] = [];
			const memory = working(async ({ ask: leave, cancelled }) => {
				chosen.push(await leave(shell("c1", "make")));
				assert.equal(cancelled.aborted, true);
				return "cancelled";
			});
			const life = await start(memory);
			await until("a person is asked", () => life.approval() !== undefined);
			await life.ask(request);
			await until("the turn is over", () => life.events("turn.interrupted").length > 0);
			assert.deepEqual(chosen, ["cancelled"]);
			assert.equal(life.events("agent.ended").filter(({ died }) => died).length, 0);
		});

	it("is ended when it does not listen to being stopped", async () => {
		const memory = working(async ({ say }) => {
			await say("I never stop.");
			return new Promise(() => {});
		});
		const life = await start(memory);
		await until("it works", () => life.types("turn.started").length >= 2);
		await until("it was asked", () =>
			[...memory.spools.values()].some(({ written }) => written.some((line) => line.includes("Write the file"))),
		);
		await life.ask({ kind: "pause", now: true });
		await until("the turn is over", () => life.events("turn.interrupted").length > 0);
		assert.match(life.events("agent.ended").at(-1)!.reason, /told to stop/);
		assert.ok([...memory.spools.values()].some(({ isAlive }) => !isAlive));
	});

	describe("and whose daemon is killed", () => {
		const moments: Readonly<Record<string, (life: Life) => Promise<void>>> = {
			"while it waits for a person": (life) => until("a person is asked", () => life.approval() !== undefined),
			"before the person's answer reaches it": async (life) => {
				await until("a person is asked", () => life.approval() !== undefined);
				life.kill();
				await life.answer("approve");
			},
			"when its act has begun": async (life) => {
				await life.answer("approve");
				await until("it acts", () => life.types("tool.started").length > 0);
			},
		};
		for (const [when, come] of Object.entries(moments))
			it(`goes on in the same turn, asks nothing twice and repeats nothing: ${when}`, async () => {
				const store = createMemoryStore();
				let acts = 0;
				let mayEnd = () => {};
				const end = new Promise<void>((resolve) => {
					mayEnd = resolve;
				});
				const memory = working(async ({ say, tell, ask: leave }) => {
					await say("First ");
					await say("this.");
					await tell({ sessionUpdate: "plan", entries: [{ content: "A", priority: "low", status: "pending" }] });
					assert.equal(await leave(shell("c1", "make")), "allow_once");
					acts++;
					await end;
					await tell({ sessionUpdate: "tool_call_update", toolCallId: "c1", status: "completed" });
					await say("Then that.");
					return "end_turn";
				});
				const before = await start(memory, { store });
				await come(before);
				before.kill();
				const after = await start(memory, { store });
				failures.splice(0);
				mayEnd();
				await until("a person is asked, or it acts", () => after.approval() !== undefined || acts > 0);
				if (after.approval()) await after.answer("approve");
				await after.ended();
				assert.equal(goalState(after.goal()), "completed");
				const all = await store.read(after.goal().goalId, { afterSeq: 0, limit: 1000 });
				const count = (type: EventType) => all.filter((row) => row.type === type).length;
				assert.deepEqual(
					[
						acts,
						count("tool.requested"),
						count("approval.requested"),
						count("todo.updated"),
						count("turn.interrupted"),
					],
					[1, 1, 1, 1, 0],
				);
				const said = all.flatMap(({ type, body }) => {
					const event = type === "message.added" ? JSON.parse(String(body)) : {};
					return event.from === "implementer" ? [event.text] : [];
				});
				assert.deepEqual(said, ["First this.", "Then that."]);
				const prompts = [...memory.spools.values()]
					.flatMap(({ written }) => written)
					.filter((line) => line.includes('"session/prompt"'));
				assert.ok(prompts.length <= 3, "each prompt was sent once");
			});
	});

	describe("and dies", () => {
		const dying = (more: Partial<Scripted> = {}) => {
			let lives = 0;
			const log: string[] = [];
			const texts: string[] = [];
			const memory = memoryProcesses((spool) =>
				scriptedAgent({
					log,
					...more,
					prompt: (turn) =>
						answerRole(turn) ??
						(async () => {
							texts.push(turn.text);
							if (++lives > 1) {
								await turn.say("I looked: it is done.");
								return "end_turn" as const;
							}
							assert.equal(await turn.ask(shell("c1", "make")), "allow_once");
							spool.die("It was killed.");
							return new Promise<never>(() => {});
						})(),
				}),
			);
			return { memory, log, texts };
		};
		for (const [how, capabilities, took] of [
			["is resumed where it can be", { sessionCapabilities: { resume: {} } }, "resumed"],
			["is loaded where it can be", { loadSession: true }, "loaded"],
			["is told what was before where it can do neither", {}, "told"],
		] as const)
			it(`in the middle of an act ${how}, and a person is asked about the act`, async () => {
				const { memory, log, texts } = dying({ capabilities });
				const life = await start(memory);
				await life.answer("approve");
				await until("a person is asked about the act", () => life.approval()?.kind === "recovery");
				await life.answer("verify");
				await life.ended();
				assert.equal(goalState(life.goal()), "completed");
				assert.equal(life.events("agent.ended").filter(({ died }) => died).length, 1);
				assert.equal(life.events("agent.started").filter((one) => one.took === took).length, 1);
				assert.equal(
					log.some((line) => line.startsWith("session/load") || line.startsWith("session/resume")),
					took !== "told",
				);
				assert.match(texts[1] ?? "", /died/);
				assert.match(texts[1] ?? "", /make/, "it is told of the act");
			});
	});

	it("is set to the mode, the model and the effort that were chosen, by their categories", async () => {
		const log: string[] = [];
		const select = (id: string, category: string, currentValue: string, ...values: string[]) => ({
			id,
			name: id,
			category,
			type: "select",
			currentValue,
			options: values.map((value) => ({ value, name: value })),
		});
		const session = {
			modes: {
				currentModeId: "auto",
				availableModes: [
					{ id: "auto", name: "Auto" },
					{ id: "ask", name: "Ask" },
				],
			},
			configOptions: [
				select("x", "thought_level", "low", "low", "high"),
				select("y", "model", "small", "small", "vendor/Large"),
			],
		};
		const memory = working(
			async ({ say }) => {
				await say("Done.");
				return "end_turn";
			},
			{ log, session },
		);
		const choice = { provider: "agent-mine", model: "large", effort: "high" as const };
		const life = await start(memory, { choice, configured: { mode: "ask" } });
		await until("it is asked", () => log.includes("session/prompt"));
		assert.deepEqual(life.events("agent.started")[0]?.settings, { mode: "ask", model: "vendor/Large", effort: "high" });
		assert.deepEqual(log.slice(0, 4), [
			"session/set_mode ask",
			"session/set_config_option y=vendor/Large",
			"session/set_config_option x=high",
			"session/prompt",
		]);
	});
});
