import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { verifyChain } from "../../../src/chain/chain.ts";
import { loadSqlite } from "../../../src/daemon/store/sqliteFile.ts";
import { storeFileName } from "../../../src/daemon/store/storeFile.ts";
import { type Random, seeded } from "../../support/seed.ts";
import { goalId } from "./fixtures.ts";
import { newFolder, nonce, openHere, ownerFile, removeFolders, wasmPath } from "./openStores.ts";

/** A writing process is killed at random moments. `MISSION_KILLS` sets how often. */
const kills = Number(process.env.MISSION_KILLS ?? 60);
const goals = ["goal-a", "goal-b", "goal-c"].map(goalId);

describe("kill -9 while events are appended", function () {
	this.timeout(60_000 + kills * 5_000);
	let program: string;

	before(async () => {
		program = await bundle();
	});
	after(removeFolders);

	it("loses no acknowledged event and breaks neither file nor chain", async () => {
		const random = seeded("kills");
		const folder = newFolder();
		const stored = new Map<string, number>();
		let hotLogs = 0;
		for (let kill = 1; kill <= kills; kill++) {
			await runAndKill(program, folder, random, stored);
			if (logBytes(folder) > 0) hotLogs++;
			if (kill % 10 === 0 || kill === kills) await inspect(folder, stored);
		}
		assert.ok(hotLogs > kills / 4, `only ${hotLogs} of ${kills} kills left a log to recover`);
	});
});

/** One life of the process: notes what it acknowledged, and checks that it found what was acknowledged before. */
async function runAndKill(program: string, folder: string, random: Random, stored: Map<string, number>): Promise<void> {
	const seed = String(random.between(0, 2 ** 31));
	const child = spawn(process.execPath, [program, folder, ownerFile(folder), nonce, seed], {
		stdio: ["ignore", "pipe", "pipe"],
	});
	let errors = "";
	child.stderr.on("data", (data: Buffer) => {
		errors += data.toString();
	});
	const ended = new Promise<NodeJS.Signals | null>((resolveEnd) =>
		child.on("close", (_code, signal) => resolveEnd(signal)),
	);
	const delayMs = random.between(0, 120);
	let timer: NodeJS.Timeout | undefined;
	const failures: string[] = [];
	try {
		for await (const line of createInterface({ input: child.stdout })) {
			const [word, goal = "", seq = ""] = line.split(" ");
			const known = stored.get(goal) ?? 0;
			if (word === "found" && Number(seq) < known) failures.push(`${goal}: found ${seq} of ${known} events`);
			stored.set(goal, Math.max(known, Number(seq)));
			timer ??= setTimeout(() => child.kill("SIGKILL"), delayMs);
		}
	} finally {
		clearTimeout(timer);
		child.kill("SIGKILL");
	}
	assert.equal(await ended, "SIGKILL", errors);
	assert.deepEqual(failures, []);
}

async function inspect(folder: string, stored: ReadonlyMap<string, number>): Promise<void> {
	const engine = await loadSqlite(wasmPath);
	const copy = newFolder();
	for (const name of [storeFileName, `${storeFileName}-wal`])
		if (fs.existsSync(join(folder, name))) fs.copyFileSync(join(folder, name), join(copy, name));
	const file = engine.open({ folder: copy, name: storeFileName, io: fs });
	assert.equal(file.row("PRAGMA integrity_check")?.[0], "ok");
	file.close();
	const store = await openHere({ folder: copy });
	for (const goal of goals) {
		const events = [];
		for (;;) {
			const page = await store.read(goal, { afterSeq: events.length, limit: 10_000 });
			if (page.length === 0) break;
			events.push(...page);
		}
		assert.ok(events.length >= (stored.get(goal) ?? 0), `${goal}: ${events.length} of ${stored.get(goal)} events`);
		const verdict = verifyChain(events);
		assert.ok(verdict.ok, `${goal}: ${JSON.stringify(verdict)}`);
		for (const { body, seq } of events) assert.equal(JSON.parse(body ?? "").seq, seq);
		const checkpoint = await store.checkpoint(goal);
		assert.ok((checkpoint?.seq ?? 0) <= events.length);
	}
	await store.close();
}

const logBytes = (folder: string) =>
	fs.statSync(join(folder, `${storeFileName}-wal`), { throwIfNoEntry: false })?.size ?? 0;

/** Bundles the process and the store's worker side by side, as the daemon is shipped. */
async function bundle(): Promise<string> {
	const outdir = newFolder();
	await build({
		entryPoints: {
			killChild: resolve("test/unit/store/killChild.ts"),
			storeWorker: resolve("src/daemon/store/storeWorker.ts"),
		},
		bundle: true,
		platform: "node",
		format: "cjs",
		target: "node20",
		outdir,
		logLevel: "error",
	});
	fs.copyFileSync(wasmPath, join(outdir, "sql-wasm-debug.wasm"));
	return join(outdir, "killChild.js");
}
