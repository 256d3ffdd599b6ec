import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GoalId } from "../src/core/ids.ts";
import type { Store } from "../src/daemon/store/eventStore.ts";
import { openSqliteStore } from "../src/daemon/store/sqliteStore.ts";
import { diskBytes } from "./diskBytes.ts";
import { type Figure, grouped, median, spread } from "./figures.ts";

/**
 * The cases of store.ts, each run in a process of its own: `storeCases.js NAME FOLDER` prints its figures as JSON. The
 * caller appends as the daemon does, from another thread than the one that writes.
 */
const bodyBytes = 300;
const goal = "goal-1" as GoalId;
const types = ["message.added", "tool.requested", "tool.started", "tool.completed", "file.changed", "turn.completed"];

const cases: Readonly<Record<string, (folder: string) => Promise<readonly Figure[]>>> = {
	async single(folder) {
		const store = await open(folder);
		await store.claim(goal);
		const times: number[] = [];
		for (let seq = 0; seq < 3_000; seq++) times.push(await timed(() => store.append(goal, seq, 1, some(seq, 1), "{}")));
		await store.close();
		const perSecond = (times.length * 1000) / times.reduce((sum, time) => sum + time, 0);
		return [{ name: "durable appends, one at a time", value: perSecond, unit: "/s", note: spread(times) }];
	},
	async inFlight(folder) {
		const store = await open(folder);
		const each = 500;
		const times: number[] = [];
		const started = performance.now();
		const writer = async (id: GoalId) => {
			await store.claim(id);
			for (let seq = 0; seq < each; seq++) times.push(await timed(() => store.append(id, seq, 1, some(seq, 1), "{}")));
		};
		await Promise.all(Array.from({ length: 64 }, (_, index) => writer(`goal-${index}` as GoalId)));
		const perSecond = (64 * each * 1000) / (performance.now() - started);
		await store.close();
		return [{ name: "durable appends, 64 in flight", value: perSecond, unit: "/s", note: spread(times) }];
	},
	async disk(folder) {
		const store = await open(folder);
		await store.claim(goal);
		for (let seq = 0; seq < 1_600; seq += 4) await store.append(goal, seq, 1, some(seq, 4), "x".repeat(1_000));
		await store.close();
		const note = "1,600 events of 300 bytes, four a transaction, closed";
		return [{ name: "disk for 1,600 events", value: diskBytes(folder) / 1e6, unit: "MB", note }];
	},
	async search(folder) {
		const store = await open(folder);
		await store.claim(goal);
		const batch = 500;
		for (let seq = 0; seq < 100_000; seq += batch) await store.append(goal, seq, 1, some(seq, batch), "{}");
		const first = await timed(() => store.search(goal, "payload", 20));
		const times: number[] = [];
		for (let n = 0; n < 50; n++) times.push(await timed(() => store.search(goal, `word${n}`, 20)));
		await store.close();
		const note = `${spread(times)}; the first, which builds the index, ${grouped(first)} ms`;
		return [{ name: "a search in 100,000 events", value: median(times), unit: "ms", note }];
	},
};

async function open(folder: string): Promise<Store> {
	const file = join(folder, "owner");
	writeFileSync(file, "nonce");
	return openSqliteStore({ folder, owner: { file, nonce: "nonce" } });
}

function some(seq: number, count: number) {
	return Array.from({ length: count }, (_, index) => {
		const n = seq + index;
		const text = `payload of event ${n} word${n % 997} `;
		return {
			at: 1_700_000_000_000 + n,
			type: types[n % types.length] as string,
			threadId: `thread-${n % 20}`,
			stepId: `step-${n % 10}`,
			body: JSON.stringify({ text: text.padEnd(bodyBytes - 11, "lorem ipsum ") }),
		};
	});
}

async function timed(work: () => Promise<unknown>): Promise<number> {
	const started = performance.now();
	await work();
	return performance.now() - started;
}

async function main([name, folder]: readonly string[]): Promise<void> {
	console.log(JSON.stringify(await cases[name ?? ""]?.(folder ?? "")));
}

void main(process.argv.slice(2));
