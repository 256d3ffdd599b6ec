import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RecordedEvent } from "../../src/core/events.ts";
import type { GoalId } from "../../src/core/ids.ts";
import { launched, startFakeDaemon } from "./fakeDaemon.ts";

/**
 * The fake daemon as a process of its own, started as the real one is (`daemon.js run --home FOLDER`), so that starting,
 * racing, killing and stopping can be tested without what goals need. It counts its starts in a file, and does badly on
 * demand: `fail-to-start` in its folder ends it at once.
 */
const home = process.argv[process.argv.indexOf("--home") + 1] ?? "";
const started = path.join(home, "starts");
const lock = path.join(home, "fake.lock");

/** No test that fails, or ends while it starts, leaves it behind. */
const longestLifeMs = 120_000;

setInterval(() => existsSync(home) || process.exit(0), 500);
setTimeout(() => process.exit(0), longestLifeMs);

void main();

async function main(): Promise<void> {
	if (existsSync(path.join(home, "fail-to-start"))) {
		console.error("Error: this daemon was told to fail.");
		process.exit(1);
	}
	if (!takeLock()) process.exit(0);
	writeFileSync(started, "started\n", { flag: "a" });
	const goalId = "g1" as GoalId;
	const daemon = await startFakeDaemon(home, {
		goals: new Map<GoalId, RecordedEvent[]>(),
		answers: {
			"daemon/status": () => ({
				version: "0.0.0",
				protocol: 1,
				pid: process.pid,
				startedAt: new Date().toISOString(),
				folder: home,
				goals: 1,
				active: 0,
				clients: 1,
				draining: false,
				residentBytes: process.memoryUsage.rss(),
			}),
			"daemon/stop": () => {
				setTimeout(() => void daemon.stop().then(() => process.exit(0)), 10);
				return { stillRunning: [] };
			},
			"thread/send": () => process.exit(1),
			"dossier/get": () => process.exit(1),
			// Only the first daemon of a folder goes away over it.
			"plan/get": () => {
				if (readFileSync(started, "utf8").trim().split("\n").length === 1) process.exit(1);
				return { revision: 1, approved: true, markdown: "" };
			},
		},
	});
	daemon.append(goalId, launched(goalId));
}

/** Good enough for a test: a lock whose holder is dead is taken over. */
function takeLock(): boolean {
	for (let attempt = 0; attempt < 3; attempt++) {
		try {
			writeFileSync(openSync(lock, "wx"), String(process.pid));
			return true;
		} catch {
			const pid = Number(readFileSync(lock, "utf8"));
			// Written a moment after it was made.
			if (pid === 0 || lives(pid)) return false;
			rmSync(lock, { force: true });
			rmSync(path.join(home, "daemon.json"), { force: true });
		}
	}
	return false;
}

function lives(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
