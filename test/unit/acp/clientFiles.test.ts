import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EventType } from "../../../src/core/events.ts";
import { goalState } from "../../../src/core/rules/goalState.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { acpGoals, answerRole, working } from "../../support/acpGoal.ts";
import { memoryProcesses } from "../../support/memoryProcesses.ts";
import { type ScriptedTurn, scriptedAgent } from "../../support/scriptedAcp.ts";
import { failures } from "../../support/simulation.ts";
import { until } from "../../support/until.ts";

describe("a file that an agent writes through the daemon", () => {
	const { start, workspace } = acpGoals();
	const place = (name = "a.txt") => path.join(workspace(), name);
	const write = ({ client, sessionId }: ScriptedTurn, content: string, name?: string) =>
		client.request("fs/write_text_file", { sessionId, path: place(name), content });

	/** The daemon dies as it records this; whether that is in the log, and whether it goes on to write the file. */
	interface Death {
		readonly at: EventType;
		readonly isKept: boolean;
		readonly goesOn?: true;
	}
	const notWritten: Death = { at: "tool.writeStarted", isKept: true };
	const written: Death = { at: "tool.completed", isKept: false };
	const recorded: Death = { at: "tool.completed", isKept: true };
	const writtenAsAllowed: Death = { at: "tool.writeStarted", isKept: true, goesOn: true };
	const cases: Readonly<
		Record<string, { death: Death; edited?: string; leaves: string; answers: RegExp; isAsked?: true }>
	> = {
		"it was not written yet": { death: notWritten, leaves: "agent's", answers: /^null|{}$/ },
		"it was not written yet, and a person wrote": {
			death: notWritten,
			edited: "person's",
			leaves: "person's",
			answers: /neither as it was/,
		},
		"it was written": { death: written, leaves: "agent's", answers: /^null|{}$/ },
		"it was written, and a person wrote since": {
			death: written,
			edited: "person's",
			leaves: "person's",
			answers: /neither as it was/,
		},
		"its outcome was recorded, and a person wrote since": {
			death: recorded,
			edited: "person's",
			leaves: "person's",
			answers: /^null|{}$/,
		},
		"it was written as an edit that was allowed": {
			death: writtenAsAllowed,
			leaves: "agent's",
			answers: /^null|{}$/,
			isAsked: true,
		},
		"it was written as an edit that was allowed, and a person wrote since": {
			death: writtenAsAllowed,
			edited: "person's",
			leaves: "person's",
			answers: /neither as it was/,
			isAsked: true,
		},
	};
	for (const [when, { death, edited, leaves, answers, isAsked }] of Object.entries(cases))
		it(`is written once, and never over what a person wrote meanwhile, when the daemon is killed: ${when}`, async () => {
			const store = createMemoryStore();
			writeFileSync(place(), "before");
			let answer: string | undefined;
			const memory = working(async (turn) => {
				const location = { path: place() };
				if (isAsked) await turn.ask({ toolCallId: "e1", kind: "edit", title: "Edit", locations: [location] });
				answer = await write(turn, "agent's").then(
					(result) => JSON.stringify(result),
					(cause: unknown) => String(cause),
				);
				if (isAsked) await turn.tell({ sessionUpdate: "tool_call_update", toolCallId: "e1", status: "completed" });
				await turn.say("Done.");
				return "end_turn";
			});
			let die = () => {};
			const dying: Store = {
				...store,
				async append(...given) {
					const isDeath = given[3].some(({ type }) => type === death.at);
					const seq = isDeath && !death.isKept ? 0 : await store.append(...given);
					if (!isDeath) return seq;
					die();
					return death.goesOn ? seq : new Promise<never>(() => {});
				},
			};
			const before = await start(memory, { store: dying });
			let isDead = false;
			die = () => {
				before.kill();
				isDead = true;
			};
			await before.answer("approve");
			await until("the daemon is dead", () => isDead);
			if (death !== notWritten) await until("it is written", () => readFileSync(place(), "utf8") === "agent's");
			assert.equal(answer, undefined);
			if (edited !== undefined) writeFileSync(place(), edited);
			const after = await start(memory, { store });
			await until("the agent has its answer", () => answer !== undefined);
			assert.match(answer!, answers);
			assert.equal(readFileSync(place(), "utf8"), leaves);
			await after.ended();
			assert.equal(goalState(after.goal()), "completed");
			const all = await store.read(after.goal().goalId, { afterSeq: 0, limit: 1000 });
			assert.equal(all.filter(({ type }) => type === "approval.requested").length, 1);
			for (const failure of failures.splice(0)) assert.match(String(failure), /Another writer has claimed/);
		});

	it("is asked about for itself, also where its request has the number of one that was allowed", async () => {
		let answers = 0;
		const memory = memoryProcesses((spool) =>
			scriptedAgent({
				prompt: (turn) =>
					answerRole(turn) ??
					(async () => {
						// Told why it may not, it has nothing more to write.
						for (const name of answers === 0 ? ["a.txt", "b.txt"] : []) {
							const { sessionId } = turn;
							const params = { sessionId, path: place(name), content: "x" };
							spool.print(JSON.stringify({ jsonrpc: "2.0", id: "same", method: "fs/write_text_file", params }));
							answers++;
							await until(
								"it is answered",
								() => spool.written.filter((line) => line.includes('"same"')).length === answers,
							);
						}
						await turn.say("Done.");
						return "end_turn" as const;
					})(),
			}),
		);
		const life = await start(memory);
		await life.answer("approve");
		await until("it asks about the other", () => life.approval()?.summary === "edit b.txt");
		await life.answer("deny", "No.");
		await life.ended();
		assert.ok(existsSync(place("a.txt")) && !existsSync(place("b.txt")));
	});

	it("is recorded without the secrets that are in it, and written with them", async () => {
		const key = "sk-heron-0123456789";
		const life = await start(
			working(async (turn) => {
				await write(turn, `KEY=${key}\n`, "key.txt");
				await assert.rejects(write(turn, "x", `${key}.txt`), /its path holds a secret/i);
				await turn.say("Done.");
				return "end_turn";
			}),
			{ configured: { env: { SOME_API_KEY: key } } },
		);
		await life.answer("approve");
		await life.ended();
		const told = JSON.stringify([...life.events("tool.requested"), ...life.events("tool.completed")]);
		assert.ok(!told.includes(key) && told.includes("KEY=[SOME_API_KEY]"), told);
		assert.equal(readFileSync(place("key.txt"), "utf8"), `KEY=${key}\n`);
		assert.equal(existsSync(place(`${key}.txt`)), false);
	});
});
