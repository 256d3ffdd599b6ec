import { mkdtempSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalEvent, RecordedEvent } from "../src/core/events.ts";
import { evolve, foldVersion, newGoal } from "../src/core/folds/evolve.ts";
import type { Goal } from "../src/core/goal.ts";
import type { GoalId } from "../src/core/ids.ts";
import { defaultSettings } from "../src/core/settings.ts";
import { openSqliteStore } from "../src/daemon/store/sqliteStore.ts";
import { summarize } from "../src/protocol/view.ts";
import { newWorkspace, startDaemon } from "./daemonBed.ts";
import { diskBytes } from "./diskBytes.ts";
import { type Bench, type Figure, grouped, median, type Section, spread } from "./figures.ts";
import { residentBytes } from "./processTree.ts";

/** A daemon with a long past must come up, and answer, like one without. */
export const million: Section = {
	title: "A store of 1,000,000 events",
	how: "Filled through the store's own interface: a goal of 890,000 events and one of 100,000, both over, and twenty of 500 that wait for a person. Ready: from the start of the process until its discovery file is there and its hello is answered.",
	async measure(bench) {
		const home = mkdtempSync(path.join(bench.scratch, "million-"));
		const started = performance.now();
		await fill(bench, home);
		bench.say(`filled in ${grouped((performance.now() - started) / 1000)} s, ${grouped(diskBytes(home) / 1e6)} MB`);
		return [...(await readiness(bench, home)), ...(await pages(bench, home))];
	},
};

const starts = 9;

async function readiness(bench: Bench, home: string): Promise<Figure[]> {
	const times: number[] = [];
	const resident: number[] = [];
	for (let start = 0; start < starts; start++) {
		const bed = await startDaemon(bench, { home });
		times.push(bed.readyMs);
		resident.push(residentBytes(bed.pid) / 1e6);
		const { goals } = await bed.request("goal/list", {});
		if (goals.length !== 22) throw new Error(`${goals.length} goals`);
		await bed.stop();
	}
	const fresh: number[] = [];
	for (let start = 0; start < starts; start++) {
		const bed = await startDaemon(bench);
		fresh.push(bed.readyMs);
		await bed.stop();
	}
	return [
		{
			name: "daemon ready, 1,000,000 events",
			value: median(times),
			unit: "ms",
			target: { below: 300 },
			note: `${spread(times)}; in an empty folder ${grouped(median(fresh))} ms`,
		},
		{ name: "resident when ready", value: median(resident), unit: "MB", target: { below: 150 } },
	];
}

async function pages(bench: Bench, home: string): Promise<Figure[]> {
	const bed = await startDaemon(bench, { home });
	try {
		const goalId = "g-hundred" as GoalId;
		const queries = {
			last: { descending: true },
			middle: { afterSeq: 50_000 },
			"of one type": { types: ["tool.completed"], descending: true },
			"of one thread": { threadId: "t-1" as never, afterSeq: 20_000 },
		};
		const times: Record<string, number[]> = {};
		for (let round = 0; round < 100; round++) {
			for (const [name, query] of Object.entries(queries)) {
				const startedAt = performance.now();
				const { events } = await bed.request("goal/events", { goalId, limit: 200, ...query });
				times[name] = [...(times[name] ?? []), performance.now() - startedAt];
				if (events.length !== 200) throw new Error(`${events.length} events, ${name}`);
			}
		}
		const all = Object.values(times).flat();
		const resident = residentBytes(bed.pid) / 1e6;
		return [
			{
				name: "page of 200 events out of 100,000, over the wire",
				value: median(all),
				unit: "ms",
				target: { below: 10 },
				note: `${spread(all)}; medians: ${Object.entries(times)
					.map(([name, values]) => `${name} ${grouped(median(values))}`)
					.join(", ")}; the client's own check of the answer is in it`,
			},
			{ name: "resident after 400 pages", value: resident, unit: "MB", target: { below: 150 } },
		];
	} finally {
		await bed.stop();
	}
}

async function fill(bench: Bench, home: string): Promise<void> {
	const folder = path.join(home, "store");
	const owner = { file: path.join(home, "owner"), nonce: "bench" };
	writeFileSync(owner.file, owner.nonce);
	const store = await openSqliteStore({
		folder,
		owner,
		wasmPath: path.join(bench.dist, "sql-wasm-debug.wasm"),
		workerPath: path.join(bench.dist, "storeWorker.js"),
	});
	const workspace = newWorkspace(bench);
	const write = async (id: string, count: number, end: readonly GoalEvent[]) => {
		const goalId = id as GoalId;
		const { epoch } = await store.claim(goalId);
		let goal: Goal = newGoal(goalId);
		const append = async (events: readonly GoalEvent[]) => {
			const expected = goal.seq;
			const rows = events.map((event, index) => {
				const at = 1_760_000_000_000 + (goal.seq + 1) * 10;
				const recorded = {
					...event,
					seq: expected + index + 1,
					epoch,
					at: new Date(at).toISOString(),
				} as RecordedEvent;
				goal = evolve(goal, recorded);
				const { type, ...body } = event;
				return { at, type, threadId: "t-1", stepId: "work", body: JSON.stringify(body) };
			});
			await store.append(goalId, expected, epoch, rows, JSON.stringify(summarize(goal)));
		};
		const first = opening(goalId, workspace);
		await append(first);
		const batch = 3000;
		for (let left = count - first.length - end.length; left > 0; ) {
			const size = Math.min(batch, left);
			await append(Array.from({ length: size }, (_, index) => middle(count - left + index)));
			left -= size;
		}
		await append(end);
		await store.saveCheckpoint(goalId, { seq: goal.seq, foldVersion, goal: JSON.stringify(goal) });
	};
	await write("g-large", 890_000, [{ type: "goal.completed", verified: true }]);
	await write("g-hundred", 100_000, [{ type: "goal.completed", verified: true }]);
	for (let n = 0; n < 20; n++) await write(`g-waits-${n}`, 500, waits(n));
	await store.close();
}

export function opening(goalId: GoalId, workspace: string): GoalEvent[] {
	const assignment = { provider: "builtin", model: "playbook" };
	const stepId = "work" as never;
	const threadId = "t-1" as never;
	return [
		{
			type: "goal.launched",
			goalId,
			title: "A long history",
			prompt: "Work on it",
			workspace,
			settings: { ...defaultSettings, planApproval: "never" },
			by: { client: "bench" },
		},
		{
			type: "plan.proposed",
			revision: 1,
			summary: "One step.",
			steps: [
				{
					stepId,
					title: "Work",
					instructions: "Work on it.",
					kind: "",
					needs: [],
					role: "implementer",
					checks: [],
					actions: [],
				},
			] as never,
			checks: [],
		},
		{ type: "plan.approved", revision: 1 },
		{ type: "step.started", stepId, attempt: 1, threadId },
		{ type: "thread.opened", threadId, role: "implementer", stepId, attempt: 1, assignment },
		{ type: "snapshot.failed", reason: "Changes are not tracked here.", toolCallIds: [], passing: false },
	];
}

/** What a turn leaves behind: six events of about the size that real ones have. */
export function middle(index: number): GoalEvent {
	const turn = Math.floor(index / 6);
	const toolCallId = `c-${turn}` as never;
	const threadId = "t-1" as never;
	const asked = { provider: "local", model: "scripted" };
	const text = `Line ${index} of what a command printed, with word${index % 997} in it. `.repeat(4);
	switch (index % 6) {
		case 0:
			return {
				type: "turn.started",
				turnId: `u-${turn}` as never,
				threadId,
				asked,
				reserved: { tokens: 32000, usd: null },
			};
		case 1:
			return {
				type: "turn.completed",
				turnId: `u-${turn}` as never,
				threadId,
				asked,
				answered: "scripted",
				usage: { inputTokens: 1000, outputTokens: 50, costUsd: null },
				finish: "tool-calls",
			};
		case 2:
			return {
				type: "tool.requested",
				toolCallId,
				threadId,
				turnId: `u-${turn}` as never,
				stepId: "work" as never,
				attempt: 1,
				name: "runCommand",
				args: { command: `make part${turn}` },
				effect: "outside",
				summary: `make part${turn}`,
			};
		case 3:
			return { type: "tool.started", toolCallId, run: 1 };
		case 4:
			return {
				type: "tool.completed",
				toolCallId,
				ok: true,
				exitCode: 0,
				durationMs: 12,
				output: { head: text, tail: "", bytes: text.length, sha256: "0".repeat(64) },
			};
		default:
			return { type: "message.added", messageId: `m-${turn}` as never, threadId, from: "implementer", text };
	}
}

/** A command that a person has to approve: nothing moves meanwhile. */
function waits(n: number): GoalEvent[] {
	const toolCallId = `c-waits-${n}` as never;
	const threadId = "t-1" as never;
	const stepId = "work" as never;
	const command = "make install";
	return [
		{
			type: "tool.requested",
			toolCallId,
			threadId,
			turnId: "u-waits" as never,
			stepId,
			attempt: 1,
			name: "runCommand",
			args: { command },
			effect: "outside",
			summary: command,
		},
		{
			type: "approval.requested",
			approvalId: `a-${n}` as never,
			kind: "tool",
			toolCallId,
			stepId,
			threadId,
			summary: `Run \`${command}\``,
			command,
			risk: "write",
			reasons: ["runs a command, which may write files"],
			digest: "0".repeat(64),
			files: {},
			expiresAt: "2099-01-01T00:00:00.000Z",
			options: ["approve", "deny"],
		},
	];
}
