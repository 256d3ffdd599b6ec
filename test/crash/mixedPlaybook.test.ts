import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { goalState } from "../../src/core/rules/goalState.ts";
import { type Answer, type ModelRequest, type ModelServer, startModelServer } from "../support/modelServer.ts";
import { seeded } from "../support/seed.ts";
import { type CrashBed, logName, numbered, openCrashBed, phases } from "./crashRun.ts";

const kills = 8;
const perStep = 3;
/** What each step appends, from this number on: two of commands, and between them one of an agent. */
const begins = { first: 0, agent: 100, last: 200 };

const append = (number: number) => `echo ${numbered(number)} >> ${logName}; sleep 0.03`;
const fence = (kind: string, text: string) => `\`\`\`${kind}\n${text}\n\`\`\`\n`;
const fixed = (from: number) =>
	Array.from({ length: perStep }, (_, at) => fence("sh", `test "$INPUT_WORD" = kept && ${append(from + at)}`)).join("");

const text = `---
inputs: [word]
---
# Append lines
## First
${fixed(begins.first)}
## Think
agent: implementer

Append from ${begins.agent}.

${fence("check", `test "$INPUT_WORD" = kept && grep -q ${numbered(begins.agent)} ${logName}`)}
## Last
${fixed(begins.last)}`;

/** What it does next depends on the request alone. */
function appendLines({ toolResults, messages }: ModelRequest): Answer {
	const told = messages[0]?.content ?? "";
	assert.match(told, /INPUT_WORD=kept/);
	assert.equal(told.split("Append with care.").length, 2, "the instructions stand in the prompt once");
	if (toolResults >= perStep) return { text: "All lines are appended.", chunkMs: 8 };
	const calls = [{ name: "runCommand", args: { command: append(begins.agent + toolResults) } }];
	return { text: `I append line ${toolResults} to the file now.`, calls, chunkMs: 12 };
}

describe("a playbook with an agent's step, its daemon killed", function () {
	this.timeout(600_000);
	const random = seeded("mixed playbook");
	let bed: CrashBed;
	let server: ModelServer;
	before(async () => {
		server = await startModelServer({ script: appendLines, models: ["scripted"] });
		bed = openCrashBed(random, {
			providers: [{ id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] }],
			agent: "local/scripted",
		});
	});
	after(async () => {
		await bed.close();
		await server.close();
	});

	it("repeats neither a command of its own nor one of the agent, keeps what was given, and completes", async () => {
		const workspace = mkdtempSync(path.join(os.tmpdir(), "mission-crash-ws-"));
		try {
			writeFileSync(path.join(workspace, "AGENTS.md"), "Append with care.\n");
			const aims = Array.from({ length: kills }, (_, at) => phases[at % phases.length]!);
			const playbook = { path: "append.md", text, inputs: { word: "kept" } };
			const { goal, lost, unknown, lines } = await bed.run({ workspace, playbook }, aims, workspace);
			assert.deepEqual(lost, []);
			assert.deepEqual(unknown, []);
			const expected = Object.values(begins).flatMap((from) =>
				Array.from({ length: perStep }, (_, at) => numbered(from + at)),
			);
			assert.deepEqual(lines, expected, "a command was repeated, left out, or out of its order");
			assert.equal(goalState(goal), "completed");
			const { events } = await bed.client.request("goal/events", {
				goalId: goal.goalId,
				types: ["guidance.given"],
				limit: 100,
			});
			assert.equal(events.length, 1, "instructions are told once");
		} finally {
			rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
		}
	});
});
