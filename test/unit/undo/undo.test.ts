import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import path from "node:path";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import type { Methods, Result } from "../../../src/protocol/methods.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { until } from "../../support/until.ts";

type Answer = Result<Methods, "step/undo">;

describe("undoing a step", function () {
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
	const write = (file: string, content: string | Buffer) => {
		mkdirSync(path.dirname(at(file)), { recursive: true });
		writeFileSync(at(file), content);
	};
	const read = (file: string) => readFileSync(at(file), "utf8");
	const run = async (...steps: string[]): Promise<GoalId> => {
		const text = `# Work\n\n${steps.map((step, index) => `## S${index + 1}\n\n${step}\n`).join("\n")}`;
		const launch = { workspace, playbook: { path: "work.md", text }, grantPlaybook: true };
		const { goalId } = await daemon.client.request("goal/launch", launch);
		await untilState(daemon.client, goalId, ["completed"]);
		return goalId;
	};
	/** What this many commands wrote has been looked at: what comes later is somebody else's. */
	const untilSeen = (goalId: GoalId, commands: number) =>
		until("the commands' files are looked at", async () => {
			const asked = { goalId, limit: 100, types: ["snapshot.taken" as const] };
			const { events } = await daemon.client.request("goal/events", asked);
			const seen = events.flatMap((event) => (event.type === "snapshot.taken" ? event.toolCallIds : []));
			return seen.length >= commands;
		});
	const undo = (goalId: GoalId, stepId: string, more: { rest?: boolean; preview?: boolean } = {}): Promise<Answer> =>
		daemon.client.request("step/undo", { goalId, stepId: stepId as StepId, ...more });
	const actions = ({ files }: Answer) => Object.fromEntries(files.map(({ path, action }) => [path, action]));
	const refusal = async (asked: Promise<unknown>) => {
		const cause = await asked.then(
			() => assert.fail("it was not refused"),
			(thrown: Error & { code?: string }) => thrown,
		);
		return cause.message;
	};
	const sh = (command: string) => `\`\`\`sh\n${command}\n\`\`\`\n`;
	const tool = (file: string, content: string) => `\`\`\`write ${file}\n${content}\n\`\`\`\n`;

	it("takes back what commands and tools wrote, made and deleted, byte for byte", async () => {
		const bytes = Buffer.from([0, 1, 2, 255, 13, 10, 0]);
		write("kept.txt", "kept\n");
		write("old.txt", "one\r\ntwo\r\n");
		write("gone.bin", bytes);
		const goalId = await run(
			sh("printf 'new' > made.txt; mkdir -p deep/er; echo x > deep/er/file; rm gone.bin") + tool("old.txt", "three"),
		);
		const preview = await undo(goalId, "s1", { preview: true });
		assert.equal(preview.undone, false);
		const expected = {
			"deep/er/file": "delete",
			"gone.bin": "recreate",
			"made.txt": "delete",
			"old.txt": "restore",
		};
		assert.deepEqual(actions(preview), expected);
		assert.equal(read("made.txt"), "new", "a preview writes nothing");
		const answer = await undo(goalId, "s1");
		assert.equal(answer.undone, true);
		assert.deepEqual(actions(answer), expected);
		assert.deepEqual(readFileSync(at("gone.bin")), bytes);
		assert.equal(read("old.txt"), "one\r\ntwo\r\n");
		assert.deepEqual(readdirSync(workspace).sort(), ["gone.bin", "kept.txt", "old.txt"]);
	});

	it("leaves the step skipped and says undone, its checks without a result, and the goal unverified", async () => {
		write("a.txt", "a\n");
		const goalId = await run(
			`${sh("echo b > a.txt")}\n\`\`\`check\ngrep -q b a.txt\n\`\`\`\n`,
			`${sh("true")}\n\`\`\`check\ntrue\n\`\`\`\n`,
		);
		const before = await daemon.client.request("goal/get", { goalId });
		assert.match(before.stateReason, /^Done, and its checks/);
		await undo(goalId, "s1");
		const goal = await daemon.client.request("goal/get", { goalId });
		const [first, second] = goal.plan.steps;
		assert.deepEqual(
			[first?.state, first?.undone, first?.checks[0]?.state, second?.state],
			["skipped", true, "pending", "completed"],
		);
		assert.equal(goal.state, "completed");
		assert.match(goal.stateReason, /“S1” was undone/);
		assert.deepEqual(goal.changes, [], "nothing of it is left");
		const { events } = await daemon.client.request("goal/events", { goalId, limit: 1000 });
		const change = events.findLast((event) => event.type === "file.changed");
		assert.ok(change?.type === "file.changed" && change.by === "undo");
		const again = await untilRerun(goalId);
		assert.equal(again, "b\n");
	});

	const untilRerun = async (goalId: GoalId) => {
		await daemon.client.request("goal/control", { goalId, action: "rerun", stepId: "s1" as StepId });
		await untilState(daemon.client, goalId, ["completed"]);
		return read("a.txt");
	};

	it("never overwrites what a person changed since: other lines are merged, the same lines are left alone", async () => {
		const lines = (changes: Record<number, string>) =>
			Array.from({ length: 12 }, (_, index) => changes[index] ?? `line ${index}`).join("\n");
		write("merged.txt", lines({}));
		write("same.txt", lines({}));
		write("binary.bin", Buffer.from([0, 1]));
		write("removed.txt", "x\n");
		const goalId = await run(
			sh(
				"sed -i 's/line 1$/step/' merged.txt same.txt; printf '\\000\\002' > binary.bin; echo y > removed.txt; echo z > new.txt",
			),
		);
		write("merged.txt", lines({ 1: "step", 10: "person\t " }));
		write("same.txt", lines({ 1: "person" }));
		write("binary.bin", Buffer.from([0, 3]));
		rmSync(at("removed.txt"));
		write("new.txt", "z\nand the person's\n");
		const answer = await undo(goalId, "s1");
		assert.deepEqual(actions(answer), {
			"binary.bin": "conflict",
			"merged.txt": "merge",
			"new.txt": "conflict",
			"removed.txt": "conflict",
			"same.txt": "conflict",
		});
		assert.ok(answer.files.every(({ action, reason }) => action !== "conflict" || reason));
		assert.equal(read("merged.txt"), lines({ 10: "person\t " }));
		assert.equal(read("same.txt"), lines({ 1: "person" }));
		assert.deepEqual(readFileSync(at("binary.bin")), Buffer.from([0, 3]));
		assert.equal(existsSync(at("removed.txt")), false);
		assert.equal(read("new.txt"), "z\nand the person's\n");
	});

	it("keeps what a person changed between two writes of the step", async () => {
		write("list.txt", "a\nb\nc\nd\ne\nf\ng\n");
		// The second command fails, so that the step waits between its writes.
		const text = `# Work\n\n## S1\n\n${sh("sed -i s/a/A/ list.txt")}\n${sh("test -f go && sed -i s/g/G/ list.txt")}`;
		const launch = { workspace, playbook: { path: "work.md", text }, grantPlaybook: true };
		const { goalId } = await daemon.client.request("goal/launch", launch);
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		await untilSeen(goalId, 2);
		write("list.txt", read("list.txt").replace("d", "person"));
		write("go", "");
		await new Promise((resolve) => setTimeout(resolve, 300));
		await daemon.client.request("goal/control", { goalId, action: "retry", stepId: "s1" as StepId });
		await untilState(daemon.client, goalId, ["completed"]);
		assert.equal(read("list.txt"), "A\nb\nc\nperson\ne\nf\nG\n");
		await undo(goalId, "s1");
		assert.equal(read("list.txt"), "a\nb\nc\nperson\ne\nf\ng\n");
	});

	it("takes back one step under a later one that changed other lines of the same file", async () => {
		write("f.txt", "1\n2\n3\n4\n5\n6\n7\n");
		const goalId = await run(sh("sed -i s/1/one/ f.txt"), sh("sed -i s/7/seven/ f.txt"));
		const answer = await undo(goalId, "s1");
		assert.deepEqual(actions(answer), { "f.txt": "merge" });
		assert.deepEqual(answer.dependents, ["s2"]);
		assert.equal(read("f.txt"), "1\n2\n3\n4\n5\n6\nseven\n");
	});

	it("takes back a step and every later one", async () => {
		write("f.txt", "1\n");
		const goalId = await run(
			sh("echo a > a.txt"),
			sh("echo 2 > f.txt; echo b > b.txt"),
			sh("echo 3 > f.txt; rm a.txt"),
		);
		const answer = await undo(goalId, "s2", { rest: true });
		assert.deepEqual(answer.stepIds, ["s2", "s3"]);
		assert.deepEqual(actions(answer), { "a.txt": "recreate", "b.txt": "delete", "f.txt": "restore" });
		assert.deepEqual([read("f.txt"), read("a.txt"), existsSync(at("b.txt"))], ["1\n", "a\n", false]);
		const goal = await daemon.client.request("goal/get", { goalId });
		assert.deepEqual(
			goal.plan.steps.map(({ state }) => state),
			["completed", "skipped", "skipped"],
		);
	});

	it("brings back modes and symbolic links, and names that were changed", async () => {
		write("script", "#!/bin/sh\n");
		write("plain", "p\n");
		chmodSync(at("script"), 0o755);
		symlinkSync("plain", at("link"));
		write("moved.txt", "the same bytes, long enough to be recognised\n".repeat(5));
		const goalId = await run(
			sh("chmod a-x script; chmod a+x plain; ln -sf script link; ln -s plain fresh; mv moved.txt elsewhere.txt"),
		);
		assert.equal(statSync(at("script")).mode & 0o111, 0);
		const answer = await undo(goalId, "s1");
		assert.deepEqual(actions(answer), {
			"elsewhere.txt": "delete",
			fresh: "delete",
			link: "restore",
			"moved.txt": "recreate",
			plain: "restore",
			script: "restore",
		});
		assert.equal(statSync(at("script")).mode & 0o777, 0o755);
		assert.equal(statSync(at("plain")).mode & 0o111, 0);
		assert.equal(readlinkSync(at("link")), "plain");
		assert.deepEqual(readdirSync(workspace).sort(), ["link", "moved.txt", "plain", "script"]);
	});

	it("takes a renamed file's later changes back with it, also when a person renamed it again", async () => {
		const text = Array.from({ length: 20 }, (_, index) => `line ${index}\n`).join("");
		write("a.txt", text);
		write("b.txt", text.replaceAll("line", "row"));
		const goalId = await run(sh("mv a.txt a2.txt; sed -i 's/row 1$/step/' b.txt"));
		write("a2.txt", text.replace("line 19", "person"));
		renameSync(at("b.txt"), at("c.txt"));
		const answer = await undo(goalId, "s1");
		assert.deepEqual(actions(answer), { "a.txt": "merge", "a2.txt": "delete", "c.txt": "restore" });
		assert.equal(read("a.txt"), text.replace("line 19", "person"));
		assert.equal(read("c.txt"), text.replaceAll("line", "row"));
		assert.deepEqual(readdirSync(workspace).sort(), ["a.txt", "c.txt"]);
	});

	it("puts a folder back where the step made a file of it, and a file where it made a folder", async () => {
		write("folder/one", "1\n");
		write("file", "f\n");
		const goalId = await run(sh("rm -r folder; echo x > folder; rm file; mkdir file; echo y > file/inside"));
		const answer = await undo(goalId, "s1");
		assert.equal(answer.files.filter(({ action }) => action === "conflict").length, 0, JSON.stringify(answer.files));
		assert.equal(read("folder/one"), "1\n");
		assert.equal(read("file"), "f\n");
	});

	it("never goes through a symbolic link that a folder has become", async () => {
		const { folder: outside, remove: removeOutside } = newWorkspace();
		write("in/file", "1\n");
		const goalId = await run(sh("echo 2 > in/file; echo 3 > in/new"));
		renameSync(at("in"), path.join(outside, "in"));
		symlinkSync(path.join(outside, "in"), at("in"));
		assert.match(await refusal(undo(goalId, "s1")), /would lose what was changed since/);
		assert.equal(readFileSync(path.join(outside, "in/file"), "utf8"), "2\n");
		assert.ok(lstatSync(at("in")).isSymbolicLink());
		removeOutside();
	});

	it("names ignored files that the step may have written, and leaves them", async () => {
		write(".gitignore", "dist/\n*.log\nuntouched/\n");
		write("untouched/x", "x");
		await new Promise((resolve) => setTimeout(resolve, 50));
		const goalId = await run(sh("mkdir dist; echo a > dist/out; echo b > build.log; echo c > seen.txt"));
		const answer = await undo(goalId, "s1");
		assert.deepEqual(
			answer.notCovered.map((row) => row.path),
			["build.log", "dist/"],
		);
		assert.deepEqual([read("dist/out"), read("build.log")], ["a\n", "b\n"]);
	});

	it("leaves the user's repository alone: index, refs, stash and settings", async () => {
		const git = (...args: string[]) =>
			execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], { cwd: workspace, encoding: "utf8" });
		write("a.txt", "a\n");
		git("init", "-q");
		git("add", ".");
		git("commit", "-qm", "one");
		write("a.txt", "staged\n");
		git("add", ".");
		git("stash", "-q");
		const goalId = await run(sh("echo b > a.txt; echo c > c.txt"));
		git("add", "c.txt");
		const state = () =>
			[".git/index", ".git/HEAD", ".git/config", ".git/refs/stash"].map((file) => readFileSync(at(file), "hex"));
		const before = state();
		await undo(goalId, "s1");
		assert.deepEqual(state(), before);
		assert.deepEqual([read("a.txt"), existsSync(at("c.txt"))], ["a\n", false]);
	});

	it("says which other step may have written a file at the same time", async () => {
		const goalId = await run(
			`needs: none\n\n${sh("echo 1 > one.txt; touch ready1; until test -f ready2; do sleep 0.02; done; sleep 0.2")}`,
			`needs: none\n\n${sh("echo 2 > two.txt; touch ready2; until test -f ready1; do sleep 0.02; done; sleep 0.2")}`,
		);
		const preview = await undo(goalId, "s1", { preview: true });
		const shared = preview.files.find((file) => file.path === "two.txt" || file.path === "one.txt");
		assert.deepEqual(shared?.sharedWith, ["s2"]);
	});

	it("refuses in a sentence what makes no sense now", async () => {
		write("a.txt", "a\n");
		const goalId = await run(sh("echo b > a.txt"), sh("true"));
		assert.match(await refusal(undo(goalId, "nowhere")), /There is no step nowhere\. The steps are: s1, s2\./);
		assert.match(await refusal(undo(goalId, "s2")), /has changed no file/);
		await undo(goalId, "s1");
		assert.match(await refusal(undo(goalId, "s1")), /is undone already/);
		const same = await run(sh("echo c > a.txt"));
		write("a.txt", "a\n");
		assert.match(await refusal(undo(same, "s1")), /its files are as they were before it/);
		const slow = {
			path: "slow.md",
			text: `# Slow\n\n## One\n\n${sh("touch begun; sleep 1.5")}\n## Two\n\n${sh("true")}`,
		};
		const { goalId: running } = await daemon.client.request("goal/launch", {
			workspace,
			playbook: slow,
			grantPlaybook: true,
		});
		while (!existsSync(at("begun"))) await new Promise((resolve) => setTimeout(resolve, 10));
		assert.match(await refusal(undo(running, "one")), /under way/);
		assert.match(await refusal(undo(running, "two")), /has not begun/);
		await untilState(daemon.client, running, ["completed"]);
	});
});
