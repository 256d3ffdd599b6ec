import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";

/** Undo in goals that are not simply done: paused, waiting, cancelled, running. */
describe("undo and the rest of the goal", function () {
	this.timeout(60_000);
	let daemon: DaemonProcess;
	let workspace: string;
	let remove: () => void;
	before(async () => {
		daemon = await startDaemonProcess();
	});
	after(() => daemon?.close());
	beforeEach(() => {
		({ folder: workspace, remove } = newWorkspace());
	});
	afterEach(() => remove());

	const at = (file: string) => path.join(workspace, file);
	const read = (file: string) => readFileSync(at(file), "utf8");
	const sh = (command: string) => `\`\`\`sh\n${command}\n\`\`\`\n`;
	const launch = async (...steps: string[]): Promise<GoalId> => {
		const text = `# Work\n\n${steps.map((step, index) => `## S${index + 1}\n\n${step}\n`).join("\n")}`;
		const request = { workspace, playbook: { path: "work.md", text }, grantPlaybook: true };
		return (await daemon.client.request("goal/launch", request)).goalId;
	};
	const undo = (goalId: GoalId, stepId: string, more: { rest?: boolean; preview?: boolean } = {}) =>
		daemon.client.request("step/undo", { goalId, stepId: stepId as StepId, ...more });
	const control = (goalId: GoalId, action: "pause" | "resume" | "cancel" | "rerun", stepId?: string) =>
		daemon.client.request("goal/control", { goalId, action, now: true, stepId: stepId as StepId | undefined });
	const states = async (goalId: GoalId) =>
		(await daemon.client.request("goal/get", { goalId })).plan.steps.map(({ state }) => state);
	const refused = (asked: Promise<unknown>, why: RegExp) => assert.rejects(asked, why);

	it("takes back what a step did until the goal was paused; resuming goes on without it", async () => {
		writeFileSync(at("f"), "1\n");
		const goalId = await launch(sh("echo 2 > f; touch begun; sleep 20"), sh("echo next > next"));
		await until("it came to that", () => existsSync(at("begun")));
		await refused(undo(goalId, "s1"), /under way/);
		await control(goalId, "pause");
		await until(
			"it came to that",
			async () => (await undo(goalId, "s1", { preview: true }).catch(() => undefined)) !== undefined,
		);
		const answer = await undo(goalId, "s1");
		assert.equal(answer.undone, true);
		assert.deepEqual([read("f"), existsSync(at("begun"))], ["1\n", false]);
		assert.deepEqual(await states(goalId), ["skipped", "pending"]);
		await control(goalId, "resume");
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual([read("f"), read("next")], ["1\n", "next\n"]);
	});

	it("takes back a step that waits for a decision, which it then needs no more", async () => {
		writeFileSync(at("f"), "1\n");
		const goalId = await launch(sh("echo 2 > f; exit 3"));
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		await undo(goalId, "s1");
		const goal = await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(read("f"), "1\n");
		assert.deepEqual(goal.approvals, []);
		assert.equal(goal.plan.steps[0]?.undone, true);
	});

	it("takes back a step of a cancelled goal, with what its command wrote while it was being ended", async () => {
		writeFileSync(at("f"), "1\n");
		const goalId = await launch(sh("echo 2 > f; touch begun; sleep 20"), sh("true"));
		await until("it came to that", () => existsSync(at("begun")));
		await control(goalId, "cancel");
		await until(
			"it came to that",
			async () => (await undo(goalId, "s1", { preview: true }).catch(() => undefined)) !== undefined,
		);
		const preview = await undo(goalId, "s1", { preview: true });
		assert.deepEqual(
			preview.files.map((file) => `${file.action} ${file.path}`),
			["delete begun", "restore f"],
		);
		await undo(goalId, "s1");
		assert.equal(read("f"), "1\n");
		assert.equal((await daemon.client.request("goal/get", { goalId })).state, "cancelled");
	});

	it("begins undone steps again with the step that they need", async () => {
		const goalId = await launch(sh("echo 1 >> one"), sh("cat one > two"), sh("cat two > three"));
		await untilState(daemon.client, goalId, ["completed"]);
		await undo(goalId, "s1", { rest: true });
		assert.deepEqual([existsSync(at("one")), existsSync(at("three"))], [false, false]);
		await control(goalId, "rerun", "s1");
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(await states(goalId), ["completed", "completed", "completed"]);
		assert.equal(read("three"), "1\n");
		await undo(goalId, "s3");
		assert.deepEqual([existsSync(at("three")), existsSync(at("two"))], [false, true]);
	});

	it("takes back what a step's checks wrote, and names what was too large to be recorded", async () => {
		const check = "```check\necho report > report.txt\n```\n";
		const goalId = await launch(`${sh("echo 1 > f; head -c 6000000 /dev/zero > large.bin")}${check}`);
		await untilState(daemon.client, goalId, ["completed"]);
		const answer = await undo(goalId, "s1");
		assert.deepEqual(
			answer.files.map((file) => `${file.action} ${file.path}`),
			["delete f", "delete report.txt"],
		);
		assert.deepEqual(
			answer.notCovered.map((row) => row.path),
			["large.bin"],
		);
		assert.ok(existsSync(at("large.bin")));
	});

	it("tells what a person saved at the same time from what it wrote itself", async () => {
		const goalId = await launch(sh("echo 1 > f"));
		await untilState(daemon.client, goalId, ["completed"]);
		writeFileSync(at("person.txt"), "the person's\n");
		await undo(goalId, "s1");
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000, types: ["file.changed"] });
		const told = events.map((event) => (event.type === "file.changed" ? [event.path, event.by] : []));
		assert.deepEqual(told, [
			["f", "agent"],
			["person.txt", "outside"],
			["f", "undo"],
		]);
	});

	it("says that what a step changed is unknown where changes are not tracked", async () => {
		const { folder: bin, remove: removeBin } = newWorkspace();
		for (const name of ["sh", "ps", "sleep", "cat", "rm", "mv", "mkdir", "kill", "tail", "head", "setsid", "env"]) {
			const found = ["/bin", "/usr/bin"].map((folder) => path.join(folder, name)).find((file) => existsSync(file));
			if (found) symlinkSync(found, path.join(bin, name));
		}
		mkdirSync(at("x"));
		const blind = await startDaemonProcess({ env: { PATH: bin } });
		try {
			const text = `# Work\n\n## One\n\n${sh("echo 1 > f")}`;
			const { goalId } = await blind.client.request("goal/launch", {
				workspace,
				playbook: { path: "work.md", text },
				grantPlaybook: true,
			});
			await untilState(blind.client, goalId, ["completed"]);
			const asked = blind.client.request("step/undo", { goalId, stepId: "one" as StepId });
			await refused(asked, /Changes are not tracked here/);
			assert.equal(read("f"), "1\n");
		} finally {
			await blind.close();
			removeBin();
		}
	});
});
