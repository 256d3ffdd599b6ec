import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import type { GoalView } from "../../../src/protocol/view.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { seeded } from "../../support/seed.ts";

const fileCount = 1000;
const stepId = "change" as StepId;
const script = `# Change everything

## Change

\`\`\`sh
for f in kept/*; do echo changed >> $f; done
rm gone/*
mkdir made; for i in $(seq 1 200); do echo $i > made/$i; done
chmod a+x modes/*
\`\`\`
`;

/** Kills with SIGKILL while 1,000 files are being taken back, and what a person saves meanwhile. */
describe("an undo whose daemon is killed", function () {
	this.timeout(180_000);
	const { folder: workspace, remove } = newWorkspace();
	let daemon: DaemonProcess | undefined;
	after(async () => {
		await daemon?.close();
		remove();
	});

	const at = (file: string) => path.join(workspace, file);
	const fill = () => {
		for (const name of readdirSync(workspace)) rmSync(at(name), { recursive: true });
		for (const [folder, count] of [["kept", 400] as const, ["gone", 200] as const, ["modes", 200] as const]) {
			mkdirSync(at(folder));
			for (let i = 0; i < count; i++) writeFileSync(at(`${folder}/${i}`), `${folder} ${i}\n`, { mode: 0o644 });
		}
	};
	const state = () =>
		Object.fromEntries(
			readdirSync(workspace, { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map((entry) => {
					const file = path.join(entry.parentPath, entry.name);
					return [path.relative(workspace, file), `${statSync(file).mode & 0o100} ${readFileSync(file, "utf8")}`];
				})
				.sort(),
		);
	const launch = async (): Promise<GoalId> => {
		const playbook = { path: "change.md", text: script };
		const { goalId } = await daemon!.client.request("goal/launch", { workspace, playbook, grantPlaybook: true });
		await untilState(daemon!.client, goalId, ["completed"], 60_000);
		return goalId;
	};
	const events = async (goalId: GoalId): Promise<readonly RecordedEvent[]> => {
		const types = ["undo.started", "undo.completed", "step.undone", "snapshot.taken"];
		return (await daemon!.client.request("goal/events", { goalId, limit: 1000, types })).events;
	};
	const untilDone = async (goalId: GoalId) => {
		for (let tries = 0; tries < 3000; tries++) {
			const log = await events(goalId);
			if (log.some((event) => event.type === "undo.completed")) return log;
			await sleep(20);
		}
		return assert.fail("the undo was not finished");
	};

	/** How long an undo that nobody kills takes here. */
	let undoMs = 1000;

	it(`takes back ${fileCount} files in a few seconds`, async () => {
		daemon ??= await startDaemonProcess();
		fill();
		const before = state();
		const goalId = await launch();
		const previewBegan = performance.now();
		const preview = await daemon.client.request("step/undo", { goalId, stepId, preview: true });
		const undoBegan = performance.now();
		const answer = await daemon.client.request("step/undo", { goalId, stepId });
		const ended = performance.now();
		assert.equal(preview.files.length, fileCount);
		assert.equal(answer.files.length, fileCount);
		assert.deepEqual(state(), before);
		undoMs = Math.round(ended - undoBegan);
		const previewMs = Math.round(undoBegan - previewBegan);
		console.log(`      preview of ${fileCount} files ${previewMs} ms, undo ${undoMs} ms`);
		assert.ok(undoMs < 60_000, `${undoMs} ms`);
	});

	it("is finished by the next daemon, and writes over nothing that a person saved in between", async () => {
		const random = seeded("kills");
		daemon ??= await startDaemonProcess();
		let inTheMiddle = 0;
		for (let round = 0; round < 5; round++) {
			fill();
			const before = state();
			const goalId = await launch();
			const changed = state();
			const asked = daemon.client
				.request("goal/get", { goalId })
				.then(() => daemon!.client.request("step/undo", { goalId, stepId }).catch(() => undefined));
			// Once at any time, then somewhere behind the first file.
			while (round > 0 && readdirSync(at("gone")).length === 0) await sleep(2);
			await sleep(random.between(0, undoMs / 2));
			daemon.process.kill("SIGKILL");
			await asked;
			await daemon.ended();
			const half = state();
			const done = Object.keys({ ...before, ...changed }).filter((file) => half[file] === before[file]).length;
			if (done > 0 && done < fileCount) inTheMiddle++;
			writeFileSync(at("kept/7"), "the person's\n");
			writeFileSync(at("gone/7"), "the person's too\n");
			daemon = await daemon.restart();
			const begun = (await events(goalId)).some((event) => event.type === "undo.started");
			console.log(
				`      round ${round + 1}: killed after ${done} of ${fileCount} files${begun ? "" : ", before it began"}`,
			);
			const log = begun ? await untilDone(goalId) : [];
			const expected: Record<string, string> = {
				...(begun ? before : changed),
				"kept/7": "0 the person's\n",
				"gone/7": "0 the person's too\n",
			};
			assert.deepEqual(state(), expected);
			if (!begun) continue;
			const types = log.map((event) => event.type);
			assert.equal(types.filter((type) => type === "undo.started").length, 1);
			assert.equal(types.filter((type) => type === "step.undone").length, 1);
			const goal: GoalView = await daemon.client.request("goal/get", { goalId });
			assert.deepEqual([goal.state, goal.plan.steps[0]?.state], ["completed", "skipped"]);
		}
		assert.ok(inTheMiddle > 0, "no kill came in the middle");
	});
});
