import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { goalState } from "../../src/core/rules/goalState.ts";
import { acpProgram, scriptedChoice } from "../support/acpProgram.ts";
import { type ModelServer, plainReflection, startModelServer } from "../support/modelServer.ts";
import { seeded } from "../support/seed.ts";
import { type CrashBed, logName, openCrashBed } from "./crashRun.ts";

const killsPerGoal = 10;
const goals = 2;
const lines = Array.from({ length: 10 }, (_, index) => `line-${index + 1}`);
const plan = JSON.stringify({
	title: "Write the lines",
	summary: "One step.",
	steps: [
		{
			id: "write",
			title: "Write",
			instructions: "Write the lines.",
			checks: [`grep -c line out.txt | grep -qx ${lines.length}`],
		},
	],
});
const passed = JSON.stringify({
	verdict: "pass",
	verifier: "The check that counts the lines is green.",
	coverage: "All lines.",
	gaps: "",
	summary: "The lines are there.",
	diagnosis: "",
});

describe(`a goal of a model, an agent's program and another model, whose daemon is killed ${killsPerGoal} times`, function () {
	this.timeout(600_000);
	const random = seeded("mixedKills");
	let bed: CrashBed;
	let server: ModelServer;
	before(async () => {
		server = await startModelServer({
			script: ({ purpose }) => ({ text: purpose === "plan" ? plan : purpose === "review" ? passed : plainReflection }),
			models: ["planner", "critic"],
		});
		bed = openCrashBed(random, {
			providers: [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["planner", "critic"] }],
			agents: [acpProgram(lines.map((add) => ({ add })))],
		});
	});
	after(async () => {
		await bed.close();
		await server.close();
	});

	for (let goal = 1; goal <= goals; goal++)
		it(`comes to its end, with each act once and no turn of the program asked twice: goal ${goal}`, async () => {
			const workspace = mkdtempSync(path.join(os.tmpdir(), "mission-mixed-"));
			// Who looks on reads this one; nobody writes into it here.
			writeFileSync(path.join(workspace, logName), "");
			try {
				const role = (name: string, provider: string, model: string) => ({
					role: name,
					provider,
					model,
					enabled: true,
					source: "launch" as const,
				});
				const verdict = await bed.run(
					{
						workspace,
						prompt: "Write the lines.",
						settings: {
							agent: { provider: "local", model: "planner" },
							assignments: [
								role("implementer", scriptedChoice.provider, scriptedChoice.model),
								role("reviewer", "local", "critic"),
							],
						},
					},
					Array.from({ length: killsPerGoal }, () => "random" as const),
					workspace,
				);
				assert.equal(verdict.kills.length, killsPerGoal);
				assert.deepEqual(verdict.lost, [], "events that a client had been told are gone or changed");
				assert.deepEqual(verdict.unknown, [], "it was asked about");
				assert.equal(goalState(verdict.goal), "completed");
				assert.equal(readFileSync(path.join(workspace, "out.txt"), "utf8"), lines.map((line) => `${line}\n`).join(""));
				assert.equal(verdict.goal.usage.byModel["agent-scripted/default"]?.turns, 1);
				assert.equal(verdict.goal.usage.toolCalls, lines.length);
			} finally {
				rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
			}
		});
});
