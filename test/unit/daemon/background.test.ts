import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { GoalId } from "../../../src/core/ids.ts";
import { type DaemonProcess, newWorkspace, startDaemonProcess, untilState } from "../../support/daemonProcess.ts";
import { type Answer, type ModelServer, plainReflection, startModelServer } from "../../support/modelServer.ts";
import { until } from "../../support/until.ts";

const plan = JSON.stringify({
	title: "Serve",
	summary: "",
	steps: [{ id: "a", title: "Serve", instructions: "Serve." }],
});
/** Says that it runs, once, and goes on until it is ended; its process leaves its number behind. */
const serve = `echo $$ > pid.txt; echo run >> runs.txt; echo ready; while true; do sleep 0.05; if [ -f say.txt ]; then cat say.txt; rm say.txt; fi; done`;

describe("a command in the background", function () {
	this.timeout(90_000);
	let workspace: ReturnType<typeof newWorkspace>;
	let server: ModelServer;
	let daemon: DaemonProcess;
	let told: string[] = [];
	/** What persons and the daemon said to the model. */
	let said: string[] = [];

	before(async () => {
		server = await startModelServer({ script: () => ({ text: "" }), models: ["m"] });
		daemon = await startDaemonProcess();
		const providers = [{ id: "local", baseUrl: server.baseUrl, models: ["m"] }];
		writeFileSync(path.join(daemon.home, "config.jsonc"), JSON.stringify({ providers, agent: "local/m" }));
		daemon = await daemon.restart();
	});
	beforeEach(() => {
		workspace = newWorkspace();
		told = [];
	});
	afterEach(() => workspace.remove());
	after(async () => {
		await daemon.close();
		await server.close();
	});

	const call = (name: string, args: object): Answer => ({ calls: [{ name, args }] });
	const idIn = (text: string) => /as (c-\w+)\./.exec(text)?.[1] ?? "none";
	/** `work` answers by the results that the model has read so far. */
	async function launch(work: (results: readonly string[]) => Answer | Promise<Answer>): Promise<GoalId> {
		server.use(async ({ purpose, messages }) => {
			if (purpose === "plan") return { text: plan };
			if (purpose === "reflect") return { text: plainReflection };
			said = messages.flatMap(({ role, content }) => (role === "user" ? [content ?? ""] : []));
			told = messages.flatMap(({ role, content }) => (role === "tool" ? [content ?? ""] : []));
			return work(told);
		});
		const settings = { autonomy: "autonomous" as const };
		const { folder } = workspace;
		const { goalId } = await daemon.client.request("goal/launch", { workspace: folder, prompt: "Serve", settings });
		return goalId;
	}
	const file = (name: string) => path.join(workspace.folder, name);
	const runs = () => (existsSync(file("runs.txt")) ? readFileSync(file("runs.txt"), "utf8") : "");
	const isAlive = () => {
		try {
			process.kill(Number(readFileSync(file("pid.txt"), "utf8")), 0);
			return true;
		} catch {
			return false;
		}
	};
	async function approved(goalId: GoalId, command = serve): Promise<void> {
		await untilState(daemon.client, goalId, ["awaiting_approval"]);
		const { approvals } = await daemon.client.request("approval/list", { goalId });
		assert.equal(approvals[0]?.command, command, "it is judged like every command");
		await daemon.client.request("approval/answer", { approvalId: approvals[0]!.approvalId, answer: "approve" });
	}
	const begin = call("runCommand", { command: serve, background: true });

	it("runs on while its agent does, is read as it comes, survives kill -9, and is stopped", async () => {
		let isKilled = false;
		const goalId = await launch((results) => {
			const [began = ""] = results;
			const last = results.at(-1) ?? "";
			if (results.length === 0) return begin;
			if (!results.some((text) => text.includes("ready"))) return call("readOutput", { id: idIn(began) });
			if (!isKilled) return { ...call("listFiles", {}), delayMs: 400 };
			if (!results.some((text) => text.includes("again"))) return call("readOutput", { id: idIn(began) });
			if (!/was stopped/.test(last)) return call("stopCommand", { id: idIn(began) });
			return { text: "Served." };
		});
		await approved(goalId);
		await until("it was read", () => told.some((text) => text.includes("ready")));
		daemon = await daemon.restart();
		assert.equal(isAlive(), true);
		writeFileSync(file("say.txt"), "again\n");
		isKilled = true;
		await untilState(daemon.client, goalId, ["completed"], 40_000);
		assert.equal(runs(), "run\n", "it was begun once");
		await until("its process is gone", () => !isAlive());
		assert.match(told.at(-1)!, /ended with exit code \d+: It was stopped\./);
	});

	it("is shown with what it printed last, and a person stops it, of which its agent is told", async () => {
		let isTold = "";
		const goalId = await launch(async (results) => {
			if (results.length === 0) return begin;
			isTold = said.find((text) => text.startsWith("The person stopped")) ?? "";
			return isTold ? { text: "Served." } : { ...call("listFiles", {}), delayMs: 200 };
		});
		await approved(goalId);
		const shown = async () => (await daemon.client.request("background/list", { goalId })).commands;
		await until("its line is there", async () => (await shown())[0]?.lastLine === "ready");
		const [running] = await shown();
		assert.deepEqual([running?.command, running?.state, running?.exitCode], [serve, "running", undefined]);
		assert.ok(Date.parse(running!.startedAt) <= Date.now());

		daemon = await daemon.restart();
		await until("its line is there again", async () => (await shown())[0]?.lastLine === "ready");
		assert.deepEqual((await daemon.client.request("goal/get", { goalId })).background, await shown());

		const { toolCallId } = running!;
		const stopped = await daemon.client.request("background/stop", { goalId, toolCallId });
		assert.notEqual(stopped.background?.[0]?.state, "running");
		await daemon.client.request("background/stop", { goalId, toolCallId });
		await until("its process is gone", () => !isAlive());
		await untilState(daemon.client, goalId, ["completed"], 40_000);
		assert.equal(
			isTold,
			`The person stopped \`${serve}\`, which you run in the background (${toolCallId}). Do not start it again unless your work needs it.`,
		);
		assert.equal(runs(), "run\n");
		const [ended] = await shown();
		assert.deepEqual([ended?.state, ended?.lastLine], ["ended", "ready"]);
		assert.match(ended?.reason ?? "", /^Stopped by /);
		const types = ["background.stopRequested", "background.ended"];
		const { events } = await daemon.client.request("goal/events", { goalId, types, limit: 10 });
		assert.deepEqual(
			events.map(({ type }) => type),
			types,
		);
		const { text } = await daemon.client.request("dossier/get", { goalId });
		assert.match(text, /command in the background stopped/);
	});

	it("that a person stopped is ended by the next daemon, where the one that was asked was killed", async () => {
		const stubborn = `trap '' TERM; ${serve}`;
		const slow = call("runCommand", { command: stubborn, background: true });
		const goalId = await launch((results) => (results.length === 0 ? slow : { text: "Done.", delayMs: 30_000 }));
		await approved(goalId, stubborn);
		await until("it runs", isAlive);
		const shown = async () => (await daemon.client.request("background/list", { goalId })).commands[0];
		await daemon.client.request("background/stop", { goalId, toolCallId: (await shown())!.toolCallId });
		daemon = await daemon.restart();
		await until("its process is gone", () => !isAlive(), 30_000);
		await until("its end is known", async () => (await shown())?.state === "ended");
		assert.match((await shown())?.reason ?? "", /^Stopped by /);
		assert.equal(runs(), "run\n");
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
	});

	it("that is not there is not stopped, and one that is over neither", async () => {
		const quick = call("runCommand", { command: "echo over", background: true });
		let isOver = false;
		const goalId = await launch(async (results) => {
			if (results.length === 0) return quick;
			await until("it was over while its agent worked", () => isOver);
			return { text: "Done." };
		});
		await until("it is over", async () => {
			const { approvals } = await daemon.client.request("approval/list", { goalId });
			for (const { approvalId } of approvals)
				await daemon.client.request("approval/answer", { approvalId, answer: "approve" });
			return (await daemon.client.request("background/list", { goalId })).commands[0]?.state === "ended";
		});
		const [over] = (await daemon.client.request("background/list", { goalId })).commands;
		isOver = true;
		assert.deepEqual([over?.exitCode, over?.lastLine], [0, "over"]);
		const stop = (toolCallId: string) =>
			daemon.client.request("background/stop", { goalId, toolCallId: toolCallId as never });
		await assert.rejects(stop(over!.toolCallId), /`echo over` is over already\.$/);
		await assert.rejects(stop("c-none"), /No command c-none was begun in the background\. None runs\.$/);
		await untilState(daemon.client, goalId, ["completed"], 40_000);
	});

	it("ends with its agent's work at the latest", async () => {
		let isSeen = false;
		const goalId = await launch(async (results) => {
			if (results.length === 0) return begin;
			await until("it was seen to run", () => isSeen);
			return { text: "Done." };
		});
		await approved(goalId);
		await until("it runs", isAlive);
		isSeen = true;
		await untilState(daemon.client, goalId, ["completed"], 40_000);
		await until("its process is gone", () => !isAlive());
		const { events } = await daemon.client.request("goal/events", { goalId, types: ["background.ended"], limit: 10 });
		assert.equal(events.length, 1);
	});

	it("ends when its goal is cancelled", async () => {
		const goalId = await launch((results) => (results.length === 0 ? begin : { text: "Done.", delayMs: 30_000 }));
		await approved(goalId);
		await until("it runs", isAlive);
		await daemon.client.request("goal/control", { goalId, action: "cancel" });
		await until("its process is gone", () => !isAlive());
	});

	it("that is not there is said to be so, and too many are refused", async () => {
		const quick = { command: "sleep 600", background: true };
		const goalId = await launch((results) =>
			results.length === 0
				? {
						calls: [
							...Array.from({ length: 6 }, () => ({ name: "runCommand", args: quick })),
							{ name: "readOutput", args: { id: "c-none" } },
						],
					}
				: { text: "Done." },
		);
		await until(
			"it is over",
			async () => {
				for (const { approvalId } of (await daemon.client.request("approval/list", { goalId })).approvals)
					await daemon.client.request("approval/answer", { approvalId, answer: "approve" });
				return (await daemon.client.request("goal/get", { goalId })).state === "completed";
			},
			40_000,
		);
		assert.match(told[5]!, /5 commands run in the background already/);
		assert.match(told[6]!, /No command c-none was begun in the background\. Those that run: c-/);
	});
});
