import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { EventType, RecordedEvent } from "../../src/core/events.ts";
import type { GoalId } from "../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../support/daemonProcess.ts";
import { type Answer, type ModelRequest, type ModelServer, startModelServer } from "../support/modelServer.ts";
import { buildDaemon } from "./killableDaemon.ts";

/**
 * A step is given to another agent, and what it changed is taken back first (`restart-step` with `undo`), while the
 * daemon kills itself at a named point on the way. A person changes files before, and while no daemon lives.
 */
const points: readonly string[] = [
	"before roster.edited",
	"after roster.edited",
	"after undo.started",
	"undo.prepared",
	"undo.kept",
	"undo.between",
	"undo.applied",
	"before undo.completed",
	"after undo.completed",
	"after step.retried",
	"before step.started",
	"after step.started",
];

describe("a step that begins again with another agent, its changes taken back, under a daemon that kills itself", function () {
	this.timeout(120_000);
	const folder = mkdtempSync(path.join(os.tmpdir(), "mission-restart-"));
	const script = path.join(folder, "daemon.js");
	let server: ModelServer;
	/** What is in the workspace when the second agent is asked for the first time. */
	let found: Record<string, string> | undefined;
	let workspace: string;
	/** Answers of the first agent, when it has done its part, wait for this. */
	let held: Promise<void>;
	let letGo: () => void;

	before(async () => {
		buildDaemon(["--crash-points", "--into", folder]);
		server = await startModelServer({ script: answer, models: ["clay", "stone"] });
	});
	after(async () => {
		await server.close();
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	});

	async function answer(request: ModelRequest): Promise<Answer> {
		const { purpose, model, toolResults } = request;
		if (purpose === "plan") return { text: JSON.stringify(plan) };
		if (purpose === "reflect") return { text: JSON.stringify({ summary: "A wall.", reflection: "It stands." }) };
		if (model === "stone") {
			found ??= filesOf(workspace);
			return toolResults === 0 ? call("built.txt", "stone\n") : { text: "The wall stands." };
		}
		const calls = [
			{ calls: [{ name: "runCommand", args: { command: clayCommand } }] },
			call("deep/er/new.txt", "clay\n"),
			call("theirs.txt", "clay\n"),
			call("late.txt", "clay\n"),
		];
		if (toolResults >= calls.length) await held;
		return calls[toolResults] ?? { text: "The wall stands." };
	}

	for (const point of points) {
		it(`takes it back once and exactly, writes over nothing of a person's, and begins again once: ${point}`, async () => {
			const place = newWorkspace();
			workspace = place.folder;
			found = undefined;
			held = new Promise((resolve) => {
				letGo = resolve;
			});
			for (const [name, text] of Object.entries(filesBefore)) write(name, text);
			const home = mkdtempSync(path.join(os.tmpdir(), "mission-restart-home-"));
			const providers = [{ id: "yard", baseUrl: server.baseUrl, models: ["clay", "stone"] }];
			writeFileSync(path.join(home, "config.jsonc"), JSON.stringify({ providers, agent: "yard/clay" }));
			let daemon = await startDaemonProcess({ home, script });
			try {
				const since = server.requests.length;
				const settings = { autonomy: "autonomous", planApproval: "never" } as const;
				const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Build", settings });
				await until(async () => {
					// The command is asked about.
					const { approvals } = await daemon.client.request("approval/list", { goalId });
					for (const { approvalId } of approvals)
						await daemon.client.request("approval/answer", { approvalId, answer: "approve" });
					return server.requests.slice(since).some(({ toolResults }) => toolResults === 4);
				});
				write("theirs.txt", "a person's\n");
				// The daemon that began the goal has done its part: only from here on one may die.
				daemon.client.close();
				daemon.process.kill("SIGKILL");
				await daemon.ended();
				daemon = await startDaemonProcess({ home, script, env: { MISSION_CRASH_POINT: point } });
				await begunAgain(daemon, goalId).catch(() => undefined);
				await daemon.ended();
				assert.equal(daemon.process.signalCode, "SIGKILL", `it never came to the point; ${daemon.words()}`);
				daemon.client.close();
				write("late.txt", "a person's, while nobody looked\n");

				daemon = await startDaemonProcess({ home, script });
				if (!(await typesOf(daemon, goalId)).includes("roster.edited")) {
					// Nothing was acknowledged, and nothing was done: it is asked for once more.
					assert.equal((await daemon.client.request("goal/get", { goalId })).roster.revision, 1);
					assert.deepEqual(filesOf(workspace), { ...filesBuilt, "late.txt": "a person's, while nobody looked\n" });
					await begunAgain(daemon, goalId);
				}
				letGo();
				const goal = await untilState(daemon.client, goalId, ["completed"], 30_000);
				const kept = { "theirs.txt": "a person's\n", "late.txt": "a person's, while nobody looked\n" };
				const expected = { ...filesBefore, ...kept };
				assert.deepEqual(found, expected, "what the second agent found");
				assert.deepEqual(filesOf(workspace), { ...expected, "built.txt": "stone\n" });
				assert.deepEqual(
					goal.plan.steps.map(({ attempts }) => attempts.length),
					[2],
				);
				const types = await typesOf(daemon, goalId);
				const counted = once.map((type) => `${type} ${types.filter((one) => one === type).length}`);
				assert.deepEqual(
					counted,
					once.map((type) => `${type} 1`),
				);
				const asked = server.requests.slice(since).filter(({ purpose }) => purpose === "work");
				const change = asked.findIndex(({ model }) => model === "stone");
				assert.ok(asked.slice(change).every(({ model }) => model === "stone"));
			} finally {
				letGo();
				await daemon.close();
				place.remove();
			}
		});
	}

	function write(name: string, text: string): void {
		mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
		writeFileSync(path.join(workspace, name), text);
	}
});

const plan = {
	title: "A wall",
	summary: "",
	steps: [{ id: "wall", title: "Wall", instructions: "Build the wall.", needs: [] }],
};

const filesBefore = { "kept.txt": "as it was\n", "gone/old.txt": "old\n", "theirs.txt": "first\n" };
const clayCommand = "echo clay >> kept.txt; rm -r gone; echo clay > made.txt; echo ran >> made.txt";
const filesBuilt = {
	"kept.txt": "as it was\nclay\n",
	"made.txt": "clay\nran\n",
	"deep/er/new.txt": "clay\n",
	"theirs.txt": "a person's\n",
};

/** What happens once, however often a daemon is killed. */
const once: readonly EventType[] = ["roster.edited", "undo.started", "undo.completed", "step.undone", "step.retried"];

function call(file: string, content: string): Answer {
	return { calls: [{ name: "writeFile", args: { path: file, content } }] };
}

async function begunAgain({ client }: DaemonProcess, goalId: GoalId): Promise<void> {
	const edits = [{ role: "implementer", provider: "yard", model: "stone" }];
	await client.request("roster/edit", { goalId, edits, apply: "restart-step", undo: true });
}

async function typesOf({ client }: DaemonProcess, goalId: GoalId): Promise<readonly RecordedEvent["type"][]> {
	const { events } = await client.request("goal/events", { goalId, limit: 1000 });
	return events.map(({ type }) => type);
}

function filesOf(folder: string): Record<string, string> {
	const names = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
	return Object.fromEntries(names.sort().map((name) => [name, readFileSync(path.join(folder, name), "utf8")]));
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
	for (const deadline = Date.now() + 45_000; !(await isSo()); ) {
		assert.ok(Date.now() < deadline, "it did not come to that in 45 s");
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}
