import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import type { GoalView } from "../../../src/protocol/view.ts";
import { type DaemonProcess, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";

/** Each step deletes a file and writes one, so that it shows where it ran. */
const text = "# Tidy\n\n## One\n\n```sh\nrm old.txt; echo new > new.txt\n```\n";

describe("a goal works in the folder that it was launched in, and in no other that stands there", function () {
	this.timeout(60_000);
	let daemon: DaemonProcess;
	let place: string;
	let workspace: string;
	const elsewhere = () => `${workspace}-moved`;

	before(async () => {
		daemon = await startDaemonProcess();
	});
	after(() => daemon.close());
	beforeEach(() => {
		place = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-place-")));
		workspace = path.join(place, "project");
		project(workspace, "mine");
	});
	afterEach(() => rmSync(place, { recursive: true, force: true, maxRetries: 5 }));

	function project(folder: string, whose: string): void {
		mkdirSync(folder);
		writeFileSync(path.join(folder, "old.txt"), whose);
	}

	/** What a folder holds: every file with its content. */
	function contents(folder: string): Record<string, string> {
		const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
		return Object.fromEntries(
			files.map(({ parentPath, name }) => [
				path.relative(folder, path.join(parentPath, name)),
				readFileSync(path.join(parentPath, name), "latin1"),
			]),
		);
	}

	async function launched(granted = false): Promise<GoalId> {
		const playbook = { path: path.join(workspace, "tidy.md"), text };
		const params = { prompt: "", workspace, settings: {}, playbook, grantPlaybook: granted };
		return (await daemon.client.request("goal/launch", params)).goalId;
	}

	const get = (goalId: GoalId): Promise<GoalView> => daemon.client.request("goal/get", { goalId });
	const asksAboutFolder = ({ approvals }: GoalView) => approvals.find(({ kind }) => kind === "question");
	const answer = (approvalId: string, given: string) =>
		daemon.client.request("approval/answer", { approvalId, answer: given });

	/** The goal waits with a command; something happens to its folder; and the command is approved. */
	async function approvedAfter(change: () => void): Promise<GoalId> {
		const goalId = await launched();
		const { approvals } = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		change();
		await answer(approvals[0]!.approvalId, "approve");
		return goalId;
	}

	async function question(goalId: GoalId): Promise<GoalView["approvals"][number]> {
		let asked: GoalView["approvals"][number] | undefined;
		await until("it asks about the folder", async () => {
			asked = asksAboutFolder(await get(goalId));
			return asked !== undefined;
		});
		return asked!;
	}

	function replaced(): void {
		renameSync(workspace, elsewhere());
		project(workspace, "other");
	}

	const changes: readonly (readonly [string, () => void])[] = [
		["another project was put there", replaced],
		[
			"a link to another project was put there",
			() => {
				renameSync(workspace, elsewhere());
				project(`${workspace}-other`, "other");
				symlinkSync(`${workspace}-other`, workspace);
			},
		],
		[
			"a copy of it was put there",
			() => {
				renameSync(workspace, elsewhere());
				cpSync(elsewhere(), workspace, { recursive: true });
			},
		],
	];
	for (const [name, change] of changes) {
		it(`when ${name}, it asks and touches nothing there, and goes on by itself when its own folder is back`, async () => {
			const goalId = await approvedAfter(change);
			const asked = await question(goalId);
			assert.deepEqual(asked.options, ["wait", "use", "stop"]);
			assert.match(asked.reasons.join(" "), /Another folder is at .*project/);
			assert.equal((await get(goalId)).state, "awaiting_approval");
			const other = contents(workspace);
			assert.deepEqual(Object.keys(other), ["old.txt"], "nothing was deleted or written");
			rmSync(workspace, { recursive: true });
			renameSync(elsewhere(), workspace);
			const goal = await untilState(daemon.client, goalId, ["completed", "failed"]);
			assert.equal(goal.state, "completed");
			assert.deepEqual(contents(workspace), { "new.txt": "new\n" });
		});
	}

	it("another project in the same folder is told by its git repository", async () => {
		const git = (...args: string[]) => execFileSync("git", ["-C", workspace, ...args], { stdio: "ignore" });
		git("init");
		const goalId = await approvedAfter(() => {
			rmSync(path.join(workspace, ".git"), { recursive: true });
			writeFileSync(path.join(workspace, "old.txt"), "other");
			git("init");
		});
		await question(goalId);
		assert.equal(readFileSync(path.join(workspace, "old.txt"), "utf8"), "other");
	});

	it("what one does in it all day makes it no other: commits, new files, a rename to and fro", async () => {
		const git = (...args: string[]) =>
			execFileSync("git", ["-C", workspace, "-c", "user.name=a", "-c", "user.email=a@b", ...args], { stdio: "ignore" });
		git("init");
		const goalId = await approvedAfter(() => {
			git("add", ".");
			git("commit", "-m", "one");
			git("checkout", "-b", "two");
			git("gc");
			mkdirSync(path.join(workspace, "sub"));
			renameSync(workspace, elsewhere());
			renameSync(elsewhere(), workspace);
		});
		assert.equal((await untilState(daemon.client, goalId, ["completed", "failed"])).state, "completed");
		assert.ok(existsSync(path.join(workspace, "new.txt")));
	});

	it("a person says that the folder is the one to use, and the goal goes on there", async () => {
		const goalId = await approvedAfter(replaced);
		await answer((await question(goalId)).approvalId, "use");
		// What was approved there is asked about anew only where it would be another action.
		await until("it is done", async () => {
			const goal = await get(goalId);
			for (const { approvalId } of goal.approvals) await answer(approvalId, "approve");
			return goal.state === "completed";
		});
		assert.deepEqual(contents(workspace), { "new.txt": "new\n" });
		assert.deepEqual(contents(elsewhere()), { "old.txt": "mine" });
	});

	it("a bare approve keeps waiting, and resume asks again", async () => {
		const goalId = await approvedAfter(replaced);
		const first = await question(goalId);
		assert.equal((await answer(first.approvalId, "approve")).answer, "wait");
		assert.equal((await untilState(daemon.client, goalId, ["blocked"])).state, "blocked");
		await daemon.client.request("goal/control", { goalId, action: "resume" });
		assert.notEqual((await question(goalId)).approvalId, first.approvalId);
		assert.deepEqual(contents(workspace), { "old.txt": "other" });
	});

	it("it is stopped where a person wants that", async () => {
		const goalId = await approvedAfter(replaced);
		await answer((await question(goalId)).approvalId, "stop");
		assert.equal((await untilState(daemon.client, goalId, ["cancelled"])).state, "cancelled");
		assert.deepEqual(contents(workspace), { "old.txt": "other" });
	});

	it("a folder that is gone is waited for, also behind a restart of the daemon", async () => {
		const goalId = await approvedAfter(() => renameSync(workspace, elsewhere()));
		assert.deepEqual((await question(goalId)).options, ["wait", "stop"]);
		daemon = await daemon.restart();
		// While the daemon was gone another project came to stand there.
		project(workspace, "other");
		await until("it asks about the other project", async () => {
			return asksAboutFolder(await get(goalId))?.options.includes("use") === true;
		});
		assert.deepEqual(contents(workspace), { "old.txt": "other" });
		rmSync(workspace, { recursive: true });
		renameSync(elsewhere(), workspace);
		assert.equal((await untilState(daemon.client, goalId, ["completed", "failed"])).state, "completed");
	});

	it("a folder that was replaced while the daemon was gone is noticed by the next one before anything runs", async () => {
		const goalId = await launched();
		const { approvals } = await untilState(daemon.client, goalId, ["awaiting_approval"]);
		daemon.client.close();
		daemon.process.kill("SIGKILL");
		await daemon.ended();
		replaced();
		daemon = await startDaemonProcess({ home: daemon.home });
		await answer(approvals[0]!.approvalId, "approve");
		await question(goalId);
		assert.deepEqual(contents(workspace), { "old.txt": "other" });
	});

	it("undo takes nothing back in another folder, says why, and does so when its own is back, or a person says to use it", async () => {
		const goalId = await launched(true);
		const { plan } = await untilState(daemon.client, goalId, ["completed"]);
		const { stepId } = plan.steps[0]!;
		replaced();
		writeFileSync(path.join(workspace, "new.txt"), "new\n");
		const undo = (more = {}) => daemon.client.request("step/undo", { goalId, stepId, ...more });
		for (const preview of [true, false])
			await assert.rejects(() => undo({ preview }), /Another folder is at .*Nothing was taken back.*--use-folder/);
		assert.deepEqual(contents(workspace), { "new.txt": "new\n", "old.txt": "other" });
		renameSync(workspace, `${workspace}-other`);
		await assert.rejects(() => undo(), /is not there/);
		// As from a backup: the same files in a folder that is new.
		cpSync(elsewhere(), workspace, { recursive: true });
		await assert.rejects(() => undo(), /Another folder/);
		assert.equal((await undo({ useFolder: true })).undone, true);
		assert.deepEqual(contents(workspace), { "old.txt": "mine" });
		assert.deepEqual(contents(elsewhere()), { "new.txt": "new\n" });
	});
});
