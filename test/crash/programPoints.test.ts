import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventType } from "../../src/core/events.ts";
import type { StepId } from "../../src/core/ids.ts";
import { goalState } from "../../src/core/rules/goalState.ts";
import { acpProgram, scriptedChoice } from "../support/acpProgram.ts";
import { buildDaemon } from "./killableDaemon.ts";
import { type PointStory, runToPoint } from "./pointRun.ts";

/** Each of them, in the one step of the goal. */
const lines = ["first", "second", "third"];
const secret = "the heron stands in the reeds";
/** How often it comes by before the daemon dies there. */
const events: readonly (readonly [EventType, number])[] = [
	["turn.started", 2],
	// Of the planner's program and of the worker's: before it is started, and then with what it says.
	["agent.read", 1],
	["agent.read", 4],
	["agent.read", 6],
	["agent.started", 2],
	["todo.updated", 1],
	["tool.requested", 1],
	["approval.requested", 1],
	["approval.answered", 2],
	["tool.started", 1],
	["tool.completed", 2],
	["turn.completed", 2],
];

describe("a daemon that kills itself while the program of an agent works", function () {
	this.timeout(300_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-program-"));
	const killable = path.join(folder, "dist");
	before(() => buildDaemon(["--crash-points", "--into", killable]));
	after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

	for (const [type, time] of events)
		for (const point of [`before ${type}`, `after ${type}`])
			it(`has it never notice: each act once, each turn once, nothing asked twice: ${point}, time ${time}`, async () => {
				const acts = [{ say: "I begin." }, { todo: "Write" }, ...lines.map((add) => ({ add }))];
				const story: PointStory = {
					daemonScript: path.join(killable, "daemon.js"),
					config: { agents: [acpProgram(acts)] },
					files: { "kept.txt": "as it was\n" },
					undo: "write" as StepId,
					secret,
					time,
					point,
					launch: (workspace) => ({
						workspace,
						prompt: `Write the lines. ${secret}`,
						requestId: `program-${workspace}`,
						settings: { agent: scriptedChoice },
					}),
				};
				const { reached, lost, goal, unknown, filesWhenDone } = await runToPoint(story);
				assert.ok(reached, "the daemon never came to the point");
				assert.deepEqual(lost, [], "events that a client had been told are gone or changed");
				assert.equal(goalState(goal), "completed");
				assert.deepEqual(unknown, [], "it was asked about");
				assert.equal(filesWhenDone["out.txt"], lines.map((line) => `${line}\n`).join(""));
				const { turns, toolCalls } = goal.usage;
				assert.deepEqual([turns, toolCalls], [3, lines.length]);
			});
});
