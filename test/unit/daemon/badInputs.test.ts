import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { RecordedEvent } from "../../../src/core/events.ts";
import type { GoalId, StepId } from "../../../src/core/ids.ts";
import type { GoalView } from "../../../src/protocol/view.ts";
import { type DaemonProcess, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type ModelServer, type Script, startModelServer } from "../../support/modelServer.ts";

/** What the world brings that nobody wished for: each is said in a sentence, and nothing is lost and nothing hangs. */
describe("a goal that meets", function () {
	this.timeout(60_000);
	const root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "mission-bad-")));
	const workspace = path.join(root, "workspace");
	let server: ModelServer;
	let daemon: DaemonProcess;

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "Hm." }), models: ["scripted"] });
		const home = path.join(root, "data");
		mkdirSync(home);
		const local = { id: "local", kind: "openai-compatible", baseUrl: server.baseUrl, models: ["scripted"] };
		const config = { providers: [local], agent: "local/scripted", limits: { commandTimeoutMs: 4000 } };
		writeFileSync(path.join(home, "config.jsonc"), JSON.stringify(config));
		daemon = await startDaemonProcess({ home });
	});
	beforeEach(() => mkdirSync(workspace));
	afterEach(() => {
		rmSync(workspace, { recursive: true, force: true });
		rmSync(path.join(root, "outside"), { recursive: true, force: true });
	});
	after(async () => {
		await daemon.close();
		await server.close();
		rmSync(root, { recursive: true, force: true, maxRetries: 5 });
	});

	describe("a plan that cannot be", () => {
		for (const [what, needs, says] of [
			["with a cycle", ["b"], /cycle|circle|each other/i],
			["with a need that is no step", ["nowhere"], /nowhere/],
		] as const) {
			it(`${what} tells the planner, a bounded number of times, and asks a person in the end`, async () => {
				const steps = [
					{ id: "a", title: "A", instructions: "Do.", needs },
					{ id: "b", title: "B", instructions: "Do.", needs: ["a"] },
				];
				const marker = `[[${needs[0]}]]`;
				server.use(() => ({ text: JSON.stringify({ title: "T", summary: "S", steps }) }));
				const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: `Plan ${marker}` });
				await untilState(daemon.client, goalId, ["blocked", "failed", "awaiting_approval"]);
				const log = await eventsOf(goalId);
				const told = log.filter((event) => event.type === "message.added" && event.from === "daemon");
				assert.ok(told.length >= 1 && told.length <= 5, `${told.length} corrections`);
				for (const message of told) assert.match((message as { text: string }).text, says);
				assert.ok(log.every(({ type }) => type !== "plan.proposed"));
			});
		}
	});

	it("a check that never ends has it ended, all of its group, and is red with the reason", async () => {
		const check = "echo $$ > pid; sleep 300 & sleep 300";
		const { goalId } = await launch(fenced("One", "sh", "true", ["check", check]));
		const goal = await untilState(daemon.client, goalId, ["awaiting_approval", "failed"]);
		const red = goal.plan!.steps[0]!.checks[0]!;
		assert.equal(red.state, "red");
		const done = (await eventsOf(goalId)).find((event) => event.type === "check.completed");
		const { output } = done as { output: { head: string; tail: string } };
		assert.match(output.head + output.tail, /time limit of 4000 ms/);
		await untilGone(Number(readFileSync(path.join(workspace, "pid"), "utf8")));
	});

	it("a rename across the border of its workspace sees the half inside, and undo takes back just that", async () => {
		mkdirSync(path.join(root, "outside"));
		const [theirs, ours] = [path.join(root, "outside", "theirs.txt"), path.join(workspace, "ours.txt")];
		writeFileSync(theirs, "theirs\n");
		writeFileSync(ours, "ours\n");
		const { goalId } = await launch(fenced("Move", "sh", "mv ../outside/theirs.txt in.txt; mv ours.txt ../outside/"));
		await untilState(daemon.client, goalId, ["completed"]);
		const { changes } = await daemon.client.request("change/list", { goalId });
		assert.deepEqual(changes.map((change) => [change.path, change.status]).sort(), [
			["in.txt", "added"],
			["ours.txt", "deleted"],
		]);
		await undo(goalId, "move");
		assert.equal(readFileSync(ours, "utf8"), "ours\n");
		assert.equal(existsSync(path.join(workspace, "in.txt")), false);
		// What went out is not ours to take back, nor to put in order.
		assert.deepEqual(readdirSync(path.join(root, "outside")), ["ours.txt"]);
	});

	it("a repository in the middle of a rebase works in it, and touches nothing of it", async () => {
		const git = (...args: string[]) =>
			execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: workspace, stdio: "pipe" });
		const file = path.join(workspace, "file.txt");
		git("init", "-q");
		for (const [branch, text] of [
			["other", "other\n"],
			["mine", "mine\n"],
		] as const) {
			if (branch === "other") {
				writeFileSync(file, "base\n");
				git("add", "-A");
				git("commit", "-qm", "base");
				git("branch", "mine");
			}
			git("checkout", "-q", ...(branch === "other" ? ["-b"] : []), branch);
			writeFileSync(file, text);
			git("commit", "-qam", branch);
		}
		assert.throws(() => git("rebase", "other"));
		const before = filesUnder(path.join(workspace, ".git"));
		const conflict = readFileSync(file, "utf8");
		assert.match(conflict, /<<<<<<</);
		const { goalId } = await launch(fenced("Write", "sh", "echo new > new.txt; echo more >> file.txt"));
		await untilState(daemon.client, goalId, ["completed"]);
		await undo(goalId, "write");
		assert.equal(readFileSync(file, "utf8"), conflict);
		assert.equal(existsSync(path.join(workspace, "new.txt")), false);
		assert.deepEqual(filesUnder(path.join(workspace, ".git")), before);
		git("rebase", "--abort");
	});

	it("names and contents that are not UTF-8 keeps every byte, also when it takes them back", async () => {
		const name = Buffer.concat([Buffer.from(`${workspace}/caf`), Buffer.from([0xe9]), Buffer.from(".txt")]);
		const bytes = Buffer.from([0x63, 0xe9, 0x0a, 0xff, 0x00, 0x0a]);
		writeFileSync(name, bytes);
		const { goalId } = await launch(fenced("Change", "sh", "for f in caf*; do printf 'x' >> \"$f\"; done"));
		await untilState(daemon.client, goalId, ["completed"]);
		assert.deepEqual(readFileSync(name), Buffer.concat([bytes, Buffer.from("x")]));
		const { changes } = await daemon.client.request("change/list", { goalId });
		assert.equal(changes.length, 1);
		await undo(goalId, "change");
		assert.deepEqual(readFileSync(name), bytes);
	});

	it("links that leave its workspace follows none: not to read, write, edit, list, find or undo", async () => {
		const outside = path.join(root, "outside");
		mkdirSync(path.join(outside, "deep"), { recursive: true });
		for (const file of ["secret.txt", "deep/inner.txt"]) writeFileSync(path.join(outside, file), "needle\n");
		symlinkSync(outside, path.join(workspace, "link"));
		symlinkSync(path.join(outside, "secret.txt"), path.join(workspace, "file-link"));
		writeFileSync(path.join(workspace, "own.txt"), "needle\n");
		const calls = [
			{ name: "readFile", args: { path: "link/secret.txt" } },
			{ name: "readFile", args: { path: "file-link" } },
			{ name: "writeFile", args: { path: "link/new.txt", content: "x" } },
			{ name: "writeFile", args: { path: "file-link", content: "x" } },
			{ name: "editFile", args: { path: "link/secret.txt", edits: [{ find: "needle", replace: "x" }] } },
			{ name: "listFiles", args: { path: "link" } },
			{ name: "listFiles", args: {} },
			{ name: "findText", args: { pattern: "needle" } },
			{ name: "findText", args: { pattern: "needle", path: "link" } },
			{ name: "runCommand", args: { command: "rm file-link; echo mine > file-link; echo x >> own.txt" } },
		];
		const before = filesUnder(outside);
		server.use(actions(calls));
		const { goalId } = await daemon.client.request("goal/launch", { workspace, prompt: "Go out" });
		await approveAll(goalId, ["completed"]);
		const log = await eventsOf(goalId);
		const outcomes = calls.map((_call, at) => {
			const requested = log.filter((event) => event.type === "tool.requested")[at] as { toolCallId: string };
			return log.find(
				(event) => event.type === "tool.completed" && event.toolCallId === requested.toolCallId,
			) as unknown as { ok: boolean; output: { head: string } };
		});
		const refused = [0, 1, 2, 3, 4, 5, 8];
		for (const at of refused) assert.equal(outcomes[at]!.ok, false, JSON.stringify([calls[at], outcomes[at]]));
		assert.doesNotMatch(outcomes[6]!.output.head, /inner|secret/);
		assert.match(outcomes[7]!.output.head, /own\.txt/);
		assert.doesNotMatch(outcomes[7]!.output.head, /inner|secret/);
		await undo(goalId, "go");
		assert.deepEqual(filesUnder(outside), before);
		assert.equal(readFileSync(path.join(workspace, "own.txt"), "utf8"), "needle\n");
		assert.equal(realpathSync(path.join(workspace, "file-link")), path.join(outside, "secret.txt"));
	});

	function launch(text: string): Promise<{ goalId: GoalId }> {
		return daemon.client.request("goal/launch", {
			workspace,
			playbook: { path: "bad.md", text },
			grantPlaybook: true,
		});
	}

	async function eventsOf(goalId: GoalId): Promise<readonly RecordedEvent[]> {
		return (await daemon.client.request("goal/events", { goalId, limit: 1000 })).events;
	}

	async function undo(goalId: GoalId, stepId: string): Promise<void> {
		const undone = await daemon.client.request("step/undo", { goalId, stepId: stepId as StepId });
		assert.deepEqual(
			undone.files.filter(({ action }) => action === "conflict"),
			[],
		);
		const deadline = Date.now() + 45_000;
		while (!(await eventsOf(goalId)).some(({ type }) => type === "step.undone")) {
			assert.ok(Date.now() < deadline, "the undo does not end");
			await sleep(20);
		}
	}

	async function approveAll(goalId: GoalId, states: readonly string[]): Promise<GoalView> {
		const deadline = Date.now() + 45_000;
		for (;;) {
			const goal = await daemon.client.request("goal/get", { goalId });
			if (states.includes(goal.state)) return goal;
			assert.ok(Date.now() < deadline, `the goal is ${goal.state}: ${goal.stateReason}`);
			for (const { approvalId } of goal.approvals)
				await daemon.client.request("approval/answer", { approvalId, answer: "approve" }).catch(() => undefined);
			await sleep(20);
		}
	}
});

function fenced(title: string, kind: string, text: string, ...more: readonly (readonly [string, string])[]): string {
	const fences = [[kind, text], ...more].map(([name, content]) => `\`\`\`${name}\n${content}\n\`\`\``);
	return `# Bad\n\n## ${title}\n\n${fences.join("\n\n")}\n`;
}

/** A model with one step, that makes these calls one a turn. */
function actions(calls: readonly { readonly name: string; readonly args: object }[]): Script {
	const steps = [{ id: "go", title: "Go", instructions: "Go out.", confidence: "high" }];
	return ({ purpose, toolResults }) => {
		if (purpose === "plan") return { text: JSON.stringify({ title: "Go", summary: "Goes.", steps }) };
		const call = calls[toolResults];
		return call ? { calls: [call] } : { text: "That was all." };
	};
}

async function untilGone(pid: number): Promise<void> {
	const deadline = Date.now() + 45_000;
	for (;;) {
		try {
			process.kill(-pid, 0);
		} catch {
			return;
		}
		assert.ok(Date.now() < deadline, `the group of ${pid} still runs`);
		await sleep(20);
	}
}

/** Every file with its content, so that a difference shows. */
function filesUnder(folder: string): Record<string, string> {
	const names = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
	return Object.fromEntries(names.sort().map((name) => [name, readFileSync(name).toString("latin1")]));
}
