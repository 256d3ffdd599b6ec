import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type DaemonClient, openClient } from "../../../src/client/daemonClient.ts";
import { watchGoals } from "../../../src/client/goalsWatch.ts";
import { watchGoal } from "../../../src/client/goalWatch.ts";
import type { GoalEvent } from "../../../src/core/events.ts";
import { evolveAll, newGoal } from "../../../src/core/folds/evolve.ts";
import type { Goal } from "../../../src/core/goal.ts";
import type { GoalId, ThreadId } from "../../../src/core/ids.ts";
import type { GoalSummary } from "../../../src/protocol/view.ts";
import { type FakeDaemon, launched, startFakeDaemon } from "../../support/fakeDaemon.ts";
import { seeded } from "../../support/seed.ts";

const goalId = "g1" as GoalId;

describe("watching a goal", () => {
	let home: string;
	let daemon: FakeDaemon;
	let client: DaemonClient;

	beforeEach(async () => {
		home = mkdtempSync(path.join(os.tmpdir(), "mc-client-"));
		daemon = await startFakeDaemon(home);
		daemon.append(goalId, launched(goalId));
		client = openClient({ home, actor: { client: "test" }, daemonScript: "", start: "never", log() {} });
	});
	afterEach(async () => {
		client.close();
		await daemon.crash();
		rmSync(home, { recursive: true, force: true });
	});

	it("begins with a snapshot, then tells every event once", async () => {
		daemon.append(goalId, ...todos(10));
		const seen = watch(client);
		await until(() => seen.goal?.seq === 11);
		assert.deepEqual(seen.seqs, []);
		daemon.append(goalId, ...todos(3));
		await until(() => seen.goal?.seq === 14);
		assert.deepEqual(seen.seqs, [12, 13, 14]);
	});

	it("tells each of 1,000 events once and in order while the connection is cut at random", async () => {
		const { next: random } = seeded("cuts of the connection");
		const seen = watch(client);
		await until(() => seen.goal?.seq === 1);
		let cuts = 0;
		let lastSeq = 1;
		while (lastSeq < 1001) {
			const count = Math.min(1 + Math.floor(random() * 12), 1001 - lastSeq);
			daemon.append(goalId, ...todos(count));
			lastSeq += count;
			const chance = random();
			if (chance < 0.15) {
				daemon.cut();
				cuts++;
			} else if (chance < 0.2) {
				const { goals } = daemon;
				await daemon.crash();
				daemon = await startFakeDaemon(home, { goals });
				cuts++;
			}
			if (random() < 0.5) await sleep(random() * 30);
		}
		await until(() => seen.goal?.seq === 1001);
		assert.ok(cuts > 5, `${cuts} cuts`);
		assert.deepEqual(
			seen.seqs,
			Array.from({ length: 1000 }, (_, index) => index + 2),
		);
		assert.deepEqual(plain(seen.goal), plain(evolveAll(newGoal(goalId), daemon.goals.get(goalId) ?? [])));
		assert.equal(seen.resets, 1);
	});

	it("fills a gap from the record and passes over what was told twice", async () => {
		const seen = watch(client);
		await until(() => seen.goal?.seq === 1);
		daemon.append(goalId, ...todos(2));
		await until(() => seen.goal?.seq === 3);
		const log = daemon.goals.get(goalId) ?? [];
		const all = evolveAll(newGoal(goalId), log);
		// Written to the record behind the back of those who watch, so that the next notice leaves a gap.
		log.push(...todos(5).map((event, index) => ({ ...event, seq: all.seq + index + 1, epoch: 1, at: all.updatedAt })));
		daemon.append(goalId, ...todos(1));
		await until(() => seen.goal?.seq === 9);
		assert.deepEqual(seen.seqs, [2, 3, 4, 5, 6, 7, 8, 9]);
	});

	it("shares one subscription between user interfaces, and ends it with the last of them", async () => {
		const one = watch(client);
		await until(() => one.goal?.seq === 1);
		daemon.append(goalId, ...todos(1));
		await until(() => one.goal?.seq === 2);
		const two = watch(client);
		await until(() => two.goal?.seq === 2);
		daemon.append(goalId, ...todos(1));
		await until(() => one.goal?.seq === 3 && two.goal?.seq === 3);
		assert.deepEqual([one.seqs, two.seqs], [[2, 3], [3]]);
		one.end();
		daemon.append(goalId, ...todos(1));
		await until(() => two.goal?.seq === 4);
		assert.deepEqual(one.seqs, [2, 3]);
		two.end();
		await until(() => daemon.requests.includes("goal/unwatch"));
		assert.equal(daemon.requests.filter((name) => name === "goal/watch").length, 1);
	});

	it("goes on after a listener failed", async () => {
		const stop = watchGoal(client, goalId, {
			onChange() {
				throw new Error("a bug of a webview");
			},
		});
		const seen = watch(client);
		await until(() => seen.goal?.seq === 1);
		daemon.append(goalId, ...todos(1));
		await until(() => seen.goal?.seq === 2);
		stop();
	});

	it("says so when there is no such goal", async () => {
		const sentence = await new Promise<string>((resolve) =>
			watchGoal(client, "nobody" as GoalId, {
				onChange: () => resolve("a goal"),
				onRefused: (cause) => resolve(cause.message),
			}),
		);
		assert.equal(sentence, "There is no goal nobody.");
	});

	it("the list of goals follows every change, over a restart too", async () => {
		let goals: readonly GoalSummary[] | undefined;
		watchGoals(client, (now) => {
			goals = now;
		});
		await until(() => goals?.length === 1);
		const second = "g2" as GoalId;
		daemon.append(second, launched(second, "Second"));
		await until(() => goals?.length === 2);
		const kept = daemon.goals;
		await daemon.crash();
		daemon = await startFakeDaemon(home, { goals: kept });
		daemon.append(second, { type: "goal.failed", reason: "It was a test." });
		await until(() => goals?.find((goal) => goal.goalId === second)?.state === "failed");
		daemon.append(second, { type: "goal.deleted", by: { client: "test" } });
		await until(() => goals?.length === 1);
	});
});

function watch(client: DaemonClient) {
	const seen = {
		goal: undefined as Goal | undefined,
		seqs: [] as number[],
		resets: 0,
		end: () => {},
	};
	seen.end = watchGoal(client, goalId, {
		onChange(goal, events) {
			if (events.length === 0) seen.resets++;
			seen.goal = goal;
			seen.seqs.push(...events.map((event) => event.seq));
		},
	});
	return seen;
}

function todos(count: number): GoalEvent[] {
	return Array.from({ length: count }, (_, index) => ({
		type: "todo.updated" as const,
		threadId: "t1" as ThreadId,
		todos: [{ content: `${index}`, state: "pending" as const }],
	}));
}

async function until(condition: () => boolean): Promise<void> {
	const deadline = performance.now() + 45_000;
	while (!condition()) {
		if (performance.now() > deadline) assert.fail(`waited 45 s for ${condition}`);
		await sleep(5);
	}
}

/** As it looks after the wire, where a field without a value is no field. */
function plain(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value));
}
