import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { Input, Methods } from "../../src/protocol/methods.ts";
import { goalState } from "../../src/protocol/state.ts";
import { seeded } from "../support/seed.ts";
import {
	type CrashBed,
	type GoalVerdict,
	type Kill,
	logName,
	numbered,
	openCrashBed,
	type Phase,
	phases,
} from "./crashRun.ts";

/** `npm run test:crash -- --kills 500` for the long form. */
const kills = Number(process.env.MISSION_KILLS ?? 50);
/** At least this share of the kills hits each kind of moment. */
const share = 0.1;
const killsPerGoal = 7;
const commandsPerStep = 4;

describe(`a daemon killed ${kills} times`, function () {
	this.timeout(60_000 + kills * 6_000);
	const random = seeded("kills");
	const done: Kill[] = [];
	let bed: CrashBed;

	before(() => {
		bed = openCrashBed(random);
	});
	after(async () => {
		await bed.close();
	});

	it("loses no acknowledged event, repeats no effect, and completes every goal", async () => {
		while (done.length < kills) {
			const verdict = await runPlaybook(bed, nextAims(done, kills));
			expectWhole(verdict);
			done.push(...verdict.kills);
		}
		console.log(histogram(done));
		for (const phase of phases.filter((one) => one !== "random" && one !== "stream")) {
			const hits = done.filter(({ hit }) => hit.includes(phase)).length;
			assert.ok(hits >= share * done.length, `only ${hits} of ${done.length} kills hit “${phase}”`);
		}
	});
});

/** Aims at what was hit least, relative to the others. */
function nextAims(done: readonly Kill[], wanted: number): Phase[] {
	const aims: Phase[] = [];
	const count = Math.min(killsPerGoal, wanted - done.length);
	for (let at = 0; at < count; at++) {
		const hits = (phase: Phase) =>
			done.filter(({ aim, hit }) => (phase === "random" ? aim === phase : hit.includes(phase))).length +
			2 * aims.filter((aim) => aim === phase).length;
		aims.push([...phases].filter((phase) => phase !== "stream").sort((a, b) => hits(a) - hits(b))[0]!);
	}
	return aims;
}

async function runPlaybook(bed: CrashBed, aims: readonly Phase[]): Promise<GoalVerdict> {
	const workspace = mkdtempSync(path.join(os.tmpdir(), "mission-crash-ws-"));
	try {
		return await bed.run(playbook(workspace), aims, workspace);
	} finally {
		rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
	}
}

/** Two steps side by side and one that needs both; each command appends one numbered line. */
function playbook(workspace: string): Input<Methods, "goal/launch"> {
	const commands = (from: number) =>
		Array.from({ length: commandsPerStep }, (_, at) =>
			fence("sh", `echo ${numbered(from + at)} >> ${logName}; sleep 0.03`),
		).join("\n");
	const check = (from: number) => fence("check", `sleep 0.05; grep -q ${numbered(from)} ${logName}`);
	const text = [
		"# Append lines",
		`## First\nneeds: none\n\n${commands(0)}\n${check(0)}`,
		`## Second\nneeds: none\n\n${commands(100)}\n${check(100)}`,
		`## Third\nneeds: first, second\n\n${commands(200)}\n${check(200)}`,
	].join("\n\n");
	return { workspace, playbook: { path: "append.md", text }, requestId: `crash-${workspace}` };
}

function expectedLines(): string[] {
	return [0, 100, 200].flatMap((from) => Array.from({ length: commandsPerStep }, (_, at) => numbered(from + at)));
}

function fence(kind: string, text: string): string {
	return `\`\`\`${kind}\n${text}\n\`\`\``;
}

function expectWhole({ goal, lost, unknown, lines }: GoalVerdict): void {
	assert.deepEqual(lost, [], "events that a client had been told are gone or changed");
	assert.deepEqual(unknown, [], "outcomes were called unknown that could be known");
	assert.deepEqual([...lines].sort(), expectedLines(), "a command was repeated or left out");
	assert.equal(goalState(goal), "completed");
}

function histogram(done: readonly Kill[]): string {
	const rows = phases.map((phase) => {
		const aimed = done.filter(({ aim }) => aim === phase).length;
		const hits = done.filter(({ hit }) => hit.includes(phase)).length;
		return `      ${phase.padEnd(10)} aimed at ${String(aimed).padStart(4)}   hit ${phase === "random" ? "   –" : String(hits).padStart(4)}`;
	});
	return [`      ${done.length} kills; a kill may hit several at once`, ...rows].join("\n");
}
