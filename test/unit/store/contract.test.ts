import assert from "node:assert/strict";
import { verifyChain } from "../../../src/chain/chain.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import { event, goalId, rejectsWith, sized } from "./fixtures.ts";
import { newFolder, openInWorker, removeFolders } from "./openStores.ts";

/** What every adapter of the port promises. */
const adapters: ReadonlyArray<readonly [string, () => Promise<Store>]> = [
	["the memory store", async () => createMemoryStore()],
	["the SQLite store", () => openInWorker(newFolder())],
];

for (const [name, open] of adapters)
	describe(`${name} keeps the contract`, () => {
		const goal = goalId("goal-1");
		const other = goalId("goal-2");
		let store: Store;

		before(async () => {
			store = await open();
		});
		after(async () => {
			await store.close();
			removeFolders();
		});

		/** A new goal under epoch 1 with events of these types. */
		let count = 0;
		async function withEvents(...types: readonly string[]) {
			const id = goalId(`made-${++count}`);
			await store.claim(id);
			const events = types.map((type, index) => event(type, { index }));
			if (events.length > 0) await store.append(id, 0, 1, events, "{}");
			return id;
		}

		describe("appending", () => {
			it("counts events from 1 without a gap and gives them back as they were", async () => {
				assert.deepEqual(await store.claim(goal), { epoch: 1, lastSeq: 0 });
				const body = JSON.stringify({ text: 'Zeile 1\n"二" 🎯 \u0000 end' });
				assert.equal(await store.append(goal, 0, 1, [{ at: 5, type: "a.b", body }], '{"n":1}'), 1);
				assert.equal(await store.append(goal, 1, 1, [event("c.d"), event("e.f")], '{"n":2}'), 3);
				const events = await store.read(goal, { limit: 10 });
				assert.deepEqual(
					events.map(({ seq, epoch, type }) => [seq, epoch, type]),
					[
						[1, 1, "a.b"],
						[2, 1, "c.d"],
						[3, 1, "e.f"],
					],
				);
				assert.equal(events[0]?.body, body);
				assert.equal(events[0]?.at, 5);
				assert.equal(events[0]?.goalId, goal);
			});

			it("refuses a goal that nobody claimed", () =>
				rejectsWith("unknownGoal", store.append(goalId("nobody"), 0, 1, [event("a")], "{}")));

			it("refuses an append decided on an old state, and stores nothing of it", async () => {
				const id = await withEvents("a", "b");
				await rejectsWith("conflict", store.append(id, 1, 1, [event("c"), event("d")], "{}"));
				await rejectsWith("conflict", store.append(id, 3, 1, [event("c")], "{}"));
				assert.equal((await store.read(id, { limit: 10 })).length, 2);
				assert.equal(await store.append(id, 2, 1, [event("c")], "{}"), 3);
			});

			it("refuses a writer whose epoch is over", async () => {
				const id = await withEvents("a");
				assert.deepEqual(await store.claim(id), { epoch: 2, lastSeq: 1 });
				await rejectsWith("fenced", store.append(id, 1, 1, [event("b")], "{}"));
				assert.equal(await store.append(id, 1, 2, [event("b")], "{}"), 2);
				assert.deepEqual(
					(await store.read(id, { limit: 10 })).map(({ epoch }) => epoch),
					[1, 2],
				);
			});

			it("lets one of several appends fail without touching the others", async () => {
				const [first, second] = [await withEvents("a"), await withEvents("a")];
				const outcomes = await Promise.allSettled([
					store.append(first, 1, 1, [event("b")], "{}"),
					store.append(second, 9, 1, [event("b")], "{}"),
					store.append(second, 1, 7, [event("b")], "{}"),
					store.append(first, 2, 1, [event("c")], "{}"),
					store.append(second, 1, 1, [event("b")], "{}"),
				]);
				assert.deepEqual(
					outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : outcome.reason.code)),
					[2, "conflict", "fenced", 3, 2],
				);
			});

			it("keeps the order of appends that are under way at once", async () => {
				const id = await withEvents();
				const appends = Array.from({ length: 200 }, (_, index) =>
					store.append(id, index, 1, [event("n", { index })], "{}"),
				);
				assert.deepEqual(
					await Promise.all(appends),
					appends.map((_, index) => index + 1),
				);
				const events = await store.read(id, { limit: 1_000 });
				assert.deepEqual(
					events.map(({ body }) => JSON.parse(body ?? "").index),
					appends.map((_, index) => index),
				);
			});

			it("takes a body of several megabytes", async () => {
				const id = await withEvents();
				const large = sized(6_000_000);
				await store.append(id, 0, 1, [large, event("after")], "{}");
				assert.equal((await store.read(id, { limit: 1 }))[0]?.body, large.body);
				assert.equal((await store.read(id, { limit: 10 })).length, 2);
			});

			it("replaces what is no Unicode, so that a body and its digest agree", async () => {
				const id = await withEvents();
				await store.append(id, 0, 1, [{ at: 1, type: "a", body: '"\ud800"' }], "{}");
				const events = await store.read(id, { limit: 1 });
				assert.equal(events[0]?.body, '"\ufffd"');
				assert.equal(verifyChain(events).ok, true);
			});
		});

		describe("reading", () => {
			let id = other;
			before(async () => {
				id = await withEvents();
				const events = Array.from({ length: 1_200 }, (_, index) => ({
					...event(`type.${index % 5}`, { index, pad: "p".repeat(100) }),
					threadId: index % 3 === 0 ? `thread-${index % 2}` : undefined,
					stepId: index % 4 === 0 ? `step-${index % 8}` : undefined,
				}));
				for (let at = 0; at < events.length; at += 100) await store.append(id, at, 1, events.slice(at, at + 100), "{}");
			});
			const seqs = async (query: Parameters<Store["read"]>[1]) => (await store.read(id, query)).map(({ seq }) => seq);
			const expected = (keep: (index: number) => boolean) =>
				Array.from({ length: 1_200 }, (_, index) => index)
					.filter(keep)
					.map((index) => index + 1);

			it("pages forward and backward between two seqs", async () => {
				assert.deepEqual(await seqs({ afterSeq: 10, limit: 3 }), [11, 12, 13]);
				assert.deepEqual(await seqs({ afterSeq: 10, beforeSeq: 13, limit: 10 }), [11, 12]);
				assert.deepEqual(await seqs({ descending: true, limit: 3 }), [1200, 1199, 1198]);
				assert.deepEqual(await seqs({ descending: true, beforeSeq: 5, limit: 10 }), [4, 3, 2, 1]);
				assert.deepEqual(await seqs({ afterSeq: 1200, limit: 3 }), []);
			});

			it("gives a long range whole and in order", async () => {
				assert.deepEqual(
					await seqs({ limit: 10_000 }),
					expected(() => true),
				);
				assert.deepEqual(await seqs({ limit: 10_000, descending: true }), expected(() => true).reverse());
				assert.deepEqual(
					await seqs({ limit: 501 }),
					expected((index) => index < 501),
				);
			});

			it("filters by types, thread and step, alone and together", async () => {
				const oneOf =
					(...rests: readonly number[]) =>
					(index: number) =>
						rests.includes(index % 5);
				assert.deepEqual(await seqs({ types: ["type.1"], limit: 10_000 }), expected(oneOf(1)));
				assert.deepEqual(await seqs({ types: ["type.4", "type.1", "type.1"], limit: 10_000 }), expected(oneOf(1, 4)));
				assert.deepEqual(
					await seqs({ types: ["type.0", "type.2"], limit: 7, descending: true, beforeSeq: 900 }),
					expected((index) => index + 1 < 900 && oneOf(0, 2)(index))
						.reverse()
						.slice(0, 7),
				);
				assert.deepEqual(
					await seqs({ threadId: "thread-1", limit: 10_000 }),
					expected((n) => n % 3 === 0 && n % 2 === 1),
				);
				assert.deepEqual(
					await seqs({ stepId: "step-4", limit: 10_000 }),
					expected((n) => n % 8 === 4),
				);
				assert.deepEqual(
					await seqs({ threadId: "thread-0", stepId: "step-0", types: ["type.0", "type.3"], limit: 10_000 }),
					expected((n) => n % 3 === 0 && n % 2 === 0 && n % 8 === 0 && oneOf(0, 3)(n)),
				);
			});

			it("takes a list of hundreds of types", async () => {
				for (const count of [60, 64, 300]) {
					const types = Array.from({ length: count }, (_, index) => `many.${index}`);
					const many = await withEvents(...types);
					const all = await store.read(many, { types, limit: 10_000 });
					assert.deepEqual(
						all.map(({ type }) => type),
						types,
					);
				}
			});

			it("finds nothing where there is nothing", async () => {
				assert.deepEqual(await seqs({ types: ["no.such"], limit: 10 }), []);
				assert.deepEqual(await seqs({ types: [], limit: 10 }), []);
				assert.deepEqual(await seqs({ threadId: "no-such", limit: 10 }), []);
				assert.deepEqual(await store.read(goalId("no-goal"), { limit: 10 }), []);
			});
		});

		describe("the chain", () => {
			it("verifies over any number of claims and appends", async () => {
				const id = await withEvents("a", "b");
				await store.claim(id);
				await store.append(id, 2, 2, [event("c"), event("d")], "{}");
				const events = await store.read(id, { limit: 10 });
				const verdict = verifyChain(events);
				assert.deepEqual(verdict, { ok: true, events: 4, lastHash: events[3]?.hash });
				assert.equal(verifyChain(events.slice(2), events[1]?.hash).ok, true);
			});

			it("still verifies when the bodies were erased, and goes on", async () => {
				const id = await withEvents("a", "b", "c");
				const before = await store.read(id, { limit: 10 });
				await store.saveCheckpoint(id, { seq: 3, foldVersion: 1, goal: "{}" });
				await store.erase(id);
				assert.equal(await store.checkpoint(id), undefined);
				await store.append(id, 3, 1, [event("goal.deleted")], "{}");
				const after = await store.read(id, { limit: 10 });
				assert.deepEqual(
					after.map(({ body, salt }) => body === undefined && salt === undefined),
					[true, true, true, false],
				);
				assert.deepEqual(
					after.slice(0, 3).map(({ hash, digest }) => [hash, digest]),
					before.map(({ hash, digest }) => [hash, digest]),
				);
				assert.equal(verifyChain(after).ok, true);
			});
		});

		describe("searching", () => {
			it("finds events whose values have words beginning with every word asked for, newest first", async () => {
				const id = await withEvents();
				const bodies = [
					{ text: "Compile the parser\nthen link it" },
					{ command: "npm run compile", exitCode: 137 },
					{ nested: { list: ["Überprüfung", "src/parser/index.ts"] } },
					{ parser: "only the key says it" },
				];
				await store.append(
					id,
					0,
					1,
					bodies.map((body) => event("message.added", body)),
					"{}",
				);
				assert.deepEqual(await store.search(id, "compile", 10), [2, 1]);
				assert.deepEqual(await store.search(id, "PARS", 10), [3, 1]);
				assert.deepEqual(await store.search(id, "link comp", 10), [1]);
				assert.deepEqual(await store.search(id, "then", 10), [1]);
				assert.deepEqual(await store.search(id, "uberpru", 10), [3]);
				assert.deepEqual(await store.search(id, "137", 10), [2]);
				assert.deepEqual(await store.search(id, "compile", 1), [2]);
				assert.deepEqual(await store.search(id, 'OR " - * (', 10), []);
				assert.deepEqual(await store.search(id, "  ", 10), []);
				assert.deepEqual(await store.search(goalId("no-goal"), "compile", 10), []);
			});

			it("finds what was appended since, in this goal only, and nothing that was erased", async () => {
				const [one, two] = [await withEvents("a"), await withEvents("a")];
				await store.append(one, 1, 1, [event("m", { text: "shared zebra" })], "{}");
				await store.append(two, 1, 1, [event("m", { text: "shared heron" })], "{}");
				assert.deepEqual(await store.search(one, "shared", 10), [2]);
				await store.append(one, 2, 1, [event("m", { text: "shared again" })], "{}");
				assert.deepEqual(await store.search(one, "shared", 10), [3, 2]);
				await store.erase(one);
				assert.deepEqual(await store.search(one, "shared", 10), []);
				assert.deepEqual(await store.search(two, "shared", 10), [2]);
			});
		});

		describe("beside the events", () => {
			it("lists goals by their newest change with the last summary", async () => {
				const [a, b] = [goalId("list-a"), goalId("list-b")];
				await store.claim(a);
				await store.claim(b);
				await store.append(a, 0, 1, [event("x", {}, { at: 9_000_000_000_001 })], '{"title":"A"}');
				await store.append(b, 0, 1, [event("x", {}, { at: 9_000_000_000_002 })], '{"title":"B"}');
				await store.append(a, 1, 1, [event("x", {}, { at: 9_000_000_000_003 })], '{"title":"A2"}');
				const [first, second] = await store.goals();
				assert.deepEqual(first, {
					goalId: a,
					lastSeq: 2,
					epoch: 1,
					summary: '{"title":"A2"}',
					updatedAt: 9_000_000_000_003,
				});
				assert.equal(second?.goalId, b);
			});

			it("does not list a goal before its first event", async () => {
				const id = goalId("only-claimed");
				await store.claim(id);
				assert.equal(
					(await store.goals()).some((row) => row.goalId === id),
					false,
				);
			});

			it("keeps the newest checkpoint of a goal", async () => {
				const id = await withEvents("a");
				assert.equal(await store.checkpoint(id), undefined);
				await store.saveCheckpoint(id, { seq: 1, foldVersion: 3, goal: '{"n":1}' });
				await store.saveCheckpoint(id, { seq: 1, foldVersion: 4, goal: '{"n":2}' });
				assert.deepEqual(await store.checkpoint(id), { seq: 1, foldVersion: 4, goal: '{"n":2}' });
				assert.equal(await store.checkpoint(goalId("no-goal")), undefined);
				await rejectsWith("unknownGoal", store.saveCheckpoint(goalId("no-goal"), { seq: 0, foldVersion: 1, goal: "" }));
			});

			it("answers a request id with the goal of its first use", async () => {
				assert.equal(await store.requestOnce("request-1", goalId("g-1")), "g-1");
				assert.equal(await store.requestOnce("request-1", goalId("g-2")), "g-1");
				assert.equal(await store.requestOnce("request-2", goalId("g-2")), "g-2");
			});
		});

		it("finishes what is queued before it closes, and refuses everything after", async () => {
			const closing = await open();
			await closing.claim(goal);
			const appends = Array.from({ length: 50 }, (_, index) => closing.append(goal, index, 1, [event("n")], "{}"));
			const reading = closing.read(goal, { limit: 10_000 });
			await Promise.all([closing.close(), closing.close()]);
			assert.deepEqual(
				await Promise.all(appends),
				appends.map((_, index) => index + 1),
			);
			assert.equal((await reading).length, 50);
			await rejectsWith("closed", closing.append(goal, 50, 1, [event("n")], "{}"));
			await rejectsWith("closed", closing.goals());
			await closing.close();
		});
	});
