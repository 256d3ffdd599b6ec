import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { EventStore } from "../src/daemon/store/eventStore.ts";
import { openSqliteStore } from "../src/daemon/store/sqliteStore.ts";
import type { GoalId } from "../src/protocol/ids.ts";

/**
 * Measures the event store as it is shipped: bundled, each case in a process of its own. `npx tsx bench/store.ts`
 * prints one line a case. Figures hold for the disk they were taken on.
 */
const bodyBytes = 300;
const goal = "goal-1" as GoalId;
const types = ["message.added", "tool.requested", "tool.started", "tool.completed", "file.changed", "turn.completed"];

const cases: Readonly<Record<string, (folder: string) => Promise<string>>> = {
	async "one append at a time"(folder) {
		const store = await open(folder);
		await store.claim(goal);
		const times: number[] = [];
		for (let seq = 0; seq < 3_000; seq++) times.push(await timed(() => store.append(goal, seq, 1, some(seq, 1), "{}")));
		await store.close();
		return `${perSecond(times)}, ${percentiles(times)}`;
	},
	async "64 appends in flight"(folder) {
		const store = await open(folder);
		const each = 500;
		const times: number[] = [];
		const started = performance.now();
		const gaps = loopGaps();
		const writer = async (id: GoalId) => {
			await store.claim(id);
			for (let seq = 0; seq < each; seq++) times.push(await timed(() => store.append(id, seq, 1, some(seq, 1), "{}")));
		};
		await Promise.all(Array.from({ length: 64 }, (_, index) => writer(`goal-${index}` as GoalId)));
		const rate = Math.round((64 * each * 1_000) / (performance.now() - started));
		await store.close();
		return `${rate}/s, ${percentiles(times)}; gaps in the caller's loop: ${percentiles(gaps.stop())}`;
	},
	async "disk for 1,600 events of 300 bytes, open and closed"(folder) {
		const store = await open(folder);
		await store.claim(goal);
		for (let seq = 0; seq < 1_600; seq += 4) await store.append(goal, seq, 1, some(seq, 4), "x".repeat(1_000));
		const opened = size(folder);
		await store.close();
		return `${Math.round(opened / 1024)} KiB, ${Math.round(size(folder) / 1024)} KiB`;
	},
	async "a page of 200 out of 100,000 events"(folder) {
		const store = await open(folder);
		await fill(store, goal, 100_000);
		const queries = {
			last: { descending: true, limit: 200 },
			middle: { afterSeq: 50_000, limit: 200 },
			"one type": { types: ["file.changed"], descending: true, limit: 200 },
			"five types": { types: types.slice(1), afterSeq: 40_000, limit: 200 },
			"rare type": { types: ["goal.launched", "rare"], limit: 200 },
			thread: { threadId: "thread-7", limit: 200 },
			"thread and types": { threadId: "thread-7", types: ["file.changed", "message.added"], limit: 200 },
			step: { stepId: "step-3", descending: true, limit: 200 },
		};
		const results: string[] = [];
		for (const [name, query] of Object.entries(queries)) {
			const times: number[] = [];
			for (let n = 0; n < 40; n++) times.push(await timed(() => store.read(goal, query)));
			results.push(`${name} ${percentiles(times)}`);
		}
		const whole = await timed(async () => {
			for (let seq = 0; seq < 100_000; seq += 10_000) await store.read(goal, { afterSeq: seq, limit: 10_000 });
		});
		let reading = true;
		const appends: number[] = [];
		const loop = (async () => {
			for (let seq = 100_000; reading; seq++)
				appends.push(await timed(() => store.append(goal, seq, 1, some(seq, 1), "{}")));
		})();
		await store.read(goal, { limit: 10_000 });
		await store.read(goal, { afterSeq: 50_000, limit: 10_000 });
		reading = false;
		await loop;
		const indexing = await timed(() => store.search(goal, "payload", 20));
		const searching = await timed(() => store.search(goal, "word77", 20));
		await store.close();
		return [
			...results,
			`all of it ${Math.round(whole)} ms`,
			`appends during long reads ${percentiles(appends)}`,
			`first search ${Math.round(indexing)} ms, next ${searching.toFixed(1)} ms`,
		].join("\n    ");
	},
	async "fill 1,000,000 events"(folder) {
		const store = await open(folder);
		const started = performance.now();
		for (let index = 0; index < 10; index++) await fill(store, `goal-${index}` as GoalId, 100_000);
		const rate = Math.round(1e9 / (performance.now() - started));
		const before = rss();
		const closing = await timed(() => store.close());
		return `${rate}/s, ${before} MiB resident, closed in ${closing.toFixed(0)} ms, ${Math.round(size(folder) / 2 ** 20)} MiB`;
	},
	async "open 1,000,000 events"(folder) {
		const before = performance.now();
		const store = await open(folder);
		const ready = performance.now() - before;
		const listed = await timed(() => store.goals());
		const claimed = await timed(() => store.claim("goal-5" as GoalId));
		const page = await timed(() => store.read("goal-5" as GoalId, { descending: true, limit: 200 }));
		const resident = rss();
		for (let seq = 0; seq < 100_000; seq += 1_000) await store.read("goal-6" as GoalId, { afterSeq: seq, limit: 200 });
		const later = rss();
		const found = await timed(() => store.search("goal-7" as GoalId, "word77", 20));
		const last = rss();
		await store.close();
		return `ready in ${ready.toFixed(0)} ms, goals ${listed.toFixed(1)} ms, claim ${claimed.toFixed(1)} ms, last page ${page.toFixed(1)} ms; resident ${resident} MiB, after 100 pages ${later} MiB, after a search that indexed 100,000 (${found.toFixed(0)} ms) ${last} MiB`;
	},
};

const workerRss = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
const rss = workerRss;

async function open(folder: string): Promise<EventStore> {
	const file = join(folder, "owner");
	writeFileSync(file, "nonce");
	return openSqliteStore({ folder, owner: { file, nonce: "nonce" } });
}

async function fill(store: EventStore, id: GoalId, count: number): Promise<void> {
	await store.claim(id);
	const batch = 500;
	for (let seq = 0; seq < count; seq += batch) await store.append(id, seq, 1, some(seq, batch), "{}");
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

function percentiles(times: readonly number[]): string {
	const sorted = [...times].sort((a, b) => a - b);
	const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(2);
	return `p50 ${at(0.5)} p99 ${at(0.99)} ms`;
}

function perSecond(times: readonly number[]): string {
	return `${Math.round((times.length * 1_000) / times.reduce((sum, time) => sum + time, 0))}/s`;
}

function loopGaps() {
	const gaps: number[] = [];
	let last = performance.now();
	const timer = setInterval(() => {
		const now = performance.now();
		gaps.push(now - last - 5);
		last = now;
	}, 5);
	return {
		stop() {
			clearInterval(timer);
			return gaps;
		},
	};
}

function size(folder: string): number {
	const bytes = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0;
	return bytes("events.db") + bytes("events.db-wal");
}

async function bundleAndRun(): Promise<void> {
	const { build } = await import("esbuild");
	const root = mkdtempSync(join(tmpdir(), "mission-bench-"));
	try {
		await build({
			entryPoints: { bench: resolve("bench/store.ts"), storeWorker: resolve("src/daemon/store/storeWorker.ts") },
			bundle: true,
			platform: "node",
			format: "cjs",
			external: ["esbuild"],
			outdir: root,
		});
		const wasm = createRequire(resolve("package.json")).resolve("sql.js/dist/sql-wasm-debug.wasm");
		copyFileSync(wasm, join(root, "sql-wasm-debug.wasm"));
		const million = mkdtempSync(join(root, "million-"));
		for (const name of Object.keys(cases)) {
			const folder = name.includes("1,000,000") ? million : mkdtempSync(join(root, "case-"));
			spawnSync(process.execPath, [join(root, "bench.js"), name, folder], { stdio: "inherit" });
		}
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

async function main(): Promise<void> {
	const [name, folder] = process.argv.slice(2);
	if (name === undefined || folder === undefined) return bundleAndRun();
	console.log(`${name}: ${await cases[name]?.(folder)}`);
}

void main();
