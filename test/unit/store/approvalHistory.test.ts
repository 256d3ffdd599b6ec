import assert from "node:assert/strict";
import { openApprovalHistory } from "../../../src/daemon/store/approvalHistory.ts";
import type { Store } from "../../../src/daemon/store/eventStore.ts";
import { createMemoryStore } from "../../../src/daemon/store/memoryStore.ts";
import type { GoalSummary } from "../../../src/protocol/view.ts";
import { processorTime } from "../../support/processorTime.ts";
import { event, goalId } from "./fixtures.ts";
import { newFolder, openInWorker, removeFolders } from "./openStores.ts";

const goal = goalId("goal-1");
const summary = (lastSeq: number, more: Partial<GoalSummary> = {}) =>
	({ goalId: goal, title: "The harbour", state: "running", lastSeq, updatedAt: "2026-01-02", ...more }) as GoalSummary;

describe("all that goals ever asked", function () {
	this.timeout(60_000);
	const request = (name: string, more: object = {}) =>
		event("approval.requested", {
			approvalId: name,
			kind: "tool",
			summary: `run ${name}`,
			command: name,
			risk: "write",
			reasons: ["writes a file"],
			digest: "0",
			options: ["approve", "deny"],
			...more,
		});
	const answer = (name: string, client: string, said = "approve") =>
		event("approval.answered", { approvalId: name, answer: said, by: { client, user: "mara" } });

	const stores: Store[] = [];
	after(async () => {
		for (const store of stores) await store.close();
		removeFolders();
	});
	async function history(store: Store, ...events: ReturnType<typeof request>[]) {
		stores.push(store);
		await store.claim(goal);
		await store.append(goal, 0, 1, events, "{}");
		let reads = 0;
		const counted = {
			read(...given: Parameters<typeof store.read>) {
				reads++;
				return store.read(...given);
			},
		};
		return { store, opened: openApprovalHistory(counted), last: events.length, reads: () => reads };
	}

	it("says of each who answered it, from where and by which event; what waits comes first", async () => {
		const { opened, last } = await history(
			createMemoryStore(),
			request("a-window"),
			answer("a-window", "VS Code"),
			request("a-cli", { risk: "network" }),
			answer("a-cli", "CLI", "deny"),
			request("a-late"),
			answer("a-late", "the deadline", "deny"),
			request("a-expired"),
			event("approval.expired", { approvalId: "a-expired" }),
			request("a-changed"),
			event("approval.superseded", { approvalId: "a-changed", reason: "The file changed." }),
			request("a-later"),
			event("approval.setAside", { approvalId: "a-later", aside: true, by: { client: "CLI" } }),
			request("a-waits"),
		);
		const { approvals, total, counts } = await opened.list([summary(last)], {}, 50);
		assert.deepEqual(
			approvals.map((one) => [one.approvalId, one.state, one.from, one.by, one.seq, one.answeredSeq]),
			[
				["a-waits", "pending", undefined, undefined, 13, undefined],
				["a-later", "pending", undefined, undefined, 11, undefined],
				["a-changed", "superseded", undefined, undefined, 9, 10],
				["a-expired", "expired", undefined, undefined, 7, 8],
				["a-late", "denied", "deadline", "the deadline (mara)", 5, 6],
				["a-cli", "denied", "cli", "CLI (mara)", 3, 4],
				["a-window", "approved", "window", "VS Code (mara)", 1, 2],
			],
		);
		assert.deepEqual(approvals[1]?.setAside?.by, "CLI");
		assert.equal(approvals[2]?.reason, "The file changed.");
		assert.equal(total, 7);
		assert.deepEqual(counts, { pending: 1, setAside: 1, approved: 1, denied: 2, expired: 1, superseded: 1 });
		const network = await opened.list([summary(last)], { risks: ["network"] }, 50);
		assert.deepEqual(
			network.approvals.map(({ approvalId }) => approvalId),
			["a-cli"],
		);
	});

	it("what waited when its goal ended is no longer asked, and what was taken up again waits", async () => {
		const aside = (is: boolean) => event("approval.setAside", { approvalId: "a", aside: is, by: { client: "CLI" } });
		const { opened, last } = await history(createMemoryStore(), request("a"), aside(true), aside(false));
		assert.deepEqual((await opened.list([summary(last)], {}, 5)).counts.pending, 1);
		const over = await opened.list([summary(last, { state: "cancelled" })], {}, 5);
		assert.equal(over.approvals[0]?.state, "superseded");
	});

	it("learns of what came since, and reads nothing of a goal that did not move", async () => {
		const { opened, last, reads, store } = await history(createMemoryStore(), request("a"));
		await opened.list([summary(last)], {}, 0);
		const before = reads();
		await opened.list([summary(last)], {}, 0);
		assert.equal(reads(), before);
		await store.append(goal, last, 1, [answer("a", "CLI")], "{}");
		assert.equal((await opened.list([summary(last + 1)], {}, 5)).approvals[0]?.state, "approved");
	});

	it("tells of 10,000 answered ones the newest in little time, and how many there are", async () => {
		const names = Array.from({ length: 10_000 }, (_, at) => `a-${at}`);
		const events = names.flatMap((name) => [request(name), answer(name, "CLI")]);
		const { opened, last, reads } = await history(await openInWorker(newFolder()), ...events);
		await opened.list([summary(last)], {}, 50);
		const [before, took] = [reads(), processorTime()];
		const { approvals, total } = await opened.list([summary(last)], {}, 50);
		const tookMs = took();
		assert.equal(approvals.length, 50);
		assert.equal(total, 10_000);
		assert.equal(approvals[0]?.approvalId, "a-9999");
		assert.ok(reads() - before <= 150, "reads no more than the rows that are shown");
		assert.ok(tookMs < 1000, `took ${tookMs} ms of processor time`);
		if (process.env.MISSION_MEASURE) console.log(`10,000 approvals: ${Math.round(tookMs)} ms`);
	});
});
