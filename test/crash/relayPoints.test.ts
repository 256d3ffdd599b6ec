import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { StepId } from "../../src/core/ids.ts";
import { goalState } from "../../src/core/rules/goalState.ts";
import type { CrashPoint } from "../../src/daemon/platform/crashPoint.ts";
import { buildProgram, notesIn } from "./actingProgram.ts";
import { buildDaemon } from "./killableDaemon.ts";
import { type PointStory, type PointVerdict, runToPoint } from "./pointRun.ts";

const storiesAtOnce = 3;
const steps = ["first", "second"] as const;
const secret = "the heron stands in the reeds";

const millEnv = "flour";

/** How often it comes by before it dies there; see PointStory. */
type When = Pick<PointStory, "time" | "afterStop">;

/** Points that an agent's program, or what is said between it and us, could notice; those at events are in programPoints.test.ts. */
const points: readonly (readonly [CrashPoint, When?])[] = [
	["start.takenUp", { afterStop: true }],
	["stop.drained", { afterStop: true }],
	["store.uncommitted", { time: 14 }],
	["store.committed", { time: 14 }],
	["checkpoint.saving"],
	["relay.made"],
	["relay.made", { time: 2 }],
	["relay.waiting"],
	["relay.waiting", { time: 3 }],
	["relay.told"],
	["relay.told", { time: 2 }],
	["erase.files"],
];

describe("a daemon that kills itself at a named point while an agent's program works", function () {
	this.timeout(300_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-program-points-"));
	const killable = path.join(folder, "dist");
	let program: string;
	before(async () => {
		buildDaemon(["--crash-points", "--into", killable]);
		program = await buildProgram(folder);
	});
	after(async () => {
		await Promise.allSettled(begun.values());
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	/** Most of a story is waiting, so the next ones are begun with it. */
	const begun = new Map<number, Promise<PointVerdict>>();
	const verdictOf = (at: number): Promise<PointVerdict> => {
		for (let next = at; next < Math.min(at + storiesAtOnce, points.length); next++) {
			if (begun.has(next)) continue;
			const running = runToPoint(story(next));
			running.catch(() => undefined);
			begun.set(next, running);
		}
		return begun.get(at)!;
	};

	for (const [at, [point, { time = 1 } = {}]] of points.entries())
		it(`leaves it at work, and repeats, loses and forgets nothing: ${point}, time ${time}`, async () => {
			const verdict = await verdictOf(at);
			assert.ok(verdict.reached, "the daemon never came to the point");
			assert.deepEqual(verdict.lost, [], "events that a client had been told are gone or changed");
			assert.deepEqual(verdict.unknown, [], "an outcome was called unknown that could be known");
			assert.equal(goalState(verdict.goal), "completed");
			for (const step of steps) {
				const wanted = [1, 2, 3].map((act) => `${step} ${act}\n`).join("");
				assert.equal(verdict.filesWhenDone[`${step}.txt`], wanted, "an act was repeated or left out");
			}
			const notes = notesIn(notesFile(at));
			// Planner, one for each step, and who looks back.
			for (const did of ["new", "prompt"]) assert.equal(notes.filter((note) => note.did === did).length, 4, did);
			assert.equal(notes.filter(({ did }) => did === "asked").length, 6, "a permission was asked again");
			const given = notes.flatMap(({ servers }) => servers ?? []);
			assert.deepEqual(given, [millEnv, millEnv], "a step's session was opened without what its server is given");
			if (verdict.afterwards) assert.deepEqual(verdict.afterwards.notErased, [], "its words can still be read");
		});

	function notesFile(at: number): string {
		return path.join(folder, `notes-${at}.jsonl`);
	}

	function story(at: number): PointStory {
		const [point, when] = points[at]!;
		return {
			daemonScript: path.join(killable, "daemon.js"),
			config: {
				agents: [{ id: "scripted", command: [process.execPath, program, notesFile(at), ...steps] }],
				agent: "agent-scripted/default",
				mcpServers: { mill: { command: "true", env: { WITHHELD: millEnv } } },
			},
			files: { "kept.txt": "as it was\n" },
			undo: steps[1] as string as StepId,
			secret,
			...when,
			point,
			launch: (workspace) => ({ workspace, prompt: `Do the acts. ${secret}`, requestId: `program-${workspace}` }),
		};
	}
});
