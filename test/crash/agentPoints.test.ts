import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventType } from "../../src/core/events.ts";
import type { StepId } from "../../src/core/ids.ts";
import { goalState } from "../../src/core/rules/goalState.ts";
import type { CrashPoint } from "../../src/daemon/platform/crashPoint.ts";
import { buildDaemon } from "./killableDaemon.ts";
import { type PointStory, runToPoint } from "./pointRun.ts";
import { lineOf, ownSteps, ownTools } from "./scriptedAgent.ts";

/** How often it comes by before it dies there; see PointStory. */
type When = Pick<PointStory, "time" | "afterStop">;

/**
 * Every named point: those of the daemon's own commands and edits are never passed, and those that have nothing to do
 * with who runs the tools are played in points.test.ts. The compiler asks for a new one here.
 */
const points: Record<CrashPoint, When | "notPassed" | "elsewhere"> = {
	"start.locked": { afterStop: true },
	"start.takenUp": "elsewhere",
	"store.migrating": "elsewhere",
	"store.uncommitted": { time: 14 },
	"store.committed": { time: 14 },
	"launch.named": "elsewhere",
	"spool.made": "notPassed",
	"spool.waiting": "notPassed",
	"spool.begun": "notPassed",
	"relay.made": "notPassed",
	"relay.waiting": "notPassed",
	"relay.told": "notPassed",
	"command.ended": "notPassed",
	"spool.kept": "notPassed",
	"edit.prepared": "notPassed",
	"edit.written": "notPassed",
	"snapshot.read": { time: 2 },
	"snapshot.kept": { time: 2 },
	"checkpoint.saving": {},
	"undo.prepared": "notPassed",
	"undo.kept": "elsewhere",
	"undo.between": "elsewhere",
	"undo.applied": "elsewhere",
	"pack.joined": "elsewhere",
	"pack.removing": "elsewhere",
	"erase.files": "elsewhere",
	"erase.bodies": "elsewhere",
	"stop.drained": { afterStop: true },
};
const events: readonly (readonly [EventType, number?])[] = [
	["message.added", 3],
	["tool.requested", 3],
	["approval.requested"],
	["approval.answered", 3],
	["tool.started"],
	["tool.started", 4],
	["tool.completed"],
	["tool.completed", 5],
	["turn.completed", 2],
];
/** From the permission on until the agent has told how it went, nobody can tell. */
const inTheAct = /^(after tool\.started|before tool\.completed)$/;

describe("a daemon that kills itself while an agent runs its own tools", function () {
	this.timeout(300_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-own-tools-"));
	const killable = path.join(folder, "dist");
	before(() => buildDaemon(["--crash-points", "--into", killable]));
	after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

	const cases: readonly (readonly [point: string, when: When])[] = [
		...Object.entries(points).flatMap(([point, when]) => (typeof when === "string" ? [] : [[point, when] as const])),
		...events.flatMap(([type, time]) => [[`before ${type}`, { time }] as const, [`after ${type}`, { time }] as const]),
	];
	for (const [point, when] of cases)
		it(`repeats none of its acts, and asks about what nobody can tell: ${point}, time ${when.time ?? 1}`, async () => {
			const story: PointStory = {
				daemonScript: path.join(killable, "daemon.js"),
				config: {
					providers: [{ id: "own", kind: "openai-compatible", baseUrl: "http://127.0.0.1:9/v1", models: [ownTools] }],
					agent: `own/${ownTools}`,
				},
				files: { "kept.txt": "as it was\n" },
				undo: ownSteps[1] as string as StepId,
				secret: "the heron stands in the reeds",
				...when,
				point,
				launch: (workspace) => ({
					workspace,
					prompt: "Work. the heron stands in the reeds",
					requestId: `own-${workspace}`,
				}),
			};
			const verdict = await runToPoint(story);
			assert.ok(verdict.reached, "the daemon never came to the point");
			assert.deepEqual(verdict.lost, [], "events that a client had been told are gone or changed");
			assert.equal(goalState(verdict.goal), "completed");
			if (inTheAct.test(point)) assert.equal(verdict.unknown.length, 1, "it was not asked about");
			else assert.ok(verdict.unknown.length <= (point.startsWith("store.") ? 1 : 0), verdict.unknown.join());
			for (const step of ownSteps) {
				const wanted = [1, 2, 3].map((act) => `${lineOf(step, act)}\n`).join("");
				assert.equal(verdict.filesWhenDone[`${step}.txt`], wanted, "an act was repeated or left out");
			}
		});
});
